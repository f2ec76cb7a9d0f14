/* SPDX-License-Identifier: MIT */
/* relay-dial - own the link to the connector, for a pipe or for a ring of filters. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "dial/dial.h"
#include "json/json.h"
#include "base/opt.h"
#include "relay/secret.h"
#include "relay/token.h"
#include "relay/url.h"

enum {
    KEY_STAY = OPT_LONG,
    KEY_RETRY,
    KEY_NO_LINK,
    KEY_UP,
    KEY_KILL_AFTER,
    KEY_PING_INTERVAL,
    KEY_PING_TIMEOUT,
    KEY_CONNECT_TIMEOUT,
    KEY_CACERT,
    KEY_CERT,
    KEY_KEY,
    KEY_ID,
    KEY_SECRET_FILE,
    KEY_TOKEN_TTL,
    KEY_DRY_RUN,
    KEY_READY_FD,
    KEY_RECORD,
};

static const struct opt options[] = {
    {'n', "null-input", NULL, "do not read stdin"},
    {'w', "wait", "TIME", "wait for owed replies at the end of input (default 30s)"},
    {'E', "no-wait", NULL, "do not wait for replies at the end of input"},
    {KEY_STAY, "stay", NULL, "stay past the end of input and past going_idle_ack"},
    {'c', "count", "N", "end after N frames have come down"},
    {'m', "max-time", "TIME", "end after that time"},
    {KEY_RETRY, "retry", "N", "failures in a row to dial again after, or inf (default 0; with COMMAND inf)"},
    {KEY_KILL_AFTER, "kill-after", "TIME", "time for COMMAND to finish its work at the end (default 10s)"},
    {KEY_NO_LINK, "no-link", NULL, "write no link frames"},
    {KEY_UP, "up", "TYPE", "send frames of this type too (repeatable, with COMMAND)"},
    {KEY_PING_INTERVAL, "ping-interval", "TIME", "ping after that time of silence, 0: never (default 30s)"},
    {KEY_PING_TIMEOUT, "ping-timeout", "TIME", "silence after a ping that ends the link (default 60s)"},
    {KEY_CONNECT_TIMEOUT, "connect-timeout", "TIME", "time for one dial (default 30s)"},
    {'H', "header", "LINE", "add a request header, 'Name: value' (repeatable)"},
    {KEY_CACERT, "cacert", "FILE", "trust these certificate authorities"},
    {KEY_CERT, "cert", "FILE", "client certificate"},
    {KEY_KEY, "key", "FILE", "its private key"},
    {'k', "insecure", NULL, "do not verify the peer's certificate"},
    {'x', "proxy", "URL", "dial through this proxy; an empty one: through none"},
    {KEY_ID, "id", "ID", "gateway id (default $GATEWAY_RELAY_ID)"},
    {KEY_SECRET_FILE, "secret-file", "FILE", "the secret (default $GATEWAY_RELAY_SECRET)"},
    {KEY_TOKEN_TTL, "token-ttl", "SECS", "seconds a token lasts (default 300)"},
    {KEY_DRY_RUN, "dry-run", NULL, "print url and headers, the token left out, and open nothing"},
    {KEY_READY_FD, "ready-fd", "N", "write the first descriptor frame to descriptor N"},
    {KEY_RECORD, "record", "FILE", "append every frame with its time to FILE"},
};

static const int exits[] = {EX_OK,    EX_USAGE,    EX_DATAERR,  EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR,
                            EX_IOERR, EX_TEMPFAIL, EX_PROTOCOL, EX_NOPERM,  EX_CONFIG,      -1};

static const struct tool tool = {
    .purpose = "Own the WebSocket link to the connector. With COMMAND, run it as a ring closed by the link:\n"
               "its stdin is what comes down, its stdout goes up. Without, stdin goes up and stdout is what\n"
               "comes down. URL defaults to $GATEWAY_RELAY_URL.",
    .synopsis = "[options] [URL]\n[options] [URL] -- COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = exits,
    .examples = "  relay-handshake -n -p discord | relay-dial \"$URL\" | relay-decode\n"
                "  relay-dial --max-time 1 \"$URL\" -- sh -c 'relay-handshake | relay-decode | relay-run "
                "./reply.sh | relay-send'\n",
    .filter = true,
};

struct settings {
    struct dial_options dial;
    const char *secret_file;
    bool dry_run;
    size_t n_headers, n_up;
    const char *headers[65], *up[65];
    struct buf secret, url;
};

static void add_word(const char **list, size_t *n, const char *word)
{
    if (*n == 64)
        opt_wrong("take '%s': more than 64 of them", word);
    list[(*n)++] = word;
}

static void add_header(struct settings *s, const char *line)
{
    const char *colon = strchr(line, ':');
    if (!colon || colon == line || strpbrk(line, "\r\n"))
        opt_wrong("read header '%s': not 'Name: value' on one line", line);
    add_word(s->headers, &s->n_headers, line);
}

static int64_t read_retry(const struct opts *o)
{
    return strcmp(o->arg, "inf") == 0 ? INT64_MAX : opt_number(o, 0, 1000000);
}

/* True when the key was one of the link's. */
static bool set_link(struct link_options *l, const struct opts *o, int key)
{
    switch (key) {
    case KEY_PING_INTERVAL:
        l->ping_interval = opt_duration(o);
        return true;
    case KEY_PING_TIMEOUT:
        l->ping_timeout = opt_duration(o);
        return true;
    case KEY_CONNECT_TIMEOUT:
        l->connect_timeout = opt_duration(o);
        return true;
    case KEY_CACERT:
        l->cacert = o->arg;
        return true;
    case KEY_CERT:
        l->cert = o->arg;
        return true;
    case KEY_KEY:
        l->key = o->arg;
        return true;
    case 'k':
        l->insecure = true;
        return true;
    case 'x':
        l->proxy = o->arg;
        return true;
    default:
        return false;
    }
}

static void set_option(struct settings *s, const struct opts *o, int key)
{
    struct dial_options *d = &s->dial;
    switch (key) {
    case 'n':
        d->null_input = true;
        break;
    case 'w':
        d->wait = opt_duration(o);
        break;
    case 'E':
        d->no_wait = true;
        break;
    case KEY_STAY:
        d->stay = true;
        break;
    case 'c':
        d->count = opt_number(o, 1, INT64_MAX);
        break;
    case 'm':
        d->max_time = opt_duration(o);
        break;
    case KEY_RETRY:
        d->retry = read_retry(o);
        break;
    case KEY_KILL_AFTER:
        d->kill_after = opt_duration(o);
        break;
    case KEY_NO_LINK:
        d->no_link = true;
        break;
    case KEY_UP:
        add_word(s->up, &s->n_up, o->arg);
        break;
    case 'H':
        add_header(s, o->arg);
        break;
    case KEY_ID:
        d->id = o->arg;
        break;
    case KEY_SECRET_FILE:
        s->secret_file = o->arg;
        break;
    case KEY_TOKEN_TTL:
        d->token_ttl = opt_number(o, 1, 365 * 86400);
        break;
    case KEY_DRY_RUN:
        s->dry_run = true;
        break;
    case KEY_READY_FD:
        d->ready_fd = (int)opt_number(o, 1, 1 << 20);
        break;
    case KEY_RECORD:
        d->record = o->arg;
        break;
    }
}

/* A URL without user and password; never freed, it is for a last message or the only one. */
static const char *for_eyes(const char *url)
{
    struct buf b = {0};
    url_without_login(&b, url);
    return buf_cstr(&b);
}

/* [URL] [-- COMMAND [ARG…]]: a "--" that ended the options stands for an URL left out. */
static void read_operands(struct settings *s, const struct opts *o)
{
    char **at = o->argv + o->operands;
    const char *base = getenv("GATEWAY_RELAY_URL");
    bool ended = o->operands > 1 && strcmp(at[-1], "--") == 0;
    if (!ended && *at) {
        base = *at++;
        if (*at && strcmp(*at, "--") != 0)
            opt_wrong("read operand '%s': COMMAND needs '--' before it, options go before the URL", *at);
        ended = *at && *++at;
        if (at[-1] && strcmp(at[-1], "--") == 0 && !*at)
            opt_wrong("run COMMAND: none after '--'");
    }
    if (ended && *at)
        s->dial.command = at;
    if (!base || !base[strspn(base, " \t\r\n")])
        opt_wrong("dial: no URL given, and GATEWAY_RELAY_URL is not set");
    relay_url(&s->url, base);
    s->dial.link.url = buf_cstr(&s->url);
    if (strncmp(s->dial.link.url, "ws://", 5) != 0 && strncmp(s->dial.link.url, "wss://", 6) != 0)
        opt_wrong("dial '%s': not a ws, wss, http or https URL", for_eyes(base));
}

/* Authenticated only with both an id and a secret (protocol §1). */
static void read_credential(struct settings *s)
{
    struct dial_options *d = &s->dial;
    if (!d->id)
        d->id = getenv("GATEWAY_RELAY_ID");
    bool secret = secret_load(&s->secret, s->secret_file);
    if (s->secret_file && (!d->id || !*d->id))
        die(EX_CONFIG, "read --secret-file: no id for it, give --id or GATEWAY_RELAY_ID");
    d->secret = buf_as_span(&s->secret);
    if (!secret || !d->id || !*d->id)
        d->id = NULL;
}

static void check(const struct settings *s)
{
    const struct dial_options *d = &s->dial;
    if (d->command && d->null_input)
        opt_wrong("--null-input: stdin is not read with COMMAND anyway");
    if (!d->command && s->n_up)
        opt_wrong("--up: without COMMAND every line is sent anyway");
    if (d->stay && d->no_wait)
        die(EX_CONFIG, "--stay and --no-wait contradict each other");
    if (d->link.ping_interval && !d->link.ping_timeout)
        opt_wrong("--ping-timeout 0: the first ping would end the link; --ping-interval 0 sends none");
    if (d->link.key && !d->link.cert)
        die(EX_CONFIG, "--key: needs --cert");
    if (d->ready_fd == STDERR_FILENO || (d->ready_fd == STDOUT_FILENO && !d->command))
        die(EX_CONFIG, "--ready-fd %d: has its use already", d->ready_fd);
    if (d->ready_fd >= 0 && fcntl(d->ready_fd, F_GETFD) < 0)
        die(EX_USAGE, "use --ready-fd %d:", d->ready_fd);
    if (d->ready_fd > 2)
        fcntl(d->ready_fd, F_SETFD, FD_CLOEXEC);
}

static int dry_run(const struct settings *s)
{
    struct buf b = {0}, url = {0};
    url_without_login(&url, s->dial.link.url);
    buf_str(&b, "{\"url\":");
    json_quote(&b, url.p, url.len);
    buf_free(&url);
    buf_str(&b, ",\"headers\":[");
    if (s->dial.id)
        buf_str(&b, "\"Authorization: Bearer (redacted)\"");
    for (size_t i = 0; i < s->n_headers; i++) {
        if (i || s->dial.id)
            buf_ch(&b, ',');
        json_quote_str(&b, s->headers[i]);
    }
    buf_str(&b, "]}");
    struct writer w;
    writer_open(&w, STDOUT_FILENO);
    writer_line(&w, buf_as_span(&b));
    buf_free(&b);
    if (!writer_drain(&w) || !writer_close(&w))
        die(EX_IOERR, "write stdout:");
    return EX_OK;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct settings s = {
        .dial = {.link = {.connect_timeout = 30000, .ping_interval = 30000, .ping_timeout = 60000},
                 .token_ttl = TOKEN_TTL,
                 .retry = -1,
                 .wait = 30000,
                 .kill_after = 10000,
                 .ready_fd = -1}};
    int key;
    while ((key = opt_next(&o, &tool, argc, argv)) != -1)
        if (!set_link(&s.dial.link, &o, key))
            set_option(&s, &o, key);
    read_operands(&s, &o);
    s.dial.link.max_frame = (size_t)o.max_frame;
    s.dial.link.headers = s.headers;
    s.dial.up = s.up;
    s.dial.strict = o.strict;
    if (s.dial.retry < 0)
        s.dial.retry = s.dial.command ? INT64_MAX : 0;
    check(&s);
    read_credential(&s);
    if (!s.dry_run && link_unfit())
        die(EX_UNAVAILABLE, "use libcurl: %s", link_unfit());
    int status = s.dry_run ? dry_run(&s) : dial_run(&s.dial);
    secret_forget(&s.secret);
    buf_free(&s.url);
    return status;
}
