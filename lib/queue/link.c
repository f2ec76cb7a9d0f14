/* SPDX-License-Identifier: MIT */
/* The name of a link. */
#include "queue/link.h"
#include "queue/pool.h"
#include "json/json.h"

void link_name_init(struct link_name *l, const char *id)
{
    l->id = id;
    pool_token(&l->token, span_of(id));
    json_quote_str(&l->json, id);
}

void link_name_free(struct link_name *l)
{
    buf_free(&l->token);
    buf_free(&l->json);
}
