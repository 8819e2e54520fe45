/*
 * Cutting bytes into the records and fields of RFC 4180, with the usual sins: either line end, any
 * separator, quotes in the midst of a field that does not begin with one (they stand for
 * themselves). Pure: no file, no memory of its own.
 *
 * A broken record never takes its neighbours along: if a quote is not closed, if text stands behind
 * a closing quote, or if a record over several lines has not as many fields as it should, only its
 * first line is given up, and the next line is read as the beginning of a record.
 */
#ifndef KHO_SOURCE_CSV_SPLIT_H
#define KHO_SOURCE_CSV_SPLIT_H

#include <kho/core/text.h>

/* A record is at most this long. */
#define CSV_RECORD_MAX ((size_t)1 << 20)

struct csv_field {
    struct kho_text text; /* empty and without quotes: NULL */
    bool doubled;         /* has doubled quotes, as long as the record is being cut */
};

struct csv_split {
    char separator;
    size_t n_expected;        /* fields of a record; 0 = any number */
    struct csv_field *fields; /* point into the bytes that were cut */
    size_t max_fields;        /* so many are kept */
    /* Of the last record: */
    size_t n_fields; /* those that are not kept included; of a broken one those before the break */
    size_t n_lines;  /* line ends in it */
    bool blank;      /* no field has anything in it */
    bool cut;        /* longer than CSV_RECORD_MAX: the rest of its line comes next */
    const char *broken; /* why it is no record; NULL = it is one */
};

enum csv_rest {
    CSV_MORE, /* bytes come behind these */
    CSV_FULL, /* bytes come, but there is no room for them in this record */
    CSV_LAST, /* the file ends here */
};

/* `broken` of a record that is one, but for the number of its fields. */
extern const char csv_wrong_count[];

/* Cuts one record off the front of `bytes`, undoubling quotes in place. Returns how many bytes it
 * took, its line end included; 0 = the record's end is not among them (only with CSV_MORE). */
size_t csv_split(struct csv_split *split, char *bytes, size_t len, enum csv_rest rest);

/* Returns the separator that stands most often in the first line, outside quotes: one of comma,
 * semicolon, tab, bar; a comma if there is none. */
char csv_detect_separator(struct kho_text bytes);

#endif
