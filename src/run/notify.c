/*
 * Tells people: runs a command with the news on its standard input, or posts them to a webhook. In
 * a process of its own, so that a receiver that hangs holds nothing up.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <kho/core/log.h>

#include "serve.h"

#define DELIVER_WITHIN_S 60

static size_t swallow(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

static bool set_headers(struct kho_arena *arena, struct kho_text token, struct curl_slist **headers)
{
    *headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (token.ptr != NULL)
        *headers = curl_slist_append(
            *headers, kho_arena_printf(arena, "Authorization: Bearer %.*s", KHO_TEXT_ARGS(token)));
    return *headers != NULL;
}

bool notify_post(struct kho_arena *arena, const char *url, struct kho_text token,
                 struct kho_text news, struct kho_err *err)
{
    struct curl_slist *headers;
    char reason[CURL_ERROR_SIZE] = "";
    long status = 0;
    CURL *curl = curl_easy_init();
    if (curl == NULL || !set_headers(arena, token, &headers))
        kho_out_of_memory(0);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, news.ptr);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)news.len);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)DELIVER_WITHIN_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return kho_err_set(err, KHO_ERR_UNREACHABLE, "the webhook was not reached: %s",
                           reason[0] != '\0' ? reason : curl_easy_strerror(code));
    if (status < 200 || status > 299)
        return kho_err_set(err, KHO_ERR_FAILED, "the webhook answered %ld", status);
    return true;
}

/* Becomes the command. Its output goes where the server's log goes. */
static bool run_command(struct kho_arena *arena, const struct kho_texts *command,
                        struct kho_text news, struct kho_err *err)
{
    char **argv = kho_arena_array(arena, command->count + 1, sizeof(*argv));
    for (size_t i = 0; i < command->count; i++)
        argv[i] = kho_arena_cstr(arena, command->items[i]);
    int input = memfd_create("news", 0);
    if (input < 0 || write(input, news.ptr, news.len) != (ssize_t)news.len ||
        lseek(input, 0, SEEK_SET) != 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return kho_err_errno(err, KHO_ERR_FAILED, "cannot hand the news over");
    (void)close_range(3, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    alarm(DELIVER_WITHIN_S); /* stays over exec */
    execv(argv[0], argv);
    return kho_err_errno(err, KHO_ERR_FAILED, "cannot run '%s'", argv[0]);
}

static bool deliver(const struct server *server, struct kho_text news, struct kho_err *err)
{
    const struct kho_notify_config *notify = &server->project->config.warehouse.notify;
    struct kho_arena *arena = kho_arena_new(NULL);
    struct kho_text token;
    if (notify->webhook.ptr != NULL) {
        KHO_TRY(kho_secret_resolve(&notify->token, server->dir, arena, &token, err));
        KHO_TRY(notify_post(arena, kho_arena_cstr(arena, notify->webhook), token, news, err));
    }
    return notify->command.count == 0 || run_command(arena, &notify->command, news, err);
}

void notify_send(const struct server *server, struct kho_text news)
{
    const struct kho_notify_config *notify = &server->project->config.warehouse.notify;
    if (notify->webhook.ptr == NULL && notify->command.count == 0)
        return;
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        kho_log_warning("nobody could be notified: %s", strerror(errno));
    if (pid != 0)
        return; /* reaped with the others */
    struct kho_err err = {0};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGTERM, SIG_DFL);
    bool ok = deliver(server, news, &err);
    if (!ok)
        kho_log_warning("nobody could be notified: %s", err.message);
    fflush(NULL);
    _exit(ok ? 0 : 1);
}
