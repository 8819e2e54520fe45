/*
 * A snapshot in a directory: one file a dataset, CSV.gz or Parquet, and, written last,
 * datapackage.json (Frictionless Data Package v2: one resource a file with schema, rows, bytes,
 * sha256). It is built aside, in `<lake>/.<name>.<pid>.new`, each file fsynced, re-read and hashed,
 * and appears by one rename: a reader sees a whole snapshot or none.
 *
 * Parquet: see src/lake/parquet/writer.h and column.h; of personal columns no statistics but the
 * number of NULLs.
 * CSV: RFC 4180 with LF line ends, UTF-8, a header row; a NULL is an empty field, an empty text is
 * a quoted empty field "". gzip without name and time, so the same rows give the same bytes.
 * Values are the canonical texts of kho_wire_to_text().
 */
#ifndef KHO_LAKE_SNAPSHOT_H
#define KHO_LAKE_SNAPSHOT_H

#include <kho/core/arena.h>
#include <kho/record/batch.h>
#include <kho/record/schema.h>

struct kho_snapshot_writer;

/* X(name, word, how its files end) */
#define KHO_FORMATS(X)          \
    X(CSV, "csv.gz", ".csv.gz") \
    X(PARQUET, "parquet", ".parquet")

enum kho_format {
#define X(name, word, suffix) KHO_FORMAT_##name,
    KHO_FORMATS(X)
#undef X
};

/* Finds a format by its word; false if there is none. */
bool kho_format_find(struct kho_text word, enum kho_format *format);

/* What becomes of a column when it leaves. X(name, word) */
#define KHO_HIDES(X)                                                                    \
    X(KEEP, "keep")   /* as it is */                                                    \
    X(DROP, "drop")   /* does not leave */                                              \
    X(LAST4, "last4") /* a text's last four characters; of a shorter one, its length */ \
    X(YEAR, "year")   /* of a date */                                                   \
    X(HMAC, "hmac")   /* HMAC-SHA256 of its canonical text: a pseudonym of 64 hex digits */

enum kho_hide {
#define X(name, word) KHO_HIDE_##name,
    KHO_HIDES(X)
#undef X
};

bool kho_hide_find(struct kho_text word, enum kho_hide *hide);
/* Whether a column of that type can be hidden so. */
bool kho_hide_fits(enum kho_hide hide, enum kho_type type);

struct kho_snapshot_dataset {
    const struct kho_schema *schema; /* the columns that leave; lives until the commit */
    const enum kho_hide *hide;       /* one a column; NULL = KEEP all. None is DROP */
    enum kho_hide hide_key;          /* of `_key`: KEEP or HMAC */
};

struct kho_snapshot_options {
    const char *lake;          /* the lake's directory; made if missing */
    struct kho_text warehouse; /* who publishes */
    int64_t created_us;        /* the instant of the store that the snapshot shows */
    enum kho_format format;
    struct kho_text pseudonym_key; /* of HMAC; NULL = nothing is hidden so */
    struct kho_text purpose;       /* told in the manifest; NULL = none */
    struct kho_text legal_basis;
    /* The snapshots in this lake are one family: a chain, with LATEST.json. */
    bool chained;
    struct kho_text sign_key; /* Ed25519 private key in PEM; NULL = unsigned */
};

/* Begins a snapshot; its name is the instant in UTC: `20260101T010203Z`, with `-2`, `-3` ... behind
 * it if that name is taken. Leftovers of dead writers in the lake are swept. What was begun and not
 * committed is removed with the arena. FAILED with the path on any trouble. */
KHO_MUST_USE bool kho_snapshot_begin(struct kho_arena *arena,
                                     const struct kho_snapshot_options *options,
                                     struct kho_snapshot_writer **writer, struct kho_err *err);

/* Begins a dataset: the file `<domain>.<table>` and the format's suffix. The columns are the
 * engine's `_source` and `_key`, then the schema's, hidden as is said. */
KHO_MUST_USE bool kho_snapshot_dataset(struct kho_snapshot_writer *writer,
                                       const struct kho_snapshot_dataset *dataset,
                                       struct kho_err *err);

/* Writes a batch whose columns are exactly those, not hidden yet, in the order of (`_key`,
 * `_source`) by bytes. FAILED, with row and column, if a required value is NULL or a cell is none
 * of its wire type: such a snapshot would not pass its own check; in Parquet also if a value has no
 * place in it: a date or instant that is infinite or outside the years 1 to 9999, a decimal that is
 * NaN. */
KHO_MUST_USE bool kho_snapshot_rows(struct kho_snapshot_writer *writer,
                                    const struct kho_batch *batch, struct kho_err *err);

/* Ends the dataset: the file is whole, fsynced, re-read and hashed. */
KHO_MUST_USE bool kho_snapshot_dataset_end(struct kho_snapshot_writer *writer, int64_t *rows,
                                           struct kho_err *err);

/* Writes datapackage.json, SHA256SUMS with its signature, and _SUCCESS, makes all durable and
 * renames the directory into place. `path` (in the arena of the writer) is where it stands. */
KHO_MUST_USE bool kho_snapshot_commit(struct kho_snapshot_writer *writer, const char **path,
                                      struct kho_err *err);

struct kho_verified_file {
    const char *path;
    int64_t rows;
    int64_t size_bytes;
};

struct kho_verified {
    bool is_signed; /* checked against the key if one was given */
    const char *name;
    const char *created;
    struct kho_verified_file *files;
    size_t n_files;
};

/* Checks a snapshot without a database: the manifest is there and well-formed, each file it lists
 * is there with its bytes and sha256, it is well-formed (the gzip stream and the CSV; the Parquet
 * footer and each page), its columns are the schema's, the rows are as many as listed, each value
 * is one of its type, required values are there, no file stands there that is not listed,
 * SHA256SUMS has all their sums, and the signature is well-formed; with a key (an Ed25519 public
 * key in PEM; NULL = none) it is by that key.
 * VERIFY with the first culprit's path otherwise. */
KHO_MUST_USE bool kho_snapshot_verify(struct kho_arena *arena, const char *dir, struct kho_text key,
                                      struct kho_verified *verified, struct kho_err *err);

/* Whether the directory is a lake of chained snapshots, rather than a snapshot. */
bool kho_lake_is_chain(const char *lake);

/* Verifies such a lake: each snapshot from the last back to the first, the hashes by which each
 * names the one before it, and that no other snapshot stands there. `*snapshots` (in the arena) are
 * the newest first. VERIFY with the first culprit. */
KHO_MUST_USE bool kho_lake_verify(struct kho_arena *arena, const char *lake, struct kho_text key,
                                  struct kho_verified **snapshots, size_t *count,
                                  struct kho_err *err);

/* The public half of a key that signs, as its takers need it. */
struct kho_public_keys {
    struct kho_text pem;     /* for openssl and `kho verify --key` */
    struct kho_text signify; /* for signify and minisign */
};

/* CONFIG if it is no Ed25519 private key in PEM. All lives in the arena. */
KHO_MUST_USE bool kho_sign_key_show(struct kho_arena *arena, struct kho_text private_pem,
                                    struct kho_public_keys *keys, struct kho_err *err);

#endif
