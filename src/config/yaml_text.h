/* What is checked of a file's bytes before YAML is read from them. */
#ifndef KHO_CONFIG_YAML_TEXT_H
#define KHO_CONFIG_YAML_TEXT_H

#include <kho/config/diag.h>

/* Reports a byte order mark, invalid UTF-8, NUL and other control characters, and line breaks other
 * than LF and CRLF; returns whether there were none. */
bool kho_yaml_text_check(struct kho_text content, const char *file, struct kho_diags *diags);

/* Returns the column of the first tab among the blanks that begin a line, or 0. */
int kho_yaml_text_tab_column(const char *text, int line);

#endif
