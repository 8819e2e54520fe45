/* The readers of the four kinds of files under etl/, for kho_config_load(). */
#ifndef KHO_CONFIG_PROJECT_H
#define KHO_CONFIG_PROJECT_H

#include <kho/config/reader.h>
#include <kho/config/warehouse.h>

extern const struct kho_field_table kho_warehouse_table;
extern const struct kho_field_table kho_source_table;
extern const struct kho_field_table kho_job_table;
extern const struct kho_field_table kho_cursor_table;
extern const struct kho_field_table kho_snapshot_table;
extern const struct kho_field_table kho_snapshot_dataset_table;

/* Each fills its struct from a file's tree and reports what is wrong; returns whether it is usable.
 */
bool kho_warehouse_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                        struct kho_warehouse *warehouse);
bool kho_source_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                     struct kho_source_config *source);
bool kho_job_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                  struct kho_job *job);
bool kho_snapshot_read(const struct kho_reader *reader, const struct kho_yaml_node *tree,
                       struct kho_snapshot_config *snapshot);

/* Reads the value of a job's `pull`; NULL = it is not written. */
void kho_pull_read(const struct kho_reader *reader, const struct kho_yaml_node *node,
                   struct kho_pull *pull);

/* Returns the place of the value under `name`, or of the mapping if it is not written. */
struct kho_pos kho_project_pos(const struct kho_yaml_node *tree, const char *name);

/* Checks that a file's name says what the file calls the thing in it (`kind`: "job"). */
void kho_project_check_name(const struct kho_reader *reader, const char *kind, struct kho_text name,
                            struct kho_pos pos);

/* Checks for a time zone of the system's tzdata. NULL is fine. */
void kho_project_check_zone(const struct kho_reader *reader, struct kho_text zone,
                            struct kho_pos pos);

/* Checks where a lake is: a directory. `what` names the key. NULL is fine. */
void kho_project_check_lake(const struct kho_reader *reader, const char *what, struct kho_text lake,
                            struct kho_pos pos);

/* Checks a connection of PostgreSQL: form, and that no password stands in it. `what` names the key.
 */
void kho_project_check_connection(const struct kho_reader *reader, const char *what,
                                  struct kho_text connection, struct kho_pos pos);

#endif
