/* SPDX-License-Identifier: MIT */
/* relay-token: mints and verifies the bearer of the upgrade (protocol §1). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/opt.h"
#include "relay/secret.h"
#include "base/text.h"
#include "relay/token.h"

enum { SECRETS_MAX = 64, LINE_MAX_BYTES = 64 * 1024 };

struct job {
    const char *id;
    const char *files[SECRETS_MAX];
    struct buf secrets[SECRETS_MAX];
    size_t count;
    int64_t ttl;     /* seconds; 0: not given */
    int64_t expires; /* unix seconds; -1: not given */
    bool verify;
};

static void load_secrets(struct job *j)
{
    for (size_t i = 0; i < j->count; i++)
        if (!secret_load(&j->secrets[i], j->files[i]))
            die(EX_CONFIG, "read secret file %s: it is blank", j->files[i]);
    if (j->count)
        return;
    if (!secret_load(&j->secrets[0], NULL))
        die(EX_CONFIG, "no secret: give --secret-file or set GATEWAY_RELAY_SECRET");
    j->count = 1;
}

static int64_t expiry(const struct job *j)
{
    int64_t now = (int64_t)time(NULL);
    if (j->expires < 0)
        return now + (j->ttl ? j->ttl : TOKEN_TTL);
    if (j->expires && j->expires <= now)
        warn("mint token: it has expired already");
    return j->expires;
}

static int mint(struct job *j)
{
    struct buf token = {0};
    const char *id = j->id ? j->id : getenv("GATEWAY_RELAY_ID");
    if (j->count > 1)
        opt_wrong("one --secret-file signs; several are for --verify");
    if (!id || !*id)
        die(EX_CONFIG, "no gateway id: give --id or set GATEWAY_RELAY_ID");
    load_secrets(j);
    token_mint(&token, id, buf_as_span(&j->secrets[0]), expiry(j));
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

static int verify(struct job *j, const char *token)
{
    struct buf line = {0}, id = {0}, shown = {0};
    struct span secrets[SECRETS_MAX];
    int64_t expires = 0;
    load_secrets(j);
    for (size_t i = 0; i < j->count; i++)
        secrets[i] = buf_as_span(&j->secrets[i]);
    if (token)
        buf_str(&line, token);
    else
        read_line(&line);
    struct span bearer = text_trim(buf_as_span(&line));
    const char *no = token_verify(&id, bearer, secrets, j->count, (int64_t)time(NULL));
    if (!no && j->id && !span_eq(buf_as_span(&id), j->id))
        no = "of another gateway";
    id.len = 0;
    if (no) {
        warn("verify token: %s", no);
    } else if (token_read(&id, &expires, bearer)) {
        text_escape(&shown, id.p, id.len);
        printf("%s\t%lld\n", buf_cstr(&shown), (long long)expires);
    }
    secret_forget(&line);
    buf_free(&id);
    buf_free(&shown);
    return no ? EX_NO : EX_OK;
}

enum { KEY_ID = OPT_LONG, KEY_SECRET_FILE, KEY_TTL, KEY_EXPIRES, KEY_VERIFY };

static const struct opt options[] = {
    {KEY_ID, "id", "ID", "the gateway's id (default $GATEWAY_RELAY_ID)"},
    {KEY_SECRET_FILE, "secret-file", "FILE", "read the secret from FILE (default $GATEWAY_RELAY_SECRET)"},
    {KEY_TTL, "ttl", "DURATION", "let it expire after so long (default 300)"},
    {KEY_EXPIRES, "expires", "UNIX", "let it expire at this moment; 0: never"},
    {KEY_VERIFY, "verify", NULL, "verify TOKEN, or the first line of stdin"},
};

static const struct tool tool = {
    .purpose = "Mint a bearer token for a connector, or verify one.",
    .synopsis = "[--id ID] [--secret-file FILE] [--ttl DURATION | --expires UNIX]\n"
                "--verify [--id ID] [--secret-file FILE]... [TOKEN]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_CONFIG, -1},
    .examples = "  relay-token --id demo --secret-file secret --ttl 1h\n"
                "  relay-token | relay-token --verify\n",
};

static void take_options(struct job *j, struct opts *o, int argc, char **argv)
{
    for (int key; (key = opt_next(o, &tool, argc, argv)) != -1;) {
        switch (key) {
        case KEY_ID:
            j->id = o->arg;
            break;
        case KEY_SECRET_FILE:
            if (j->count == SECRETS_MAX)
                opt_wrong("more than %d secret files", SECRETS_MAX);
            j->files[j->count++] = o->arg;
            break;
        case KEY_TTL:
            j->ttl = opt_duration(o) / 1000;
            if (!j->ttl)
                opt_wrong("read --%s '%s': less than a second", o->name, o->arg);
            break;
        case KEY_EXPIRES:
            j->expires = opt_number(o, 0, INT64_MAX);
            break;
        case KEY_VERIFY:
            j->verify = true;
            break;
        }
    }
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct job j = {.expires = -1};
    take_options(&j, &o, argc, argv);
    if (argc - o.operands > j.verify)
        opt_wrong("unexpected operand '%s'", argv[o.operands + j.verify]);
    if (j.ttl && j.expires >= 0)
        die(EX_CONFIG, "--ttl and --expires: give one of them");
    if (j.verify && (j.ttl || j.expires >= 0))
        die(EX_CONFIG, "--verify: --ttl and --expires are for minting");
    int status = j.verify ? verify(&j, o.operands < argc ? argv[o.operands] : NULL) : mint(&j);
    for (size_t i = 0; i < j.count; i++)
        secret_forget(&j.secrets[i]);
    errno = 0;
    if (fflush(stdout) || ferror(stdout) || fclose(stdout))
        die(EX_IOERR, "write stdout:");
    return status;
}
