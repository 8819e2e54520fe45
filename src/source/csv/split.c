/* The cutter of records. A field is looked at twice only if its record turns out to be broken. */
#include "split.h"

const char csv_wrong_count[] = "the number of fields is wrong";

enum step { STEP_FIELD, STEP_RECORD, STEP_SHORT, STEP_STRAY };

struct cursor {
    char *at;
    char *end;
    bool last; /* nothing comes behind `end` */
    char separator;
    const char *stray; /* why STEP_STRAY */
};

static void push(struct csv_split *split, const char *from, const char *to, bool doubled)
{
    if (split->n_fields < split->max_fields)
        split->fields[split->n_fields] =
            (struct csv_field){.text = {from, (size_t)(to - from)}, .doubled = doubled};
    split->n_fields++;
}

/* Passes what may stand behind a closing quote. */
static enum step pass_end(struct cursor *cursor)
{
    char *at = cursor->at;
    if (at == cursor->end)
        return cursor->last ? STEP_RECORD : STEP_SHORT;
    if (*at == cursor->separator || *at == '\n') {
        cursor->at = at + 1;
        return *at == '\n' ? STEP_RECORD : STEP_FIELD;
    }
    if (*at == '\r' && at + 1 == cursor->end && !cursor->last)
        return STEP_SHORT;
    if (*at == '\r' && (at + 1 == cursor->end || at[1] == '\n')) {
        cursor->at = KHO_MIN(at + 2, cursor->end);
        return STEP_RECORD;
    }
    cursor->stray = "text stands behind a closing quote";
    return STEP_STRAY;
}

static enum step take_quoted(struct csv_split *split, struct cursor *cursor)
{
    const char *from = cursor->at + 1;
    char *at = cursor->at + 1;
    bool doubled = false;
    for (;;) {
        char *quote = memchr(at, '"', (size_t)(cursor->end - at));
        if (quote == NULL) {
            cursor->stray = "a quote is not closed";
            return cursor->last ? STEP_STRAY : STEP_SHORT;
        }
        at = quote + 1;
        if (at == cursor->end && !cursor->last)
            return STEP_SHORT;
        if (at < cursor->end && *at == '"') {
            doubled = true;
            at++;
            continue;
        }
        cursor->at = at;
        enum step step = pass_end(cursor);
        if (step == STEP_FIELD || step == STEP_RECORD) {
            split->blank = false;
            push(split, from, quote, doubled);
        }
        return step;
    }
}

static enum step take_plain(struct csv_split *split, struct cursor *cursor)
{
    const char *from = cursor->at;
    const char separator = cursor->separator;
    char *at = cursor->at, *end = cursor->end;
    while (at < end && *at != separator && *at != '\n')
        at++;
    if (at == end && !cursor->last)
        return STEP_SHORT;
    bool is_record = at == end || *at == '\n';
    const char *to = is_record && at > from && at[-1] == '\r' ? at - 1 : at;
    cursor->at = at < end ? at + 1 : at;
    split->blank = split->blank && to == from;
    push(split, to != from ? from : NULL, to != from ? to : NULL, false);
    return is_record ? STEP_RECORD : STEP_FIELD;
}

static enum step scan(struct csv_split *split, struct cursor *cursor)
{
    enum step step = STEP_FIELD;
    split->n_fields = 0;
    split->blank = true;
    while (step == STEP_FIELD) {
        bool quoted = cursor->at < cursor->end && *cursor->at == '"';
        step = quoted ? take_quoted(split, cursor) : take_plain(split, cursor);
    }
    return step;
}

static size_t count_lines(const char *bytes, size_t len)
{
    size_t n = 0;
    const char *end = bytes + len;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
        n++;
        bytes++;
    }
    return n;
}

static void undouble(struct csv_field *field)
{
    size_t len = 0;
    char *bytes = (char *)(uintptr_t)field->text.ptr;
    for (size_t i = 0; i < field->text.len; i++) {
        bytes[len++] = bytes[i];
        i += bytes[i] == '"';
    }
    field->text.len = len;
    field->doubled = false;
}

static size_t settle(struct csv_split *split, const char *bytes, size_t taken)
{
    split->n_lines = count_lines(bytes, taken);
    for (size_t i = 0; i < KHO_MIN(split->n_fields, split->max_fields); i++)
        if (split->fields[i].doubled)
            undouble(&split->fields[i]);
    return taken;
}

/* Gives up the first line: what of it can be cut is kept, for the key. */
static size_t give_up_line(struct csv_split *split, char *bytes, size_t len, enum csv_rest rest,
                           const char *why)
{
    const char *line_end = memchr(bytes, '\n', len);
    if (line_end == NULL && rest == CSV_MORE)
        return 0;
    split->cut = line_end == NULL && rest == CSV_FULL;
    size_t taken = line_end != NULL ? (size_t)(line_end - bytes) + 1 : len;
    struct cursor cursor = {
        .at = bytes, .end = bytes + taken, .last = true, .separator = split->separator};
    (void)scan(split, &cursor);
    split->blank = false;
    split->broken = split->cut ? "the line is too long" : why;
    return settle(split, bytes, taken);
}

size_t csv_split(struct csv_split *split, char *bytes, size_t len, enum csv_rest rest)
{
    struct cursor cursor = {
        .at = bytes, .end = bytes + len, .last = rest == CSV_LAST, .separator = split->separator};
    split->broken = NULL;
    split->cut = false;
    enum step step = scan(split, &cursor);
    size_t taken = (size_t)(cursor.at - bytes);
    if (step == STEP_SHORT && rest == CSV_MORE)
        return 0;
    if (step == STEP_SHORT)
        return give_up_line(split, bytes, len, rest, "a quote is not closed");
    if (step == STEP_STRAY)
        return give_up_line(split, bytes, len, rest, cursor.stray);
    if (split->n_expected == 0 || split->n_fields == split->n_expected)
        return settle(split, bytes, taken);
    if (count_lines(bytes, taken) > 1)
        return give_up_line(split, bytes, len, rest, "a quote is not closed in its line");
    if (!split->blank)
        split->broken = csv_wrong_count;
    return settle(split, bytes, taken);
}

char csv_detect_separator(struct kho_text bytes)
{
    static const char separators[] = {',', ';', '\t', '|'};
    size_t counts[sizeof(separators)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < bytes.len && (quoted || bytes.ptr[i] != '\n'); i++) {
        if (bytes.ptr[i] == '"')
            quoted = !quoted;
        for (size_t k = 0; k < sizeof(separators) && !quoted; k++)
            counts[k] += bytes.ptr[i] == separators[k];
    }
    for (size_t k = 1; k < sizeof(separators); k++)
        if (counts[k] > counts[best])
            best = k;
    return separators[best];
}
