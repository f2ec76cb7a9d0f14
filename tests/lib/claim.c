/* SPDX-License-Identifier: MIT */
/* Claims: the table, and rings that die between any two steps in a simulated pool. */
#include <stdlib.h>

#include "check.h"
#include "queue/claim.h"

static const char *const names[CLAIM_STATES + 1] = {
    "marking",  "taking",   "looking",  "retaking", "whose",   "ready",  "owed",
    "clearing", "return",   "aside",    "owner",    "seeking", "remark", "unmarking",
    "reunmark", "shelving", "dropping", "over",     "-"};

/* For each state what the events yes, no, again, stop, leave, sent, mute told and unsent lead to. */
static const char *const table[CLAIM_STATES] = {
    [CLAIM_MARKING] = "taking - marking clearing over - - - -",
    [CLAIM_TAKING] = "ready clearing looking - - - - - -",
    [CLAIM_LOOKING] = "retaking whose looking - - - - - -",
    [CLAIM_RETAKING] = "ready whose looking - - - - - -",
    [CLAIM_WHOSE] = "aside ready whose - over - - - -",
    [CLAIM_READY] = "- - - - - owed clearing - return",
    [CLAIM_OWED] = "- - - - - - - clearing return",
    [CLAIM_CLEARING] = "over over clearing - - - - - -",
    [CLAIM_RETURNING] = "clearing - return - - - - - -",
    [CLAIM_ASIDE] = "clearing - aside - - - - - -",
    [CLAIM_OWNER] = "over seeking owner - - - - - -",
    [CLAIM_SEEKING] = "clearing aside seeking - - - - - -",
    [CLAIM_REMARKING] = "unmarking - remark - - - - - -",
    [CLAIM_UNMARKING] = "ready clearing reunmark - - - - - -",
    [CLAIM_REUNMARKING] = "ready aside reunmark - - - - - -",
    [CLAIM_SHELVING] = "dropping - shelving - - - - - -",
    [CLAIM_DROPPING] = "over over dropping - - - - - -",
    [CLAIM_OVER] = "- - - - - - - - -",
};

static void test_table(void)
{
    struct buf b = {0};
    for (int state = 0; state < CLAIM_STATES; state++) {
        for (int event = 0; event < CLAIM_EVENTS; event++) {
            enum claim_state to = claim_next((enum claim_state)state, (enum claim_event)event, false);
            enum claim_state again = claim_next((enum claim_state)state, (enum claim_event)event, true);
            buf_printf(&b, "%s%s", event ? " " : "", names[to]);
            bool doubt = to == CLAIM_ASIDE && state != CLAIM_ASIDE;
            CHECK_THAT(again == (!doubt                   ? to
                                 : state == CLAIM_SEEKING ? CLAIM_REMARKING
                                                          : CLAIM_READY),
                       "%s, event %d", names[state], event);
        }
        CHECK_THAT(reads(&b, table[state]), "%s", names[state]);
    }
    CHECK(claim_next(CLAIM_STATES, CLAIM_YES, false) == CLAIM_STATES);
    CHECK(claim_next(CLAIM_READY, CLAIM_EVENTS, false) == CLAIM_STATES);
    buf_free(&b);
}

/* --- the simulated pool ---
 *
 * Action n has the sequence n in POOL_out. A request is done and answered, done and not answered, or neither.
 */
enum { ACTIONS = 30, MARKS = 4000, CLAIMS = 64, RINGS = 2, WINDOW = 4 };

struct mark {
    int action, ring, number;
    bool there;
};

struct sim_claim {
    enum claim_state state;
    int action, mark, old, number; /* indices of marks; -1: none */
    bool unsent;                   /* found with the mark of nobody */
};

struct ring {
    int id;
    struct sim_claim claim[CLAIMS];
    int n, made, walk;
    bool rival; /* it has met another ring that lives */
};

static struct world {
    unsigned seed;
    bool resend, faults, loses; /* loses: the link sometimes says that an action was not sent */
    bool out[ACTIONS];
    int stored, emitted[ACTIONS], dead[ACTIONS], last, crashes, backward;
    struct mark mark[MARKS];
    int marks, ids;
    struct ring ring[RINGS];
    int rings;
} w;

static unsigned draw(unsigned n)
{
    w.seed = w.seed * 1103515245 + 12345;
    return (w.seed >> 16) % n;
}

/* Whether that ring answers; then it knows that it is not alone. */
static bool is_alive(int id)
{
    for (int i = 0; i < w.rings; i++)
        if (w.ring[i].id == id)
            return w.ring[i].rival = true;
    return false;
}

/* Whether the ring takes no more actions: there is a newer one. Without faults both go on. */
static bool is_stopping(const struct ring *r)
{
    for (int i = 0; w.faults && i < w.rings; i++)
        if (w.ring[i].id > r->id)
            return true;
    return false;
}

static int put(int action, int ring, int number)
{
    for (int i = 0; i < w.marks; i++)
        if (w.mark[i].ring == ring && w.mark[i].number == number)
            return i; /* the Msg-Id was there before */
    w.mark[w.marks] = (struct mark){action, ring, number, true};
    return w.marks++;
}

static bool delete (bool *there)
{
    bool was = *there;
    *there = false;
    return was;
}

static bool has_other_mark(const struct ring *r, int action)
{
    for (int i = 0; i < w.marks; i++)
        if (w.mark[i].there && w.mark[i].action == action && w.mark[i].ring != r->id)
            return true;
    return false;
}

/* Does what the state asks for, and returns the event. */
static enum claim_event do_it(struct ring *r, struct sim_claim *c)
{
    bool yes = true;
    switch (c->state) {
    case CLAIM_MARKING:
    case CLAIM_REMARKING:
        c->mark = put(c->action, r->id, c->number);
        if (c->state == CLAIM_MARKING && is_stopping(r))
            return CLAIM_STOP;
        break;
    case CLAIM_RETURNING:
        put(c->action, 0, r->id * 10000 + c->number);
        break;
    case CLAIM_TAKING:
    case CLAIM_RETAKING:
        yes = delete (&w.out[c->action]);
        break;
    case CLAIM_LOOKING:
    case CLAIM_SEEKING:
        yes = w.out[c->action];
        break;
    case CLAIM_WHOSE:
        if (!w.mark[c->mark].there)
            return CLAIM_LEAVE;
        yes = r->rival || has_other_mark(r, c->action);
        break;
    case CLAIM_CLEARING:
        yes = delete (&w.mark[c->mark >= 0 ? c->mark : c->old].there);
        break;
    case CLAIM_UNMARKING:
    case CLAIM_REUNMARKING:
        yes = delete (&w.mark[c->old].there);
        break;
    case CLAIM_ASIDE:
        w.dead[c->action]++;
        break;
    case CLAIM_OWNER:
        yes = is_alive(w.mark[c->old].ring);
        r->rival |= yes;
        break;
    default:
        CHECK_THAT(false, "a request in state %s", names[c->state]);
    }
    return yes ? CLAIM_YES : CLAIM_NO;
}

static void emit(struct sim_claim *c)
{
    w.emitted[c->action]++;
    w.backward += c->action < w.last;
    w.last = c->action;
}

/* Whether an earlier action of that ring keeps the claim from being emitted. */
static bool is_behind(const struct ring *r, const struct sim_claim *c)
{
    for (int i = 0; i < r->n; i++)
        if (&r->claim[i] != c && claim_leads(r->claim[i].state) && r->claim[i].action < c->action)
            return true;
    return false;
}

static void step_claim(struct ring *r, int i)
{
    struct sim_claim *c = &r->claim[i];
    unsigned luck = w.faults ? draw(10) : 0;
    enum claim_event event = CLAIM_AGAIN;
    if (c->state == CLAIM_READY && is_behind(r, c))
        return;
    if (c->state == CLAIM_READY) {
        emit(c);
        event = CLAIM_SENT;
    } else if (c->state == CLAIM_OWED) {
        if (draw(4))
            return;
        event = w.faults && w.loses && draw(10) == 0 ? CLAIM_UNSENT : CLAIM_TOLD;
        if (event == CLAIM_UNSENT)
            w.emitted[c->action]--;
    } else if (luck < 9) {
        event = do_it(r, c);
        if (luck == 8)
            event = CLAIM_AGAIN;
    }
    if (event == CLAIM_AGAIN && c->state == CLAIM_OWNER)
        return;
    enum claim_state to = claim_next(c->state, event, w.resend || c->unsent);
    c->unsent = c->unsent && c->state != CLAIM_SEEKING;
    CHECK_THAT(to != CLAIM_STATES, "%s, event %d", names[c->state], (int)event);
    c->state = to;
    if (to == CLAIM_OVER || to == CLAIM_STATES)
        memmove(c, c + 1, (size_t)(--r->n - i) * sizeof *c);
}

static void look(struct ring *r)
{
    int waiting = 0, from = 0;
    if (is_stopping(r))
        return;
    for (int i = 0; i < r->n; i++) {
        if (claim_is_found(r->claim[i].state))
            return;
        if (claim_waits(r->claim[i].state)) {
            waiting++;
            if (r->claim[i].action >= from)
                from = r->claim[i].action + 1;
        }
    }
    while (from < w.stored && !w.out[from])
        from++;
    if (from < w.stored && waiting < WINDOW && r->n < CLAIMS)
        r->claim[r->n++] = (struct sim_claim){CLAIM_MARKING, from, -1, -1, ++r->made, false};
}

/* Whether a claim of the ring's is about that mark, or may yet turn out to be. */
static bool knows(const struct ring *r, int mark)
{
    for (int i = 0; i < r->n; i++)
        if (r->claim[i].mark == mark || r->claim[i].old == mark ||
            (w.mark[mark].ring == r->id && r->claim[i].action == w.mark[mark].action))
            return true;
    return false;
}

static void walk(struct ring *r)
{
    if (is_stopping(r))
        return;
    while (r->walk < w.marks && (!w.mark[r->walk].there || knows(r, r->walk)))
        r->walk++;
    if (r->walk == w.marks || r->n == CLAIMS)
        return;
    int i = r->walk++;
    bool mine = w.mark[i].ring == r->id;
    r->claim[r->n++] = (struct sim_claim){
        mine ? CLAIM_CLEARING : CLAIM_OWNER, w.mark[i].action, -1, i, ++r->made, w.mark[i].ring == 0};
}

static bool is_finding(const struct ring *r)
{
    for (int i = 0; i < r->n; i++)
        if (claim_is_found(r->claim[i].state))
            return true;
    return false;
}

static void start_ring(struct ring *r)
{
    *r = (struct ring){.id = ++w.ids};
}

static void step(struct ring *r)
{
    if (w.faults && draw(60) == 0 && w.crashes < 200) {
        w.crashes++;
        start_ring(r);
    } else if (r->walk < w.marks && !is_finding(r) && draw(3) == 0) {
        walk(r);
    } else if (r->walk >= w.marks && draw(3) == 0) {
        look(r);
    } else if (r->n) {
        step_claim(r, (int)draw((unsigned)r->n));
    }
}

static bool is_settled(void)
{
    for (int i = 0; i < ACTIONS; i++)
        if (w.out[i])
            return false;
    for (int i = 0; i < w.marks; i++)
        if (w.mark[i].there)
            return false;
    return true;
}

static void simulate(unsigned seed, bool resend, bool faults, int rings, bool loses)
{
    int steps = 0;
    w = (struct world){
        .seed = seed, .resend = resend, .faults = faults, .rings = rings, .loses = loses, .last = -1};
    for (int i = 0; i < rings; i++)
        start_ring(&w.ring[i]);
    for (; steps < 4000; steps++) {
        if (w.stored < ACTIONS && draw(20) == 0)
            w.out[w.stored++] = true;
        step(&w.ring[draw((unsigned)rings)]);
    }
    /* the last ring, alone and undisturbed */
    w.faults = false;
    w.rings = 1;
    start_ring(&w.ring[0]);
    w.ring[0].id = ++w.ids;
    for (; steps < 40000 && (w.stored < ACTIONS || !is_settled()); steps++) {
        if (w.stored < ACTIONS)
            w.out[w.stored++] = true;
        if (w.ring[0].walk >= w.marks && !w.ring[0].n)
            w.ring[0].walk = 0;
        step(&w.ring[0]);
    }
    CHECK_THAT(is_settled(), "seed %u: something is left", seed);
}

static void judge(unsigned seed, bool resend, bool faults, int rings)
{
    for (int i = 0; i < ACTIONS; i++) {
        CHECK_THAT(w.emitted[i] + w.dead[i] > 0, "seed %u: action %d is lost", seed, i);
        CHECK_THAT(resend || w.emitted[i] <= 1, "seed %u: action %d was sent %d times", seed, i,
                   w.emitted[i]);
        CHECK_THAT(!resend || !w.dead[i], "seed %u: action %d was put aside", seed, i);
        CHECK_THAT(faults || w.emitted[i] == 1, "seed %u: action %d was sent %d times", seed, i,
                   w.emitted[i]);
        CHECK_THAT(faults || !w.dead[i], "seed %u: action %d was put aside", seed, i);
    }
    CHECK_THAT(rings > 1 || resend || w.loses || !w.backward, "seed %u: %d were sent too late", seed,
               w.backward);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 100, unsure = 0, crashes = 0;
    test_table();
    for (int i = 0; i < rounds * 16; i++) {
        bool resend = i & 1, faults = i & 2;
        int rings = i & 4 ? 2 : 1;
        simulate((unsigned)i + 1, resend, faults, rings, i & 8);
        judge((unsigned)i + 1, resend, faults, rings);
        crashes += w.crashes;
        for (int a = 0; a < ACTIONS; a++)
            unsure += w.dead[a] > 0;
    }
    printf("%d rounds, %d crashes, %d of %d actions put aside\n", rounds * 16, crashes, unsure,
           rounds * 16 * ACTIONS);
    return failures != 0;
}
