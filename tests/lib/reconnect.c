/* SPDX-License-Identifier: MIT */
/* When to dial again, and when never to. */
#include "dial/reconnect.h"
#include "check.h"

static void check_backoff(void)
{
    for (unsigned n = 1; n < 40; n++) {
        int64_t whole = n > 5 ? 30000 : INT64_C(1000) << (n - 1), sum = 0;
        for (uint32_t r = 0; r < 2000; r++) {
            int64_t d = backoff_delay(n, r * 2147483u);
            CHECK_THAT(d >= whole / 2 && d <= whole, "dial %u", n);
            sum += d;
        }
        CHECK_THAT(sum / 2000 > whole * 7 / 10 && sum / 2000 < whole * 8 / 10, "dial %u: not uniform", n);
        CHECK(backoff_delay(n, 0) == whole / 2);
        CHECK(backoff_delay(n, (uint32_t)(whole / 2)) == whole);
    }
}

struct row {
    bool descriptor; /* on that connection */
    int code;
    const char *reason;
    enum auth_verdict want;
};

static void check_rows(const char *name, const struct row *rows, size_t n)
{
    struct auth a = {0};
    for (size_t i = 0; i < n; i++)
        CHECK_THAT(auth_ended(&a, rows[i].descriptor, rows[i].code, span_of(rows[i].reason)) == rows[i].want,
                   "%s: row %zu", name, i + 1);
}
#define ROWS(name, ...)                                 \
    check_rows(name, (const struct row[]){__VA_ARGS__}, \
               sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void check_auth(void)
{
    ROWS("before any descriptor it is a cold start", {false, 4401, "no", AUTH_ORDINARY},
         {false, 4401, "no", AUTH_ORDINARY}, {false, 4401, "revoked", AUTH_ORDINARY});
    ROWS("once after one is provisional, twice is revoked", {true, 4401, "no", AUTH_AGAIN},
         {false, 4401, "no", AUTH_REVOKED});
    ROWS("also after the second one's descriptor", {true, 4401, "no", AUTH_AGAIN},
         {true, 4401, "no", AUTH_REVOKED});
    ROWS("expired is never a revocation", {true, 4401, "expired", AUTH_ORDINARY},
         {true, 4401, "expired", AUTH_ORDINARY});
    ROWS("expired clears the mark", {true, 4401, "no", AUTH_AGAIN}, {true, 4401, "expired", AUTH_ORDINARY},
         {true, 4401, "no", AUTH_AGAIN});
    ROWS("a dial without an outcome keeps the mark", {true, 4401, "no", AUTH_AGAIN},
         {false, 1006, "", AUTH_ORDINARY}, {false, 1006, "", AUTH_ORDINARY},
         {false, 4401, "no", AUTH_REVOKED});
    ROWS("a connection that served clears it", {true, 4401, "no", AUTH_AGAIN},
         {true, 1006, "", AUTH_ORDINARY}, {true, 4401, "no", AUTH_AGAIN});
    struct auth a = {.descriptor = true};
    CHECK(auth_ended(&a, false, 4401, (struct span){"expired\0x", 9}) == AUTH_AGAIN);
    CHECK(auth_ended(&a, false, 4401, (struct span){NULL, 0}) == AUTH_REVOKED);
}

int main(void)
{
    check_backoff();
    check_auth();
    return failures > 0;
}
