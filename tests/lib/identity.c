/* SPDX-License-Identifier: MIT */
/* Identities of the command line and the environment. */
#include "check.h"
#include "relay/identity.h"

static void test_identities(void)
{
    struct identities all = {0};
    struct buf b = {0};
    CHECK(!identity_parse(&all, "") && !identity_parse(&all, " ") && !identity_parse(&all, ":x") &&
          all.n == 0);
    CHECK(identity_parse(&all, "A\"b: x ") && identity_parse(&all, "c"));
    identity_list(&all, " ,C , d,,d");
    CHECK(identity_resolve(&all, span_of("{\"C\":{\"botId\":1.50},\"c \":{\"botId\":null},\"d\":{}}")) ==
          NULL);
    CHECK(all.n == 3 && strcmp(all.v[1].platform, "c") == 0 && strcmp(all.v[1].bot_id, "") == 0);
    identity_hello(&b, &all.v[0], span_of("[ 1 ]"));
    CHECK(reads(&b, "{\"type\":\"hello\",\"platform\":\"a\\\"b\",\"botId\":\"x\",\"command_manifest\":[1]}"));
    CHECK(identity_resolve(&all, span_of(" ")) == NULL && identity_resolve(&all, span_of("[")) != NULL);
    identities_free(&all);
    buf_free(&b);
}

int main(void)
{
    test_identities();
    return failures != 0;
}
