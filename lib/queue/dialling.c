/* SPDX-License-Identifier: MIT */
/* Making a connection. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "queue/dialling.h"
#include "queue/greeting.h"
#include "relay/url.h"

enum {
    SERVERS = 64,   /* URLs */
    CONNECT = 2000, /* ms for a server to take a connection and greet */
    PING = 5000,    /* ms between two pings; two that are not answered: the connection is lost */
    WRITE = 5000,   /* ms for the server to take what is written: the loop waits for it */
};

/* The next of the URLs that commas separate; p is NULL after the last. */
static struct span next_url(const char **rest)
{
    struct span url = {*rest, *rest ? strcspn(*rest, ",") : 0};
    if (*rest)
        *rest = (*rest)[url.n] ? *rest + url.n + 1 : NULL;
    return url;
}

static bool has_scheme(struct span url, const char *scheme)
{
    size_t n = strlen(scheme);
    return url.n >= n && strncasecmp(url.p, scheme, n) == 0;
}

static const char *url_wrong(struct span url)
{
    struct span host = url;
    if (has_scheme(url, "nats://") || has_scheme(url, "tls://")) {
        size_t n = (size_t)(strchr(url.p, ':') + 3 - url.p);
        host = (struct span){url.p + n, url.n - n};
    } else if (strstr(url.p, "://") && strstr(url.p, "://") < url.p + url.n) {
        return "its scheme is not nats:// or tls://";
    }
    if (!host.n || host.p[host.n - 1] == '@' || *host.p == ':')
        return "it names no host";
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
            return "it has a character that no URL has";
    return NULL;
}

bool dialling_urls_fit(const char *urls, const char **why)
{
    size_t count = 0;
    const char *rest = urls;
    *why = NULL;
    for (struct span url; !*why && (url = next_url(&rest)).p;)
        *why = ++count > SERVERS ? "it names more than 64 servers" : url_wrong(url);
    return !*why;
}

void dialling_show(struct buf *out, const char *urls)
{
    const char *rest = urls, *comma = "";
    for (struct span url; (url = next_url(&rest)).p; comma = ",") {
        char *one = xstrndup(url.p, url.n);
        buf_str(out, comma);
        url_without_login(out, one);
        free(one);
    }
}

/* tls:// is not known to libnats, which would go on in plain text if the server does not ask for TLS. */
static natsStatus set_servers(natsOptions *no, const char *urls, char **more, int count)
{
    char *list[SERVERS];
    int n = 0, own;
    bool secure = false;
    const char *rest = urls;
    for (struct span url; n < SERVERS && (url = next_url(&rest)).p;) {
        secure |= has_scheme(url, "tls://");
        list[n++] = xstrndup(url.p, url.n);
    }
    own = n;
    for (int i = 0; i < count && n < SERVERS; i++)
        list[n++] = more[i];
    natsStatus s = natsOptions_SetServers(no, (const char **)list, n);
    while (own)
        free(list[--own]);
    return s == NATS_OK && secure ? natsOptions_SetSecure(no, true) : s;
}

void dialling_learn(natsOptions *options, const char *urls, natsConnection *nc)
{
    char **found = NULL;
    int n = 0;
    if (natsConnection_GetDiscoveredServers(nc, &found, &n) != NATS_OK)
        return;
    if (n && set_servers(options, urls, found, n) != NATS_OK)
        warn("use the other servers of the cluster: libnats refuses them");
    while (n)
        free(found[--n]);
    free(found);
}

static void put_back(const char *name, char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
    free(value);
}

static char *copy_of(const char *value)
{
    return value ? xstrdup(value) : NULL;
}

/* libnats adds the file to the system's authorities; only the file's shall count. */
static natsStatus set_authorities(natsOptions *no, const char *file)
{
    char *was_file = copy_of(getenv("SSL_CERT_FILE")), *was_dir = copy_of(getenv("SSL_CERT_DIR"));
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    setenv("SSL_CERT_DIR", "/dev/null", 1);
    natsStatus s = natsOptions_SetSecure(no, true);
    if (s == NATS_OK)
        s = natsOptions_LoadCATrustedCertificates(no, file);
    put_back("SSL_CERT_FILE", was_file);
    put_back("SSL_CERT_DIR", was_dir);
    return s;
}

/* libnats' own way to come back holds a lock while it waits for names, servers and handshakes, so that every
 * call waits, too. A connection that is lost ends instead, and the bus makes another. */
static natsStatus set_manner(natsOptions *no, const char *name)
{
    const natsStatus each[] = {
        natsOptions_UseGlobalMessageDelivery(no, true), /* not a thread for each subscription */
        natsOptions_SetName(no, name),
        natsOptions_SetTimeout(no, CONNECT),
        natsOptions_SetAllowReconnect(no, false),
        natsOptions_SetPingInterval(no, PING),
        natsOptions_SetMaxPingsOut(no, 2),
        natsOptions_SetWriteDeadline(no, WRITE),
        natsOptions_SetSendAsap(no, true),
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (each[i] != NATS_OK)
            return each[i];
    return NATS_OK;
}

static natsStatus set_callbacks(natsOptions *no, struct arrivals *a)
{
    natsStatus s = natsOptions_SetErrorHandler(no, arrivals_error, a);
    if (s == NATS_OK)
        s = natsOptions_SetDisconnectedCB(no, arrivals_lost, a);
    return s == NATS_OK ? natsOptions_SetClosedCB(no, arrivals_closed, a) : s;
}

static natsStatus set_identity(natsOptions *no, const struct bus_options *o)
{
    natsStatus s = o->cacert ? set_authorities(no, o->cacert) : NATS_OK;
    if (s == NATS_OK && o->cert)
        s = natsOptions_LoadCertificatesChain(no, o->cert, o->key ? o->key : o->cert);
    return s == NATS_OK && o->creds ? natsOptions_SetUserCredentialsFromFiles(no, o->creds, NULL) : s;
}

/* libnats' last error on this thread, without the place in its source; "": none. */
static const char *last_error(void)
{
    const char *text = nats_GetLastError(NULL), *end = text && *text == '(' ? strstr(text, "): ") : NULL;
    return end ? end + 3 : text ? text : "";
}

natsOptions *dialling_options(const struct bus_options *o, struct arrivals *a, struct buf *why)
{
    natsOptions *no = NULL;
    natsStatus s = natsOptions_Create(&no);
    if (s == NATS_OK)
        s = set_manner(no, o->name);
    if (s == NATS_OK)
        s = set_callbacks(no, a);
    if (s == NATS_OK)
        s = set_identity(no, o);
    if (s == NATS_OK)
        s = set_servers(no, o->urls, NULL, 0);
    if (s == NATS_OK)
        return no;
    const char *more = s == NATS_SSL_ERROR ? last_error() : "";
    buf_str(why, *more ? more : natsStatus_GetText(s));
    natsOptions_Destroy(no);
    return NULL;
}

struct attempt {
    natsOptions *options;
    struct arrivals *arrivals;
};

static void describe(struct arrival *one)
{
    bool says_more = one->state == NATS_SSL_ERROR || one->state == NATS_SYS_ERROR ||
                     one->state == NATS_CONNECTION_AUTH_FAILED || one->state == NATS_ERR;
    const char *more = says_more ? last_error() : "";
    snprintf(one->text, sizeof one->text, "%s", *more ? more : natsStatus_GetText(one->state));
}

static void *attempt(void *arg)
{
    struct attempt *at = arg;
    struct arrival one = {.kind = ARRIVAL_DIALLED};
    char url[1024] = "";
    one.state = natsConnection_Connect(&one.nc, at->options);
    if (one.state != NATS_OK) {
        one.nc = NULL;
        describe(&one);
    } else if (natsConnection_GetConnectedUrl(one.nc, url, sizeof url) == NATS_OK) {
        greeting_version(one.text, sizeof one.text, url, CONNECT);
        explicit_bzero(url, sizeof url);
    }
    nats_ReleaseThreadMemory();
    arrivals_add(at->arrivals, &one);
    free(at);
    return NULL;
}

void dialling_start(natsOptions *options, struct arrivals *a)
{
    pthread_t thread;
    sigset_t all, before;
    struct attempt *at = xmalloc(sizeof *at);
    *at = (struct attempt){options, a};
    sigfillset(
        &all); /* signals are for the loop: the threads that are started there have these blocked, too */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, attempt, at);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        die(EX_OSERR, "start a thread: %s", strerror(error));
    pthread_detach(thread);
}
