/* SPDX-License-Identifier: MIT */
/* relay-token: mints and verifies the bearer of the upgrade (protocol §1). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/opt.h"
#include "base/text.h"
#include "relay/secret.h"
#include "relay/token.h"

enum { SECRETS_MAX = 64, LINE_MAX_BYTES = 64 * 1024 };

static struct relay_token {
    const char *id;
    const char *files[SECRETS_MAX];
    struct buf secrets[SECRETS_MAX];
    size_t count;
    int64_t fd;      /* --secret-fd; -1: not given */
    int64_t ttl;     /* ms */
    int64_t expires; /* Unix seconds; -1: not given */
    bool verify;
} self = {.ttl = (int64_t)TOKEN_TTL * 1000, .expires = -1, .fd = -1};

/* Loads the secrets. False: there are none. A file that holds none ends the process. */
static bool load_secrets(struct relay_token *t)
{
    for (size_t i = 0; i < t->count; i++)
        secret_load(&t->secrets[i], t->files[i], -1);
    if (!t->count && secret_load(&t->secrets[0], NULL, (int)t->fd))
        t->count = 1;
    return t->count > 0;
}

static int64_t expiry(const struct relay_token *t)
{
    int64_t now = clock_wall_s();
    if (t->expires < 0)
        return now + t->ttl / 1000;
    if (t->expires && t->expires <= now)
        warn("mint token: it has expired already");
    return t->expires;
}

static int mint(struct relay_token *t)
{
    struct buf token = {0};
    const char *id = t->id ? t->id : getenv("GATEWAY_RELAY_ID");
    if (t->count > 1)
        opt_wrong("one --secret-file signs; several are for --verify");
    if (!id || !*id)
        die(EX_CONFIG, "no gateway id: give --id or set GATEWAY_RELAY_ID");
    if (!load_secrets(t))
        die(EX_CONFIG, "no secret: give --secret-file or set GATEWAY_RELAY_SECRET");
    token_mint(&token, id, buf_as_span(&t->secrets[0]), expiry(t));
    puts(buf_cstr(&token));
    secret_forget(&token);
    return EX_OK;
}

static void read_line(struct buf *out)
{
    while (out->len <= LINE_MAX_BYTES) {
        char c;
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            die(EX_NOINPUT, "read stdin:");
        if (n == 0 || c == '\n')
            break;
        buf_ch(out, c);
    }
}

static void add_moment(struct buf *out, int64_t seconds)
{
    const int64_t year_10000 = 253402300800;
    if (seconds < year_10000)
        clock_format(out, seconds * 1000000);
    else
        buf_printf(out, "%lld", (long long)seconds);
}

/* Appends what the token says: whose it is, and when it expires. */
static void describe(struct buf *out, struct span id, int64_t expires, int64_t now)
{
    buf_str(out, " of ");
    buf_span(out, id);
    if (expires)
        buf_str(out, now < expires ? ", until " : ", expired since ");
    if (expires)
        add_moment(out, expires);
    else
        buf_str(out, ", for ever");
}

static void print_verified(struct span id, int64_t expires)
{
    struct buf shown = {0};
    text_escape(&shown, id.p, id.n);
    printf("%s\t%lld\n", buf_cstr(&shown), (long long)expires);
    buf_free(&shown);
}

static int verify(struct relay_token *t, struct span bearer)
{
    struct buf id = {0}, said = {0}, ignored = {0};
    struct span secrets[SECRETS_MAX];
    int64_t expires = 0, now = clock_wall_s();
    if (token_read(&id, &expires, bearer))
        describe(&said, buf_as_span(&id), expires, now);
    if (!load_secrets(t))
        die(EX_CONFIG, "verify token%s: signature not checked, no secret is given", buf_cstr(&said));
    for (size_t i = 0; i < t->count; i++)
        secrets[i] = buf_as_span(&t->secrets[i]);
    const char *no = token_verify(&ignored, bearer, secrets, t->count, now);
    if (!no && t->id && !span_eq(buf_as_span(&id), t->id))
        no = "of another gateway";
    if (no)
        warn("verify token%s: %s", buf_cstr(&said), no);
    else
        print_verified(buf_as_span(&id), expires);
    buf_free(&id);
    buf_free(&said);
    buf_free(&ignored);
    return no ? EX_NO : EX_OK;
}

/* The token given, or the first line of stdin. */
static int verify_operand(struct relay_token *t, const char *token)
{
    struct buf line = {0};
    if (!token && t->fd == STDIN_FILENO)
        die(EX_CONFIG, "--secret-fd 0: stdin holds the token");
    if (token)
        buf_str(&line, token);
    else
        read_line(&line);
    int status = verify(t, text_trim(buf_as_span(&line)));
    secret_forget(&line);
    return status;
}

static void on_secret_file(struct opts *o)
{
    if (self.count == SECRETS_MAX)
        opt_refuse(o, "too many secret files");
    self.files[self.count++] = o->arg;
}

static const struct opt options[] = {
    OPT_TEXT(0, "id", "ID", &self.id, "the gateway's id (default $GATEWAY_RELAY_ID)"),
    OPT_CALL(0, "secret-file", "FILE", on_secret_file,
             "read the secret from FILE (default $GATEWAY_RELAY_SECRET)"),
    OPT_NUMBER(0, "secret-fd", &self.fd, 0, 1 << 20, "read the secret from file descriptor N"),
    OPT_TIME(0, "ttl", &self.ttl, 1000, "let the token expire after this long (default 5m)"),
    OPT_BOUND(0, "expires", "UNIX", OPT_IS_NUMBER, &self.expires, 0, INT64_MAX,
              "let the token expire at this time; 0: never"),
    OPT_FLAG(0, "verify", &self.verify, "verify TOKEN, or the first line of stdin"),
};

static const struct tool tool = {
    .purpose = "Mint a bearer token for a connector, or verify one.",
    .synopsis = "[--id ID] [--secret-file FILE] [--ttl DURATION]\n"
                "[--id ID] [--secret-file FILE] --expires UNIX\n"
                "--verify [--id ID] [--secret-file FILE]... [TOKEN]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = 1,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples = "  relay-token --id demo --secret-file secret --ttl 1h\n"
                "  relay-token | relay-token --verify\n",
};

int main(int argc, char **argv)
{
    struct opts o;
    struct relay_token *t = &self;
    opt_read(&o, &tool, argc, argv);
    opt_operands(&o, t->verify);
    opt_exclusive(&o, "ttl", "expires");
    opt_exclusive(&o, "secret-file", "secret-fd");
    opt_exclusive(&o, "verify", "ttl");
    opt_exclusive(&o, "verify", "expires");
    int status = t->verify ? verify_operand(t, argv[o.operands]) : mint(t);
    for (size_t i = 0; i < t->count; i++)
        secret_forget(&t->secrets[i]);
    errno = 0;
    if (fflush(stdout) || ferror(stdout) || fclose(stdout))
        die(EX_IOERR, "write stdout:");
    return status;
}
