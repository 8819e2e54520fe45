/* The live line: on a terminal five times a second, elsewhere a line every ten seconds. */
#include <kho/core/progress.h>

#include <kho/core/clock.h>
#include <kho/core/log.h>

#define TERMINAL_EVERY_US (KHO_US_PER_SECOND / 5)
#define LINE_EVERY_US (10 * KHO_US_PER_SECOND)

static bool live_line;

static bool on_terminal(void)
{
    static int known = -1;
    if (known < 0)
        known = isatty(STDERR_FILENO);
    return known == 1;
}

void kho_progress_wipe(void)
{
    if (live_line)
        fputs("\r\033[K", stderr);
    live_line = false;
}

void kho_progress_start(struct kho_progress *progress, const char *label, int64_t expected_rows)
{
    int64_t now = kho_clock_monotonic_us();
    *progress = (struct kho_progress){
        .label = label, .expected_rows = expected_rows, .started_us = now, .shown_us = now};
}

/* Writes 1204331 as `1 204 331`. */
static void grouped(int64_t number, char *out, size_t size)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, number);
    size_t used = 0;
    for (int i = 0; i < len && used + 2 < size; i++) {
        if (i != 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            out[used++] = ' ';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

static void print(struct kho_progress *progress, int64_t now)
{
    char rows[40], eta[40] = "";
    grouped(progress->rows, rows, sizeof(rows));
    double seconds = (double)(now - progress->started_us) / (double)KHO_US_PER_SECOND;
    double rate = seconds > 0 ? (double)progress->rows / seconds : 0;
    if (progress->expected_rows > progress->rows && rate > 0) {
        int left = (int)((double)(progress->expected_rows - progress->rows) / rate);
        snprintf(eta, sizeof(eta), "  eta %d:%02d", left / 60, left % 60);
    }
    bool thousands = rate >= 10000;
    fprintf(stderr, "%s%s  %s rows  %.0f%s/s  rejected %" PRId64 "%s%s", on_terminal() ? "\r" : "",
            progress->label, rows, thousands ? rate / 1000 : rate, thousands ? "k" : "",
            progress->rejected_rows, eta, on_terminal() ? "\033[K" : "\n");
    live_line = on_terminal();
}

void kho_progress_update(struct kho_progress *progress, int64_t rows, int64_t rejected_rows)
{
    progress->rows = rows;
    progress->rejected_rows = rejected_rows;
    if (kho_log_level() == KHO_LOG_QUIET)
        return;
    int64_t now = kho_clock_monotonic_us();
    if (now - progress->shown_us < (on_terminal() ? TERMINAL_EVERY_US : LINE_EVERY_US))
        return;
    progress->shown_us = now;
    progress->shown = true;
    print(progress, now);
}

void kho_progress_end(struct kho_progress *progress)
{
    (void)progress;
    kho_progress_wipe();
}
