/* The notification protocol of systemd: one datagram a message. */
#include "systemd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <kho/core/text.h>

void systemd_tell(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = path != NULL ? strlen(path) : 0;
    if (len < 2 || len >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* an abstract socket */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    ssize_t sent =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
    (void)sent; /* the watchdog notices if nothing arrives */
    close(fd);
}

int64_t systemd_watchdog_us(void)
{
    const char *every = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
    int64_t us = 0, pid = getpid();
    if (every == NULL || !kho_text_to_int(kho_text_of(every), &us) || us < 2)
        return 0;
    if (whose != NULL && (!kho_text_to_int(kho_text_of(whose), &pid) || pid != getpid()))
        return 0;
    return us / 2;
}
