/* SPDX-License-Identifier: MIT */
/* How relay-queue and relay-work reach a pool. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "queue/connect.h"
#include "relay/secret.h"

enum { ELECTION = 10000 }; /* ms: a cluster may need so long for a leader */

static void check(const struct connect *c, const struct opts *o)
{
    if (!pool_name_fits(c->pool.name))
        opt_wrong("read --pool '%s': 1 to 64 letters, digits, '-' and '_'", c->pool.name);
    opt_needs(o, "key", "cert");
    if (c->pool.ack_wait < ELECTION && opt_given(o, "ack-wait"))
        warn("--ack-wait is under 10 s: workers lose what they hold when a cluster elects a leader");
}

static void check_files(const struct connect *c)
{
    const struct bus_options *b = &c->bus;
    struct buf creds = {0};
    if (b->creds)
        secret_read(&creds, b->creds);
    secret_forget(&creds);
    if (b->cacert)
        secret_check_file(b->cacert, "cacert", 0);
    if (b->cert)
        secret_check_file(b->cert, "cert", b->key ? 0 : S_IRWXO); /* without --key, it has the key, too */
    if (b->key)
        secret_check_file(b->key, "key", S_IRWXO);
}

/* The operand, or else the variable, of which children must not see a login. */
static char *take_url(const char *operand)
{
    char *env = getenv("NATS_URL");
    char *url = operand ? xstrdup(operand) : env && *env ? xstrdup(env) : NULL;
    if (env && strchr(env, '@')) {
        explicit_bzero(env, strlen(env));
        unsetenv("NATS_URL");
    }
    if (!url)
        opt_wrong("connect: no URL given, and NATS_URL is not set");
    return url;
}

void connect_close(struct connect *c)
{
    bus_close(c->pool.bus);
    c->pool.bus = NULL;
}

void connect_open(struct connect *c, const struct opts *o, const char *url, enum pool_role role,
                  const char *who)
{
    int status = EX_UNAVAILABLE;
    struct buf why = {0};
    const char *creds = getenv("NATS_CREDS");
    char *taken = take_url(url);
    check(c, o);
    if (!c->bus.creds && creds && *creds)
        c->bus.creds = creds;
    check_files(c);
    c->bus.urls = taken;
    c->bus.name = who;
    c->pool.role = role;
    c->pool.replicas = (int)c->replicas;
    c->pool.bus = bus_open(&c->bus, &status, &why);
    if (!c->pool.bus && status == EX_USAGE)
        opt_wrong("%s", buf_cstr(&why));
    if (!c->pool.bus || !pool_open(&c->pool, &status, &why)) {
        connect_close(c);
        die(status, "%s", buf_cstr(&why));
    }
    explicit_bzero(taken, strlen(taken));
    free(taken);
    c->bus.urls = NULL;
}
