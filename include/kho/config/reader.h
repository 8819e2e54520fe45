/*
 * Reads a project's configuration files. What is wrong with a file as such (a directory, too large,
 * not text) is a problem of the configuration; only what the system refuses is an error.
 */
#ifndef KHO_CONFIG_READER_H
#define KHO_CONFIG_READER_H

#include <kho/config/yaml.h>

#define KHO_YAML_MAX_BYTES (1024 * 1024)

struct kho_reader {
    struct kho_arena *arena; /* of contents and trees */
    const char *dir;         /* the project's directory */
    struct kho_diags *diags;
};

/* Reads `path` (relative to the project). A problem goes to `diags` and leaves `*content` NULL;
 * FAILED if the file is missing or cannot be read. */
KHO_MUST_USE bool kho_reader_file(const struct kho_reader *reader, const char *path,
                                  size_t max_bytes, struct kho_text *content, struct kho_err *err);

/* Reads and parses a YAML file of at most KHO_YAML_MAX_BYTES; `*tree` is NULL after a problem. */
KHO_MUST_USE bool kho_reader_yaml(const struct kho_reader *reader, const char *path,
                                  struct kho_yaml_node **tree, struct kho_err *err);

/* Lists the files in `folder` that end in `suffix` as paths relative to the project, sorted. For
 * `.yaml`, a file that ends in `.yml` is a problem: it would be overlooked. */
KHO_MUST_USE bool kho_reader_list(const struct kho_reader *reader, const char *folder,
                                  const char *suffix, const char ***paths, size_t *count,
                                  struct kho_err *err);

/* Returns the last part of a path without `.yaml` or another ending: what the thing in it is
 * called. */
struct kho_text kho_reader_stem(const char *path);

#endif
