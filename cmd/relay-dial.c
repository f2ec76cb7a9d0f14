/* SPDX-License-Identifier: MIT */
/* relay-dial: owns the link to the connector, for a pipe or a ring of filters. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/opt.h"
#include "dial/check.h"
#include "dial/explain.h"
#include "relay/identity.h"
#include "relay/secret.h"
#include "relay/token.h"
#include "relay/url.h"
#include "json/write.h"

static struct relay_dial {
    struct dial_options o;
    const char *secret_file, *hello;
    int64_t secret_fd;
    bool check;
    int format;
    int64_t token_ttl; /* ms */
    int64_t ready_fd;
    bool dry_run;
    size_t n_headers, n_up;
    const char *headers[65], *up[65];
    struct buf secret, url;
} self = {
    .o = {.link = {.connect_timeout = 30000, .ping_interval = 30000, .ping_timeout = 60000},
          .retry = -1,
          .wait = 30000,
          .kill_after = 60000},
    .token_ttl = (int64_t)TOKEN_TTL * 1000,
    .ready_fd = -1,
    .secret_fd = -1,
};

static void add_word(const struct opts *o, const char **list, size_t *n)
{
    if (*n == 64)
        opt_refuse(o, "more than 64 of them");
    list[(*n)++] = o->arg;
}

static void on_up(struct opts *o)
{
    add_word(o, self.up, &self.n_up);
}

static void on_header(struct opts *o)
{
    const char *colon = strchr(o->arg, ':');
    if (!colon || colon == o->arg || strpbrk(o->arg, "\r\n"))
        opt_refuse(o, "not 'Name: value' on one line");
    add_word(o, self.headers, &self.n_headers);
}

static void on_retry(struct opts *o)
{
    self.o.retry = strcmp(o->arg, "inf") == 0 ? INT64_MAX : opt_number(o, 0, 1000000);
}

static void on_explain(struct opts *o)
{
    struct buf b = {0};
    if (!explain(&b, opt_number(o, 0, 4999)))
        opt_refuse(o, "neither an exit status, an HTTP status nor a close code");
    if (fputs(buf_cstr(&b), stdout) < 0 || fflush(stdout))
        die(EX_IOERR, "write stdout:");
    exit(EX_OK);
}

static const struct opt options[] = {
    OPT_FLAG('n', "null-input", &self.o.null_input, "do not read stdin"),
    OPT_TIME('w', "wait", &self.o.wait, 0, "wait for owed replies at the end (default 30s)"),
    OPT_FLAG('E', "no-wait", &self.o.no_wait, "do not wait for replies at the end of input"),
    OPT_FLAG(0, "stay", &self.o.stay, "stay past the end of input and past going_idle_ack"),
    OPT_NUMBER('c', "count", &self.o.count, 1, INT64_MAX, "end after N frames have come down"),
    OPT_TIME('m', "max-time", &self.o.max_time, 0, "end after that time"),
    OPT_CALL(0, "retry", "N", on_retry, "redial up to N times (default 0; with COMMAND inf)"),
    OPT_TIME(0, "kill-after", &self.o.kill_after, 0, "end at most this long after a signal (default 60s)"),
    OPT_FLAG(0, "no-link", &self.o.no_link, "write no link frames"),
    OPT_CALL(0, "up", "TYPE", on_up, "also send frames of this type (repeatable, with COMMAND)"),
    OPT_TIME(0, "ping-interval", &self.o.link.ping_interval, 0,
             "send a ping after this much silence, 0: never (default 30s)"),
    OPT_TIME(0, "ping-timeout", &self.o.link.ping_timeout, 0,
             "give up the link after this much silence after a ping (default 60s)"),
    OPT_TIME(0, "connect-timeout", &self.o.link.connect_timeout, 0,
             "give up a dial after that time (default 30s)"),
    OPT_CALL('H', "header", "LINE", on_header, "add a request header, 'Name: value' (repeatable)"),
    OPT_FILE(0, "cacert", &self.o.link.cacert, "trust these certificate authorities"),
    OPT_FILE(0, "cert", &self.o.link.cert, "client certificate"),
    OPT_FILE(0, "key", &self.o.link.key, "the certificate's private key"),
    OPT_FLAG('k', "insecure", &self.o.link.insecure, "do not verify the peer's certificate"),
    OPT_TEXT_OR_EMPTY('x', "proxy", "URL", &self.o.link.proxy, "dial through this proxy; empty: no proxy"),
    OPT_TEXT(0, "id", "ID", &self.o.id, "gateway id (default $GATEWAY_RELAY_ID)"),
    OPT_FILE(0, "secret-file", &self.secret_file, "secret from FILE (default $GATEWAY_RELAY_SECRET)"),
    OPT_NUMBER(0, "secret-fd", &self.secret_fd, 0, 1 << 20, "read the secret from file descriptor N"),
    OPT_TIME(0, "token-ttl", &self.token_ttl, 1000, "lifetime of a token (default 5m)"),
    OPT_FLAG(0, "dry-run", &self.dry_run, "print url and headers, without the token, and do not dial"),
    OPT_NUMBER(0, "ready-fd", &self.ready_fd, 1, 1 << 20,
               "write the first descriptor frame to file descriptor N"),
    OPT_FILE(0, "record", &self.o.record, "append every frame with its time to FILE"),
    OPT_FILE(0, "status", &self.o.status, "keep the state of the run in FILE, as JSON"),
    OPT_FILE(0, "stats", &self.o.stats, "keep metrics of the run in FILE, as Prometheus reads them"),
    OPT_FLAG(0, "check", &self.check, "try each step of a dial; sends no hello"),
    OPT_TEXT(0, "check-hello", "PLATFORM[:BOTID]", &self.hello,
             "in a check, also say hello and show the descriptor"),
    OPT_WORD(0, "format", "text|nagios", &self.format, "how a check reports (default text)"),
    OPT_CALL(0, "explain", "N", on_explain, "explain an exit status, HTTP status or close code, and exit"),
};

static const char *const brief[] = {"Who and where:", "id",       "secret-file", "How long:",    "wait",
                                    "retry",          "max-time", "kill-after",  "What to see:", "record",
                                    "status",         "check",    NULL};

static const struct tool tool = {
    .purpose = "Own the link to the connector: stdin goes up, what comes down goes to stdout.",
    .synopsis = "[options] [URL]\n[options] [URL] -- COMMAND [ARG...]\n--explain N",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_TEMPFAIL, EX_PROTOCOL, EX_NOPERM, EX_CONFIG, -1},
    .examples = "  relay-handshake -n -p discord | relay-dial \"$URL\" | relay-decode\n"
                "  relay-dial -m 1s \"$URL\" -- sh -c 'relay-handshake | relay-decode'\n"
                "  relay-dial --max-time 1 \"$URL\" -- sh -c 'relay-handshake | relay-decode | relay-run "
                "./reply.sh | relay-send'\n",
    .brief = brief,
    .filter = true,
};

/* A URL without user and password; never freed, as it is for a last message or the only one. */
static const char *for_eyes(const char *url)
{
    struct buf b = {0};
    url_without_login(&b, url);
    return buf_cstr(&b);
}

/* [URL] [-- COMMAND [ARG…]]: a "--" that ended the options means that the URL was left out. */
static void read_operands(struct relay_dial *s, const struct opts *o)
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
        s->o.command = at;
    if (!base || !base[strspn(base, " \t\r\n")])
        opt_wrong("dial: no URL given, and GATEWAY_RELAY_URL is not set");
    relay_url(&s->url, base);
    s->o.link.url = buf_cstr(&s->url);
    if (strncmp(s->o.link.url, "ws://", 5) != 0 && strncmp(s->o.link.url, "wss://", 6) != 0)
        opt_wrong("dial '%s': not a ws, wss, http or https URL", for_eyes(base));
}

/* Authenticated only with both an id and a secret (protocol §1); it is an error if options ask for
 * authentication and one of the two is missing. */
static void read_credential(struct relay_dial *s)
{
    struct dial_options *d = &s->o;
    bool asked = d->id, given = s->secret_file || s->secret_fd >= 0;
    bool secret = secret_load(&s->secret, s->secret_file, (int)s->secret_fd);
    if (!d->id)
        d->id = getenv("GATEWAY_RELAY_ID");
    if (given && (!d->id || !*d->id))
        die(EX_CONFIG, "read --secret-%s: no id for it, give --id or GATEWAY_RELAY_ID",
            s->secret_file ? "file" : "fd");
    if (asked && !secret)
        die(EX_CONFIG, "--id: no secret for it, give --secret-file or GATEWAY_RELAY_SECRET");
    d->secret = buf_as_span(&s->secret);
    if (!secret || !d->id || !*d->id)
        d->id = NULL;
}

static void check_ready_fd(int fd, bool ring)
{
    if (fd == STDERR_FILENO || (fd == STDOUT_FILENO && !ring))
        die(EX_CONFIG, "--ready-fd %d: already in use", fd);
    if (fd >= 0 && fcntl(fd, F_GETFD) < 0)
        die(EX_USAGE, "use --ready-fd %d:", fd);
    if (fd > 2)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void check_secret_fd(int fd, const struct relay_dial *s)
{
    bool reads_stdin = !s->o.command && !s->o.null_input && !s->check && !s->dry_run;
    if (fd == STDOUT_FILENO || fd == STDERR_FILENO || (fd == STDIN_FILENO && reads_stdin))
        die(EX_CONFIG, "--secret-fd %d: already in use", fd);
}

static void check_check(const struct relay_dial *s, const struct opts *o)
{
    struct identities ids = {0};
    opt_needs(o, "check-hello", "check");
    opt_needs(o, "format", "check");
    opt_exclusive(o, "check", "dry-run");
    if (s->check && s->o.command)
        die(EX_CONFIG, "--check: runs no COMMAND");
    if (s->hello && !identity_parse(&ids, s->hello))
        opt_wrong("read --check-hello '%s': no platform", s->hello);
    identities_free(&ids);
}

static void check_options(struct relay_dial *s, const struct opts *o)
{
    struct dial_options *d = &s->o;
    if (d->command && d->null_input)
        die(EX_CONFIG, "--null-input: stdin is not read with COMMAND anyway");
    if (!d->command && s->n_up)
        die(EX_CONFIG, "--up: without COMMAND every line is sent anyway");
    opt_exclusive(o, "stay", "no-wait");
    if (d->link.ping_interval && !d->link.ping_timeout)
        die(EX_CONFIG, "--ping-timeout 0: the first ping would end the link; --ping-interval 0 sends none");
    opt_needs(o, "key", "cert");
    opt_exclusive(o, "secret-file", "secret-fd");
    check_secret_fd((int)s->secret_fd, s);
    check_check(s, o);
    link_check(&d->link);
    check_ready_fd((int)s->ready_fd, d->command);
}

/* Fills in the dial's options that the rows do not set directly. */
static void fill_in(struct relay_dial *s, const struct opts *o)
{
    struct dial_options *d = &s->o;
    d->link.max_frame = (size_t)o->max_frame;
    d->link.headers = s->headers;
    d->up = s->up;
    d->strict = o->strict;
    d->token_ttl = s->token_ttl / 1000;
    d->link.probe = s->check;
    d->ready_fd = (int)s->ready_fd;
    if (d->retry < 0)
        d->retry = d->command ? INT64_MAX : 0;
}

static int dry_run(const struct relay_dial *s)
{
    struct buf b = {0}, url = {0};
    url_without_login(&url, s->o.link.url);
    json_begin(&b, '{');
    json_add_text(&b, "url", buf_as_span(&url));
    buf_free(&url);
    json_key(&b, "headers");
    json_begin(&b, '[');
    if (s->o.id)
        json_put_str(&b, "Authorization: Bearer (redacted)");
    for (size_t i = 0; i < s->n_headers; i++)
        json_put_str(&b, s->headers[i]);
    json_end(&b, ']');
    json_end(&b, '}');
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
    struct opts o;
    struct relay_dial *s = &self;
    opt_read(&o, &tool, argc, argv);
    read_operands(s, &o);
    fill_in(s, &o);
    check_options(s, &o);
    read_credential(s);
    if (!s->dry_run && link_unfit())
        die(EX_UNAVAILABLE, "use libcurl: %s", link_unfit());
    int status = s->dry_run ? dry_run(s)
                 : s->check ? check_run(&s->o, s->hello, (enum check_format)s->format)
                            : dial_run(&s->o);
    secret_forget(&s->secret);
    buf_free(&s->url);
    return status;
}
