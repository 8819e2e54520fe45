/* The signal flag. The second signal takes the default action: ends the process. */
#include <kho/core/interrupt.h>

#include <signal.h>

static volatile sig_atomic_t received;
static bool shielded;

static void note(int signal_number)
{
    received = signal_number;
}

void kho_interrupt_install(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

int kho_interrupt_signal(void)
{
    return received;
}

bool kho_interrupt_pending(void)
{
    return received != 0 && !shielded;
}

void kho_interrupt_shield(bool up)
{
    shielded = up;
}

bool kho_interrupt_check(struct kho_err *err)
{
    if (!kho_interrupt_pending())
        return true;
    return kho_err_set(err, KHO_ERR_INTERRUPTED, "interrupted by %s",
                       received == SIGTERM ? "SIGTERM" : "SIGINT");
}
