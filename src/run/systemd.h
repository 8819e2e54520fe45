/* What systemd is told of the server (sd_notify(3), without its library). */
#ifndef KHO_RUN_SYSTEMD_H
#define KHO_RUN_SYSTEMD_H

#include <kho/core/base.h>

/* Sends `READY=1` and the like to NOTIFY_SOCKET; nothing is done if systemd did not start us, and a
 * failure is no failure of ours. */
void systemd_tell(const char *state);

/* How often systemd wants to hear `WATCHDOG=1`, halved; 0 = never. */
int64_t systemd_watchdog_us(void);

#endif
