/* SPDX-License-Identifier: MIT */
/* The link: how a dial went. */
#include <string.h>

#include "link/internal.h"

static int64_t time_of(struct link *l, CURLINFO what)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(l->easy, what, &us) == CURLE_OK ? us : 0;
}

/* When the peer's certificate expires, which is the first of the chain. */
static int64_t certificate_until(struct link *l)
{
    static const char name[] = "Expire date:";
    struct curl_certinfo *all = NULL;
    time_t until = 0;
    if (curl_easy_getinfo(l->easy, CURLINFO_CERTINFO, &all) != CURLE_OK || !all || all->num_of_certs < 1)
        return 0;
    for (const struct curl_slist *s = all->certinfo[0]; s; s = s->next)
        if (strncmp(s->data, name, sizeof name - 1) == 0)
            until = curl_getdate(s->data + sizeof name - 1, NULL);
    return until > 0 ? (int64_t)until : 0;
}

void link_probe(struct link *l, struct link_probe *p)
{
    long proxied = 0;
    *p = (struct link_probe){.lookup = time_of(l, CURLINFO_NAMELOOKUP_TIME_T),
                             .connect = time_of(l, CURLINFO_CONNECT_TIME_T),
                             .tls = time_of(l, CURLINFO_APPCONNECT_TIME_T),
                             .upgrade = time_of(l, CURLINFO_STARTTRANSFER_TIME_T),
                             .date = l->date,
                             .date_at = l->date_at,
                             .until = certificate_until(l)};
    if (curl_easy_getinfo(l->easy, CURLINFO_USED_PROXY, &proxied) == CURLE_OK)
        p->proxied = proxied;
}
