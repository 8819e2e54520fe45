/* Reads schedules of five fields, and says what is wrong with one. */
#include <kho/schedule/cron.h>

#include <kho/core/clock.h>

static const char *const month_words[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekday_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct field {
    const char *name;
    int min;
    int max;
    const char *const *words; /* of min, min + 1, ...; or NULL */
    int n_words;
} fields[FIELDS] = {
    {"minute", 0, 59, NULL, 0},
    {"hour", 0, 23, NULL, 0},
    {"day", 1, 31, NULL, 0},
    {"month", 1, 12, month_words, 12},
    {"weekday", 0, 7, weekday_words, 7},
};

/* A field's values; `last` are those with an L. */
struct values {
    uint64_t bits;
    uint64_t last;
    bool last_day;
};

static const struct {
    const char *word;
    const char *means;
} nicknames[] = {{"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
                 {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
                 {"@annually", "0 0 1 1 *"}};

static bool is_word(struct kho_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

static bool read_value(const struct field *field, struct kho_text text, int *value,
                       struct kho_err *err)
{
    int64_t number;
    for (int i = 0; i < field->n_words; i++)
        if (is_word(text, field->words[i])) {
            *value = field->min + i;
            return true;
        }
    bool digits = text.len != 0 && text.len <= 2;
    for (size_t i = 0; i < text.len; i++)
        digits = digits && text.ptr[i] >= '0' && text.ptr[i] <= '9';
    if (digits && kho_text_to_int(text, &number) && number >= field->min && number <= field->max) {
        *value = (int)number;
        return true;
    }
    return kho_err_set(err, KHO_ERR_CONFIG, "'%.*s' is no %s: %d to %d%s%s%s", KHO_TEXT_ARGS(text),
                       field->name, field->min, field->max, field->words != NULL ? ", or " : "",
                       field->words != NULL ? field->words[0] : "",
                       field->words != NULL ? ", ..." : "");
}

static bool read_step(const struct field *field, struct kho_text text, int *step,
                      struct kho_err *err)
{
    int64_t number = 0;
    *step = 1;
    if (kho_text_is_null(text))
        return true;
    if (kho_text_to_int(text, &number) && number >= 1 && number <= field->max - field->min) {
        *step = (int)number;
        return true;
    }
    return kho_err_set(err, KHO_ERR_CONFIG, "'/%.*s' is no step of the %s: 1 to %d",
                       KHO_TEXT_ARGS(text), field->name, field->max - field->min);
}

/* Reads `a` or `a-b`; a step behind a single value goes on to the field's end. */
static bool read_range(const struct field *field, struct kho_text text, bool stepped, int *from,
                       int *to, struct kho_err *err)
{
    struct kho_text rest = text;
    struct kho_text first = kho_text_cut(&rest, '-');
    KHO_TRY(read_value(field, first, from, err));
    *to = stepped ? field->max - (field->max == 7 ? 1 : 0) : *from;
    if (kho_text_is_null(rest))
        return true;
    KHO_TRY(read_value(field, rest, to, err));
    if (field->max == 7 && *to == 0)
        *to = 7; /* fri-sun */
    if (*from <= *to)
        return true;
    return kho_err_set(err, KHO_ERR_CONFIG,
                       "the range '%.*s' of the %s runs backwards: write it as two, with a comma",
                       KHO_TEXT_ARGS(text), field->name);
}

/* Takes an L off: `L` among the days, `5L`, `L5` or `friL` among the weekdays. */
static bool take_last(const struct field *field, struct kho_text *text)
{
    bool weekday = field == &fields[WEEKDAY];
    if (text->len == 0 || (!weekday && field != &fields[DAY]))
        return false;
    bool first = text->ptr[0] == 'L' || text->ptr[0] == 'l';
    bool end = text->ptr[text->len - 1] == 'L' || text->ptr[text->len - 1] == 'l';
    if (!first && !end)
        return false;
    *text = (struct kho_text){text->ptr + (first ? 1 : 0), text->len - 1};
    return weekday ? text->len != 0 : text->len == 0;
}

static bool read_item(const struct field *field, struct kho_text item, struct values *values,
                      struct kho_err *err)
{
    struct kho_text range = item;
    int from = field->min, to = field->max, step;
    if (take_last(field, &range)) {
        values->last_day = field == &fields[DAY];
        if (values->last_day)
            return true;
        KHO_TRY(read_value(field, range, &from, err));
        values->last |= UINT64_C(1) << (from % 7);
        return true;
    }
    struct kho_text step_text = item;
    range = kho_text_cut(&step_text, '/');
    KHO_TRY(read_step(field, step_text, &step, err));
    if (kho_text_eq_cstr(range, "*"))
        to -= field->max == 7 ? 1 : 0;
    else
        KHO_TRY(read_range(field, range, !kho_text_is_null(step_text), &from, &to, err));
    for (int value = from; value <= to; value += step)
        values->bits |= UINT64_C(1) << (field->max == 7 ? value % 7 : value);
    return true;
}

static bool read_field(const struct field *field, struct kho_text text, struct values *values,
                       struct kho_err *err)
{
    struct kho_text rest = text;
    while (!kho_text_is_null(rest))
        KHO_TRY(read_item(field, kho_text_cut(&rest, ','), values, err));
    return true;
}

static bool next_word(struct kho_text *rest, struct kho_text *word)
{
    *rest = kho_text_trim(*rest);
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != ' ' && rest->ptr[n] != '\t')
        n++;
    *word = (struct kho_text){rest->ptr, n};
    *rest = (struct kho_text){rest->ptr + n, rest->len - n};
    return n != 0;
}

static bool replace_nickname(struct kho_text *text, struct kho_err *err)
{
    const char *words[KHO_COUNT(nicknames)];
    if (text->len == 0 || text->ptr[0] != '@')
        return true;
    for (size_t i = 0; i < KHO_COUNT(nicknames); i++) {
        words[i] = nicknames[i].word;
        if (is_word(*text, nicknames[i].word)) {
            *text = kho_text_of(nicknames[i].means);
            return true;
        }
    }
    const char *near = kho_text_nearest(*text, words, KHO_COUNT(words));
    return kho_err_set(err, KHO_ERR_CONFIG, "there is no schedule '%.*s'%s%s%s",
                       KHO_TEXT_ARGS(*text), near != NULL ? "; did you mean '" : "",
                       near != NULL ? near : "", near != NULL ? "'?" : "");
}

/* Only days of the month may never come: 30 February. */
static bool check_fires(const struct kho_cron *cron, struct kho_err *err)
{
    bool fires = cron->any_day || cron->last_day || !cron->any_weekday;
    for (int month = 1; month <= 12 && !fires; month++) {
        uint32_t days = (UINT32_C(2) << kho_date_days_in_month(2000, month)) - 2;
        fires = (cron->months >> month & 1) != 0 && (cron->days & days) != 0;
    }
    if (fires)
        return true;
    return kho_err_set(err, KHO_ERR_CONFIG,
                       "it would never fire: these months have no such day of the month");
}

static struct kho_cron compose(const struct values *values)
{
    return (struct kho_cron){
        .minutes = values[MINUTE].bits,
        .hours = (uint32_t)values[HOUR].bits,
        .days = (uint32_t)values[DAY].bits,
        .months = (uint32_t)values[MONTH].bits,
        .weekdays = (uint32_t)values[WEEKDAY].bits,
        .last_weekdays = (uint32_t)values[WEEKDAY].last,
        .last_day = values[DAY].last_day,
        .any_day = values[DAY].bits == UINT64_C(0xFFFFFFFE),
        .any_weekday = values[WEEKDAY].bits == 0x7F,
    };
}

bool kho_cron_parse(struct kho_text text, struct kho_cron *cron, struct kho_err *err)
{
    struct values values[FIELDS] = {0};
    struct kho_text rest = kho_text_trim(text), word;
    size_t n = 0;
    KHO_TRY(replace_nickname(&rest, err));
    while (next_word(&rest, &word)) {
        if (n < FIELDS)
            KHO_TRY(read_field(&fields[n], word, &values[n], err));
        n++;
    }
    if (n != FIELDS)
        return kho_err_set(err, KHO_ERR_CONFIG,
                           "a schedule has five fields (minute hour day month weekday), not %zu",
                           n);
    struct kho_cron made = compose(values);
    KHO_TRY(check_fires(&made, err));
    *cron = made;
    return true;
}
