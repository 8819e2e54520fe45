/*
 * A lake in a temporary directory for tests, a schema with a column of each kind, rows for it, and
 * snapshots made by hand, so that they can be wrong in one point.
 */
#ifndef KHO_TESTS_SUPPORT_LAKE_H
#define KHO_TESTS_SUPPORT_LAKE_H

#include <kho/lake/snapshot.h>

#include "unit.h"

/* 2026-01-01T01:02:03.5Z */
#define LAKE_CREATED_US INT64_C(1767229323500000)
#define LAKE_SNAPSHOT "20260101T010203Z"
#define LAKE_FILE "population.person.csv.gz"

/* Makes the arena of the test and its directory, once. */
struct kho_arena *lake_arena(void);
/* Frees both: a checked fixture's teardown. */
void lake_end(void);
const char *lake_dir(void);
/* Returns `<directory of the test>/<name>`. */
const char *lake_path(const char *name);

/* population.person: n integer required, amount decimal, alive boolean, born date, seen
 * timestamptz, note text. */
const struct kho_schema *lake_schema(void);

/* Makes an empty batch for it; adds a row with values for all columns but the note's. */
struct kho_batch *lake_batch(void);
void lake_add_row(struct kho_batch *batch, const char *key, int64_t n, struct kho_text note);

/* What the snapshots of this test are written as; CSV.gz unless told. */
void lake_use_format(enum kho_format wanted);
/* Begins a snapshot in the test's lake with that dataset. */
struct kho_snapshot_writer *lake_begin(struct kho_arena *arena);
/* Publishes a snapshot of that batch as its only dataset and returns where it stands. */
const char *lake_publish(const struct kho_batch *batch);

struct kho_text lake_read(const char *path);
void lake_write(const char *path, struct kho_text content);
/* Replaces the first `old` in a file, which must be there. */
void lake_edit(const char *path, const char *old, const char *new);
/* Compresses as one gzip member, and the other way round. */
struct kho_text lake_gzip(struct kho_text content);
struct kho_text lake_gunzip(struct kho_text content);

/* Writes a snapshot by hand: one file `t.csv.gz` of columns a (string), b (integer, required) with
 * this content as it stands on the disk, and a manifest that fits it. Returns the directory. */
const char *lake_craft(struct kho_text file, int64_t rows);
/* Makes its SHA256SUMS anew, after it was edited. */
void lake_prove(const char *snapshot);
/* The same with CSV text that is compressed first. */
const char *lake_craft_csv(struct kho_text csv, int64_t rows);

/* Asserts that the snapshot is refused with class VERIFY and exactly this message. */
void lake_refuses(const char *dir, const char *message);

/* How many names the directory has, hidden ones included. */
int lake_count_names(const char *dir);

#endif
