/* What the fuzzers of tests/fuzz/ do with bytes; the unit tests do it with the committed corpora.
 */
#ifndef KHO_TEST_FUZZ_H
#define KHO_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Each takes any bytes and ends the process if a promise does not hold. */
void fuzz_value(const uint8_t *data, size_t size);   /* the first byte chooses the type */
void fuzz_date(const uint8_t *data, size_t size);    /* the first byte chooses the format */
void fuzz_charset(const uint8_t *data, size_t size); /* the first byte chooses the encoding */
void fuzz_codes(const uint8_t *data, size_t size);   /* a code list; its last line is looked up */
void fuzz_csv(const uint8_t *data, size_t size);     /* the first byte chooses how many fields */
void fuzz_expr(const uint8_t *data, size_t size);    /* an expression */

#endif
