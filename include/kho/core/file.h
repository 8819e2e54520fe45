/*
 * Files that are whole or not there: written aside, fsynced, renamed, and the directory fsynced.
 * Every failure is reported with the path, the system's word for it, and leaves no half file under
 * the final name.
 */
#ifndef KHO_CORE_FILE_H
#define KHO_CORE_FILE_H

#include <kho/core/arena.h>
#include <kho/core/err.h>
#include <kho/core/text.h>

/* Reads a whole file into the arena (NUL-terminated); FAILED if missing or over `max_bytes`. */
KHO_MUST_USE bool kho_file_read(struct kho_arena *arena, const char *path, size_t max_bytes,
                                struct kho_text *content, struct kho_err *err);

bool kho_file_exists(const char *path);
bool kho_dir_exists(const char *path);

/* Makes a directory and its parents with `mode`; an existing directory is fine. */
KHO_MUST_USE bool kho_dir_make(const char *path, unsigned mode, struct kho_err *err);

/* Lists the names in `path` that end in `suffix`, sorted by bytes, as C strings in the arena.
 * Hidden names are left out; a missing directory has no names. */
KHO_MUST_USE bool kho_dir_list(struct kho_arena *arena, const char *path, const char *suffix,
                               const char ***names, size_t *count, struct kho_err *err);

/* Removes a directory with all in it; what is missing is fine. */
KHO_MUST_USE bool kho_dir_remove(const char *path, struct kho_err *err);

/* Writes the whole content under `path` atomically and durably, with `mode`. */
KHO_MUST_USE bool kho_file_write(const char *path, struct kho_text content, unsigned mode,
                                 struct kho_err *err);

/* Makes the entries of a directory durable. */
KHO_MUST_USE bool kho_dir_sync(const char *path, struct kho_err *err);

/* Renames `from` to `to` and makes that durable in `to`'s directory. */
KHO_MUST_USE bool kho_file_rename(const char *from, const char *to, struct kho_err *err);

/* Joins with one slash; an absolute `name` stands alone. The result lives in the arena. */
KHO_MUST_USE char *kho_path_join(struct kho_arena *arena, const char *dir, const char *name);

#endif
