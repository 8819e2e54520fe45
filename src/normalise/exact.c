/*
 * Exact decimals, digit by digit as on paper: a whole number of any length and how many of its
 * digits stand behind the point. Rules that compute are few, and their numbers short.
 */
#include "exact.h"

#include "decimal.h"

struct exact {
    bool negative;
    size_t n;        /* digits */
    size_t scale;    /* of them behind the point; may be more than n */
    uint8_t *digits; /* the last one first; no zeros at the end of the array */
};

static void trim_zeros(struct exact *x)
{
    while (x->n > 0 && x->digits[x->n - 1] == 0)
        x->n--;
    if (x->n == 0)
        x->negative = false;
}

static struct exact make(struct kho_arena *arena, size_t n, size_t scale, bool negative)
{
    struct exact x = {negative, n, scale, kho_arena_array(arena, n + 1, 1)};
    return x;
}

/* Reads a text with `more` zeros appended behind its last digit. */
static struct exact read_exact(struct kho_arena *arena, struct kho_text text, size_t more)
{
    struct decimal d = {0};
    KHO_BUG_IF(!split_decimal(text, &d)); /* the numbers are ours */
    size_t n = d.whole.len + d.fraction.len;
    struct exact x = make(arena, n + more, d.fraction.len + more, d.negative);
    for (size_t i = 0; i < d.fraction.len; i++)
        x.digits[more + i] = (uint8_t)(d.fraction.ptr[d.fraction.len - 1 - i] - '0');
    for (size_t i = 0; i < d.whole.len; i++)
        x.digits[more + d.fraction.len + i] = (uint8_t)(d.whole.ptr[d.whole.len - 1 - i] - '0');
    trim_zeros(&x);
    return x;
}

static struct kho_text write_exact(struct kho_arena *arena, struct exact x)
{
    trim_zeros(&x);
    size_t n = KHO_MAX(x.n, x.scale + 1);
    char *bytes = kho_arena_bytes(arena, n + 3);
    size_t len = 0;
    if (x.negative)
        bytes[len++] = '-';
    for (size_t i = n; i > 0; i--) {
        if (i == x.scale)
            bytes[len++] = '.';
        bytes[len++] = (char)('0' + (i <= x.n ? x.digits[i - 1] : 0));
    }
    return (struct kho_text){bytes, len};
}

static int digit_at(const struct exact *x, size_t i)
{
    return i < x->n ? x->digits[i] : 0;
}

/* Compares without regard to signs and scales. */
static int compare_digits(const struct exact *a, const struct exact *b)
{
    for (size_t i = KHO_MAX(a->n, b->n); i > 0; i--) {
        int difference = digit_at(a, i - 1) - digit_at(b, i - 1);
        if (difference != 0)
            return difference;
    }
    return 0;
}

/* Adds `sign` times b's digits to a's, into `x`, which has room; the result is not below 0. */
static void add_digits(const struct exact *a, const struct exact *b, int sign, struct exact *x)
{
    int carry = 0;
    for (size_t i = 0; i < x->n; i++) {
        int sum = digit_at(a, i) + sign * digit_at(b, i) + carry;
        carry = sum > 9 ? 1 : sum < 0 ? -1 : 0;
        x->digits[i] = (uint8_t)(sum - carry * 10);
    }
    trim_zeros(x);
}

static struct exact add(struct kho_arena *arena, struct exact a, struct exact b)
{
    struct exact x = make(arena, KHO_MAX(a.n, b.n) + 1, a.scale, a.negative);
    if (a.negative == b.negative) {
        add_digits(&a, &b, 1, &x);
    } else if (compare_digits(&a, &b) >= 0) {
        add_digits(&a, &b, -1, &x);
    } else {
        x.negative = b.negative;
        add_digits(&b, &a, -1, &x);
    }
    return x;
}

static struct exact multiply(struct kho_arena *arena, struct exact a, struct exact b)
{
    struct exact x = make(arena, a.n + b.n, a.scale + b.scale, a.negative != b.negative);
    for (size_t i = 0; i < a.n; i++) {
        int carry = 0;
        for (size_t k = 0; k <= b.n; k++) {
            if (i + k == x.n)
                break;
            int sum = x.digits[i + k] + a.digits[i] * digit_at(&b, k) + carry;
            x.digits[i + k] = (uint8_t)(sum % 10);
            carry = sum / 10;
        }
    }
    return x;
}

static size_t fraction_length(struct kho_text text)
{
    const char *point = memchr(text.ptr, '.', text.len);
    return point != NULL ? (size_t)(text.ptr + text.len - point) - 1 : 0;
}

struct kho_text exact_compute(struct kho_arena *arena, enum exact_op op, struct kho_text a,
                              struct kho_text b)
{
    if (op == EXACT_MULTIPLY)
        return write_exact(arena,
                           multiply(arena, read_exact(arena, a, 0), read_exact(arena, b, 0)));
    size_t scale = KHO_MAX(fraction_length(a), fraction_length(b));
    struct exact left = read_exact(arena, a, scale - fraction_length(a));
    struct exact right = read_exact(arena, b, scale - fraction_length(b));
    if (op == EXACT_SUBTRACT)
        right.negative = !right.negative;
    return write_exact(arena, add(arena, left, right));
}

/* Adds one to the last digit. */
static void add_one(struct exact *x)
{
    for (size_t i = 0;; i++) {
        if (i == x->n)
            x->digits[x->n++] = 0; /* make() left room for it */
        if (++x->digits[i] < 10)
            return;
        x->digits[i] = 0;
    }
}

/* Subtracts b from the remainder as often as it can be: 0 to 9 times. */
static uint8_t take_away(struct exact *remainder, const struct exact *b)
{
    uint8_t times = 0;
    for (; compare_digits(remainder, b) >= 0; times++)
        add_digits(remainder, b, -1, remainder);
    return times;
}

/* Appends a digit behind the last one. */
static void append_digit(struct exact *x, uint8_t digit)
{
    memmove(x->digits + 1, x->digits, x->n);
    x->digits[0] = digit;
    x->n++;
    trim_zeros(x);
}

bool exact_divide(struct kho_arena *arena, struct kho_text a, struct kho_text b, size_t scale,
                  struct kho_text *quotient)
{
    /* a / b = (a * 10^more) / b with both whole; more makes the quotient's scale what is wanted */
    struct exact over = read_exact(arena, a, scale + fraction_length(b));
    struct exact under = read_exact(arena, b, fraction_length(a));
    if (under.n == 0)
        return false;
    struct exact x = make(arena, over.n, scale, over.negative != under.negative);
    struct exact remainder = make(arena, under.n + 1, 0, false);
    remainder.n = 0;
    for (size_t i = over.n; i > 0; i--) {
        append_digit(&remainder, over.digits[i - 1]);
        x.digits[i - 1] = take_away(&remainder, &under);
    }
    append_digit(&remainder, 0); /* is ten times the rest at least five times b? */
    if (take_away(&remainder, &under) >= 5)
        add_one(&x);
    *quotient = write_exact(arena, x);
    return true;
}

struct kho_text exact_round(struct kho_arena *arena, struct kho_text a, size_t scale)
{
    struct kho_text rounded = a;
    if (fraction_length(a) > scale)
        KHO_BUG_IF(!exact_divide(arena, a, KHO_TEXT("1"), scale, &rounded));
    return rounded;
}
