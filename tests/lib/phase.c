/* SPDX-License-Identifier: MIT */
/* relay-dial's phases: prints the phase to which each event leads from each state, and checks for every set
 * of facts that a run never goes back and always ends. */
#include <stddef.h>

#include "check.h"
#include "dial/phase.h"

static const struct {
    const char *name;
    size_t at;
} events[] = {
#define EVENT(member)                           \
    {                                           \
#member, offsetof(struct facts, member) \
    }
    EVENT(signalled), EVENT(over),       EVENT(flipped),      EVENT(no_flip),     EVENT(rest),
    EVENT(no_link),   EVENT(input_over), EVENT(command_over), EVENT(reader_gone), EVENT(settled),
    EVENT(link_down), EVENT(late),       EVENT(no_work),
#undef EVENT
};
enum { EVENTS = sizeof events / sizeof *events, SETS = 1 << EVENTS };

static struct facts facts_of(unsigned set)
{
    struct facts f = {0};
    for (size_t i = 0; i < EVENTS; i++)
        *(bool *)((char *)&f + events[i].at) = set >> i & 1;
    return f;
}

static void print_table(bool ring)
{
    printf("%-10s", ring ? "ring" : "pipe");
    for (size_t i = 0; i < EVENTS; i++)
        printf(" %-12s", events[i].name);
    puts("");
    for (enum phase p = SERVING; p <= DONE; p++) {
        if (!ring && p > SERVING && p < SETTLING)
            continue; /* a pipe does not have these phases */
        printf("%-10s", phase_name(p));
        for (size_t i = 0; i < EVENTS; i++) {
            struct facts f = facts_of(1u << i);
            f.command_over |= p >=
                              SETTLING; /* or that phase would not have begun, but for what a pipe has read */
            enum phase next = next_phase(p, ring, &f);
            printf(" %-12s", next == p ? "=" : phase_name(next));
        }
        puts("");
    }
}

/* Each fact by itself either keeps the phase or leads on; together they never lead back; a pipe takes a
 * different path. */
static void check_order(bool ring)
{
    for (unsigned set = 0; set < SETS; set++) {
        struct facts f = facts_of(set);
        for (enum phase p = SERVING; p <= DONE; p++) {
            enum phase next = next_phase(p, ring, &f);
            CHECK_THAT(next >= p && next <= DONE, "%s, set %x: leads to %d", phase_name(p), set, (int)next);
            bool rings_only = next > SERVING && next < SETTLING;
            CHECK_THAT(ring || p != SERVING || !rings_only, "a pipe gets to %s", phase_name(next));
        }
    }
}

/* A bound is a bound: if only time passes, and COMMAND is gone in the end, every phase with a bound is left.
 */
static void check_end(void)
{
    struct facts f = {.late = true, .command_over = true};
    for (enum phase p = DRAINING; p < DONE; p++)
        CHECK_THAT(next_phase(p, true, &f) > p, "%s does not end by its bound", phase_name(p));
    f = (struct facts){0};
    for (enum phase p = SERVING; p < DONE; p++)
        CHECK_THAT(next_phase(p, true, &f) == p, "%s is left without a reason", phase_name(p));
}

/* Adding a fact never leads to a phase earlier than without it. */
static void check_more(bool ring)
{
    for (unsigned set = 0; set < SETS; set++)
        for (size_t i = 0; i < EVENTS; i++) {
            struct facts f = facts_of(set), more = facts_of(set | 1u << i);
            for (enum phase p = SERVING; p <= DONE; p++)
                CHECK_THAT(next_phase(p, ring, &more) >= next_phase(p, ring, &f), "%s, set %x: %s leads back",
                           phase_name(p), set, events[i].name);
        }
}

int main(void)
{
    print_table(true);
    print_table(false);
    for (int ring = 0; ring < 2; ring++) {
        check_order(ring);
        check_more(ring);
    }
    check_end();
    return failures > 0;
}
