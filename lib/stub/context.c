/* SPDX-License-Identifier: MIT */
/* Libwebsockets, set up to serve sockets that are handed to it. */
#include <sys/stat.h>

#include "base/diag.h"
#include "stub/internal.h"

/* The gateway's pings keep the link alive; the server sends none. */
static const lws_retry_bo_t no_keepalive = {0};

static void check_key(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        die(EX_NOINPUT, "open --key %s:", path);
    if (st.st_mode & S_IRWXO)
        die(EX_CONFIG, "refuse --key %s: open to others (mode %04o)", path, (unsigned)(st.st_mode & 07777));
}

struct lws_context *context_open(const struct server_options *o, const struct lws_protocols *protocols,
                                 struct lws_vhost **vhost)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = protocols,
        .fd_limit_per_thread = SERVER_CONNS_MAX + 32,
        .pt_serv_buf_size = RX_CHUNK,
        .retry_and_idle_policy = &no_keepalive,
        .alpn = "http/1.1",
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DISABLE_IPV6,
    };
    if (o->cert) {
        check_key(o->key);
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = o->cert;
        info.ssl_private_key_filepath = o->key;
    }
    lws_set_log_level(0, NULL);
    struct lws_context *lws = lws_create_context(&info);
    if (!lws)
        die(EX_OSERR, "set up libwebsockets: it refused");
    *vhost = lws_create_vhost(lws, &info);
    if (!*vhost && o->cert)
        die(EX_NOINPUT, "use certificate %s with key %s: libwebsockets refused", o->cert, o->key);
    if (!*vhost)
        die(EX_OSERR, "set up libwebsockets: it refused the virtual host");
    return lws;
}
