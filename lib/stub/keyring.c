/* SPDX-License-Identifier: MIT */
/* The secrets of the gateways. */
#include <stdlib.h>
#include <string.h>

#include "relay/secret.h"
#include "relay/token.h"
#include "stub/keyring.h"

bool keyring_add(struct keyring *k, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return false;
    k->v = xrealloc(k->v, (k->n + 1) * sizeof *k->v);
    struct key *key = &k->v[k->n++];
    *key = (struct key){.id = xstrndup(text, (size_t)(equals - text))};
    secret_read(&key->secret, equals + 1);
    return true;
}

const char *keyring_verify(const struct keyring *k, struct span token, int64_t now)
{
    struct buf id = {0}, again = {0};
    size_t n = 0;
    if (!k->n)
        return NULL;
    if (!token.p)
        return "no token";
    /* First find whose token it is, then verify it against that gateway's secrets. */
    token_verify(&id, token, NULL, 0, now);
    struct span *secrets = xcalloc(k->n, sizeof *secrets);
    for (size_t i = 0; i < k->n; i++)
        if (span_eq(buf_as_span(&id), k->v[i].id))
            secrets[n++] = buf_as_span(&k->v[i].secret);
    const char *reason = token_verify(&again, token, secrets, n, now);
    free(secrets);
    buf_free(&id);
    buf_free(&again);
    return reason;
}

void keyring_free(struct keyring *k)
{
    for (size_t i = 0; i < k->n; i++) {
        free(k->v[i].id);
        secret_forget(&k->v[i].secret);
    }
    free(k->v);
}
