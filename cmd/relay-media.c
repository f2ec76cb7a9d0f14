/* SPDX-License-Identifier: MIT */
/* relay-media: fetches and sends the files of messages (protocol §9). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/opt.h"
#include "media/client.h"
#include "media/serve.h"
#include "media/type.h"
#include "relay/secret.h"
#include "relay/token.h"
#include "relay/url.h"

static struct relay_media {
    struct client c;
    const char *url, *id, *secret_file, *socket;
    int64_t secret_fd; /* -1: not given */
    int64_t token_ttl; /* ms */
    bool event;
    size_t n_headers;
    const char *headers[65];
    struct buf secret;
} self = {
    .c = {.time = MEDIA_TIME, .directory = "."}, .secret_fd = -1, .token_ttl = (int64_t)TOKEN_TTL * 1000};

static void on_header(struct opts *o)
{
    const char *colon = strchr(o->arg, ':');
    if (!colon || colon == o->arg || strpbrk(o->arg, "\r\n"))
        opt_refuse(o, "not 'Name: value' on one line");
    if (self.n_headers == 64)
        opt_refuse(o, "more than 64 of them");
    self.headers[self.n_headers++] = o->arg;
}

static const struct opt options[] = {
    OPT_FILE('o', "output", &self.c.output, "get: write this file; -: stdout"),
    OPT_TEXT('d', "directory", "DIR", &self.c.directory, "get: write files into this directory (default .)"),
    OPT_FLAG('f', "force", &self.c.over, "get: replace existing files"),
    OPT_FLAG('e', "event", &self.event, "get: read an inbound frame, fetch the files that it names"),
    OPT_FLAG(0, "private", &self.c.o.private, "get: fetch from addresses of private networks too"),
    OPT_TEXT('t', "type", "MIME", &self.c.type, "get: the only type accepted; put: the file's"),
    OPT_TEXT('n', "name", "NAME", &self.c.name, "put: what the file is called"),
    OPT_FLAG('a', "action", &self.c.action, "put: print a send_media action"),
    OPT_TEXT(0, "chat", "CHAT", &self.c.chat, "put: the chat in that action"),
    OPT_TEXT('c', "caption", "TEXT", &self.c.caption, "put: the caption in that action"),
    OPT_FLAG('j', "json", &self.c.json, "print a line of JSON for each file"),
    OPT_FILE('s', "socket", &self.socket, "the socket to serve, or to ask (default $RELAY_MEDIA_SOCKET)"),
    OPT_TIME('m', "max-time", &self.c.time, 1, "give up a file after that time (default 30s)"),
    OPT_TEXT(0, "url", "URL", &self.url, "the connector's URL (default $GATEWAY_RELAY_URL)"),
    OPT_TEXT(0, "id", "ID", &self.id, "gateway id (default $GATEWAY_RELAY_ID)"),
    OPT_FILE(0, "secret-file", &self.secret_file,
             "read the secret from FILE (default $GATEWAY_RELAY_SECRET)"),
    OPT_NUMBER(0, "secret-fd", &self.secret_fd, 3, 1 << 20, "read the secret from file descriptor N"),
    OPT_TIME(0, "token-ttl", &self.token_ttl, 1000, "lifetime of a token (default 5m)"),
    OPT_CALL('H', "header", "LINE", on_header, "a header for the connector, 'Name: value' (repeatable)"),
    OPT_FILE(0, "cacert", &self.c.o.trust.cacert, "trust these certificate authorities"),
    OPT_FILE(0, "cert", &self.c.o.trust.cert, "client certificate"),
    OPT_FILE(0, "key", &self.c.o.trust.key, "the certificate's private key"),
    OPT_FLAG('k', "insecure", &self.c.o.trust.insecure, "do not verify the peer's certificate"),
    OPT_TEXT_OR_EMPTY('x', "proxy", "URL", &self.c.o.trust.proxy, "go through this proxy; empty: no proxy"),
};

static const char *const brief[] = {"get:",   "output",  "directory", "event", "put:",   "name",
                                    "action", "caption", "Both:",     "type",  "socket", NULL};

static const struct tool tool = {
    .purpose = "Fetch and send the files of messages, also for a COMMAND without the secret.",
    .synopsis = "get [OPTION]... [URL]...\nput [OPTION]... [FILE]...\n"
                "serve [OPTION]... -- COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_PROTOCOL, EX_NOPERM, EX_CONFIG, -1},
    .brief = brief,
    .examples = "  url=$(relay-media put reply.sh) && relay-media get -o - \"$url\"\n"
                "  relay-media serve -- sh -c 'relay-media put -a -c \"a picture\" reply.sh'\n",
};

static void read_base(struct relay_media *s)
{
    struct buf url = {0}, eyes = {0};
    const char *base = s->url ? s->url : getenv("GATEWAY_RELAY_URL");
    if (!base || !base[strspn(base, " \t\r\n")])
        return;
    relay_url(&url, base);
    url_without_login(&eyes, base);
    if (!origin_read(&s->c.o.origin, buf_cstr(&url)))
        opt_wrong("read the connector's URL '%s': not a ws, wss, http or https URL", buf_cstr(&eyes));
    buf_free(&url);
    buf_free(&eyes);
}

/* As for a dial: the bearer needs both an id and a secret. */
static void read_credential(struct relay_media *s)
{
    bool secret = secret_load(&s->secret, s->secret_file, (int)s->secret_fd);
    bool asked = s->id, given = s->secret_file || s->secret_fd >= 0;
    const char *id = s->id ? s->id : getenv("GATEWAY_RELAY_ID");
    if (given && (!id || !*id))
        die(EX_CONFIG, "read --secret-%s: no id for it, give --id or GATEWAY_RELAY_ID",
            s->secret_file ? "file" : "fd");
    if (asked && !secret)
        die(EX_CONFIG, "--id: no secret for it, give --secret-file or GATEWAY_RELAY_SECRET");
    s->c.o.secret = buf_as_span(&s->secret);
    s->c.o.id = secret && id && *id ? id : NULL;
    s->c.o.token_ttl = s->token_ttl / 1000;
    s->c.o.headers = s->headers;
}

/* COMMAND must not inherit the secret. */
static void keep_secret_fd(const struct relay_media *s)
{
    if (s->secret_fd >= 0)
        fcntl((int)s->secret_fd, F_SETFD, FD_CLOEXEC);
}

static void load(struct transfer_options *o)
{
    read_credential(&self);
    *o = self.c.o;
}

/* Without a secret of our own, the one that has it does the work, if there is one. */
static void choose_socket(struct relay_media *s)
{
    const char *named = getenv("RELAY_MEDIA_SOCKET");
    if (s->socket)
        s->c.socket = s->socket;
    else if (!s->c.o.id && named && *named)
        s->c.socket = named;
    if (s->c.socket && s->c.o.private)
        die(EX_CONFIG, "--private: it is for the relay-media that serves %s", s->c.socket);
    if (!s->c.socket)
        http_start();
}

static void check_options(const struct opts *o, const char *verb, char **operands)
{
    static const char *const verbs[] = {"get", "put", "serve"};
    static const char *const of[][9] = {
        {"output", "directory", "force", "event", NULL}, {"name", "action", "caption", "chat", NULL}, {NULL}};
    size_t mine = 0;
    while (mine < 3 && strcmp(verb, verbs[mine]) != 0)
        mine++;
    if (mine == 3)
        opt_wrong("unknown verb '%s': not get, put or serve", verb);
    for (size_t i = 0; i < 3; i++)
        for (const char *const *name = of[i]; *name; name++)
            if (i != mine && opt_given(o, *name))
                die(EX_CONFIG, "--%s: is for %s", *name, verbs[i]);
    opt_exclusive(o, "output", "directory");
    opt_exclusive(o, "output", "event");
    opt_exclusive(o, "action", "json");
    opt_needs(o, "caption", "action");
    opt_needs(o, "chat", "action");
    opt_needs(o, "key", "cert");
    if (self.event ? *operands != NULL : !*operands)
        opt_wrong(self.event       ? "get: an operand beside --event"
                  : verb[0] == 's' ? "serve: no COMMAND given"
                  : verb[0] == 'g' ? "get: no URL given"
                                   : "put: no FILE given");
    if (self.c.output && operands[1])
        opt_wrong("get: several URLs for one --output");
    if (verb[0] == 'p' && self.c.type && !type_valid(span_of(self.c.type)))
        opt_wrong("read --type '%s': not TYPE/SUBTYPE", self.c.type);
}

static int run(struct relay_media *s, const char *verb, char **operands)
{
    if (verb[0] == 's')
        return serve(s->socket, operands, &s->c.o, load);
    client_signals();
    read_credential(s);
    choose_socket(s);
    if (s->event)
        client_get_event(&s->c, 16 << 20);
    for (; *operands; operands++)
        if (verb[0] == 'g')
            client_get(&s->c, span_of(*operands), (struct span){NULL, 0}, "");
        else
            client_put(&s->c, *operands);
    secret_forget(&s->secret);
    if (close(STDOUT_FILENO)) {
        complain("close stdout:");
        exit_raise(&s->c.status, EX_IOERR);
    }
    return s->c.status;
}

int main(int argc, char **argv)
{
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    const char *verb = opt_verb(&o);
    opt_exclusive(&o, "secret-file", "secret-fd");
    keep_secret_fd(&self);
    if (!verb)
        opt_wrong("no verb given: get, put or serve");
    char **operands = argv + o.operands;
    check_options(&o, verb, operands);
    http_trust_check(&self.c.o.trust);
    read_base(&self);
    self.c.quiet = opt_given(&o, "quiet");
    int status = run(&self, verb, operands);
    origin_free(&self.c.o.origin);
    return status;
}
