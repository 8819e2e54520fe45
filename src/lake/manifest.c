/* A snapshot's facts as JSON. `kho:` marks what the standard has no property for. */
#include "manifest.h"

#include <kho/core/clock.h>
#include <kho/core/file.h>
#include <kho/core/json.h>

#include "hide.h"

#define PROFILE "https://datapackage.org/profiles/2.0/datapackage.json"
#define MAX_BYTES ((size_t)16 << 20)
#define FILE_MODE 0640

static const char *pii_word(enum kho_pii pii)
{
    static const char *const words[] = {"none", "basic", "sensitive", "id"};
    return words[pii];
}

static void put_dialect(struct kho_json *json)
{
    kho_json_object(json, "dialect");
    kho_json_string(json, "delimiter", ",");
    kho_json_string(json, "lineTerminator", "\n");
    kho_json_string(json, "quoteChar", "\"");
    kho_json_bool(json, "doubleQuote", true);
    kho_json_bool(json, "header", true);
    kho_json_object_end(json);
}

static void put_field(struct kho_json *json, const struct lake_column *column)
{
    kho_json_object(json, NULL);
    kho_json_text(json, "name", column->name);
    kho_json_string(json, "type", kho_type_frictionless(column->type));
    if (column->title.ptr != NULL)
        kho_json_text(json, "title", column->title);
    if (column->required) {
        kho_json_object(json, "constraints");
        kho_json_bool(json, "required", true);
        kho_json_object_end(json);
    }
    kho_json_string(json, "kho:type", kho_type_word(column->type));
    if (column->pii != KHO_PII_NONE)
        kho_json_string(json, "kho:pii", pii_word(column->pii));
    if (column->hide != KHO_HIDE_KEEP)
        kho_json_string(json, "kho:hidden", lake_hide_word(column->hide));
    kho_json_object_end(json);
}

static void put_schema(struct kho_json *json, struct lake_columns columns)
{
    kho_json_object(json, "schema");
    kho_json_array(json, "fields");
    for (size_t i = 0; i < columns.count; i++)
        put_field(json, &columns.items[i]);
    kho_json_array_end(json);
    kho_json_array(json, "primaryKey");
    kho_json_string(json, NULL, "_source");
    kho_json_string(json, NULL, "_key");
    kho_json_array_end(json);
    kho_json_array(json, "missingValues");
    kho_json_string(json, NULL, "");
    kho_json_array_end(json);
    kho_json_object_end(json);
}

static void put_hash(struct kho_json *json, const char *sha256)
{
    char hash[sizeof("sha256:") + KHO_SHA256_HEX_SIZE];
    snprintf(hash, sizeof(hash), "sha256:%s", sha256);
    kho_json_string(json, "hash", hash);
}

static void put_format(struct kho_json *json, enum kho_format format)
{
    switch (format) {
    case KHO_FORMAT_CSV:
        kho_json_string(json, "format", "csv");
        kho_json_string(json, "mediatype", "text/csv");
        kho_json_string(json, "encoding", "utf-8");
        kho_json_string(json, "compression", "gz");
        break;
    case KHO_FORMAT_PARQUET:
        kho_json_string(json, "format", "parquet");
        kho_json_string(json, "mediatype", "application/vnd.apache.parquet");
        break;
    }
}

static void put_resource(struct kho_json *json, const struct lake_resource *resource)
{
    kho_json_object(json, NULL);
    kho_json_text(json, "name", resource->schema->name);
    kho_json_string(json, "type", "table");
    if (resource->schema->title.ptr != NULL)
        kho_json_text(json, "title", resource->schema->title);
    kho_json_string(json, "path", resource->path);
    put_format(json, resource->format);
    kho_json_int(json, "bytes", resource->stats.size_bytes);
    put_hash(json, resource->stats.sha256);
    kho_json_int(json, "rows", resource->rows);
    kho_json_int(json, "kho:schema_version", resource->schema->version);
    if (resource->format == KHO_FORMAT_CSV)
        put_dialect(json);
    put_schema(json, resource->columns);
    kho_json_object_end(json);
}

static void put_manifest(struct kho_json *json, const struct lake_manifest *manifest)
{
    char created[KHO_INSTANT_MAX];
    kho_instant_utc(manifest->created_us, created, sizeof(created));
    kho_json_object(json, NULL);
    kho_json_string(json, "$schema", PROFILE);
    kho_json_string(json, "name", manifest->name);
    kho_json_text(json, "title", manifest->title);
    kho_json_string(json, "created", created);
    kho_json_text(json, "kho:warehouse", manifest->warehouse);
    if (manifest->purpose.ptr != NULL)
        kho_json_text(json, "kho:purpose", manifest->purpose);
    if (manifest->legal_basis.ptr != NULL)
        kho_json_text(json, "kho:legal_basis", manifest->legal_basis);
    if (manifest->pseudonym_key_id != NULL)
        kho_json_string(json, "kho:pseudonym_key", manifest->pseudonym_key_id);
    if (manifest->previous.name != NULL) {
        kho_json_object(json, "kho:previous");
        kho_json_string(json, "snapshot", manifest->previous.name);
        kho_json_string(json, "sha256", manifest->previous.sha256);
        kho_json_object_end(json);
    }
    kho_json_array(json, "resources");
    for (size_t i = 0; i < manifest->n_resources; i++)
        put_resource(json, &manifest->resources[i]);
    kho_json_array_end(json);
    kho_json_object_end(json);
    kho_buf_char(json->out, '\n');
}

bool lake_manifest_write(const struct lake_manifest *manifest, const char *dir, struct kho_err *err)
{
    struct kho_arena *scratch = kho_arena_new(NULL);
    struct kho_buf out;
    struct kho_json json;
    kho_buf_init(&out, MAX_BYTES);
    kho_json_init(&json, &out, 2);
    put_manifest(&json, manifest);
    bool ok = kho_buf_check(&out, "the manifest " LAKE_MANIFEST, err) &&
              kho_file_write(kho_path_join(scratch, dir, LAKE_MANIFEST), kho_buf_as_text(&out),
                             FILE_MODE, err);
    kho_buf_release(&out);
    kho_arena_free(scratch);
    return ok;
}
