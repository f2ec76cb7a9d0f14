/* SPDX-License-Identifier: MIT */
/* The life of a held session: several workers against a model of the engine, with crashes, freezes, slow and
 * lost answers at any point; and mutants of the rules, which the checks must find. hold [SEEDS] */
#include <stdlib.h>

#include "check.h"
#include "queue/hold.h"
#include "queue/lease.h"

/* One tick is some milliseconds. */
enum {
    SESSIONS = 3,
    MESSAGES = 30, /* of each session */
    WORKERS = 3,
    SLOTS = 2,
    ATTEMPTS = 3,
    ACK_WAIT = 120,
    SWEEP = 150,
    CALM = 4000, /* from then on nothing breaks */
    SOON = 40,
    END = 20000,
};

static enum mutant {
    NONE,
    NO_RECHECK,   /* no look after the token's end */
    EARLY_DELETE, /* the message goes before its actions are stored */
    NO_WHO,       /* nobody is asked whether he has the session */
    NO_LEASE,     /* a worker that was frozen goes on as if nothing had been */
    NO_ALONE,     /* what may end its worker runs beside others */
    NO_NOTE,      /* the tries of a token that comes again are not noted before the start */
    MUTANTS
} mutant;

struct message {
    bool sent, there, buried, answered, stopped;
    bool deadly;      /* it ends its worker */
    int fails;        /* so often it fails first */
    unsigned actions; /* that COMMAND makes for it */
    unsigned stored;  /* of them, one bit each */
    int64_t born;
    int begun, ended; /* turns; turns that did not end well */
};

static struct session {
    struct message m[MESSAGES];
    int next; /* to be published */
    uint64_t token, delivered;
    int64_t free_at; /* when the token is given to somebody (again) */
    int64_t bare;    /* since when it has messages and no token; 0: it has not */
    int noted;       /* the message of the note; -1: none */
    struct hold_note note;
} sessions[SESSIONS];

/* A session in a worker: its request, its turn and the parcels of that. */
struct held {
    bool used, here, looked, noting; /* noting: a try is noted that has not begun */
    int session, message, result, found, noted;
    struct hold h;
    struct lease lease;
    int64_t at, beat_at, turn_at, put_at; /* when the answer, … comes; the next step of the turn; 0: none */
    unsigned made, stored;                /* actions of the turn; of them stored */
    bool beat_heard;
};

static struct worker {
    struct held held[SLOTS];
    int64_t frozen, dead; /* until */
} workers[WORKERS];

static unsigned slow; /* the most ticks that a request takes at times */
static uint64_t seed, tokens;
static int64_t now, broke_at; /* broke_at: the last crash */
static const char *broken;
static unsigned long turns, again, lapsed, put_aside;

static unsigned roll(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void is_broken(const char *what)
{
    broken = broken ? broken : what;
}

static int first_of(const struct session *s)
{
    for (int i = 0; i < MESSAGES; i++)
        if (s->m[i].there)
            return i;
    return -1;
}

static void put_token(struct session *s)
{
    if (s->token)
        return;
    s->token = ++tokens;
    s->delivered = 0;
    s->free_at = now;
}

/* The rings: a message first, then its token, or a crash between the two; and the sweep. */
static void publish(struct session *s)
{
    if (s->next < MESSAGES && roll(250) == 0) {
        struct message *m = &s->m[s->next++];
        *m = (struct message){
            .sent = true, .there = true, .actions = roll(4), .deadly = roll(15) == 0, .born = now};
        m->fails = roll(6) ? 0 : 1 + (int)roll(ATTEMPTS);
        if (now > CALM || roll(6))
            put_token(s);
    }
    if (now % SWEEP == 0 && first_of(s) >= 0)
        put_token(s);
    if (s->token || first_of(s) < 0)
        s->bare = 0;
    else if (!s->bare)
        s->bare = now;
    else if (s->bare > CALM + SWEEP && s->bare > broke_at + SWEEP && now - s->bare > SOON)
        is_broken("a message waits for the sweep though nothing broke");
    else if (now - s->bare > SWEEP)
        is_broken("a session has messages and no token for longer than a sweep");
}

/* Somebody says stop: the ring deletes what waits, then tells the workers. */
static void step(struct worker *w, struct held *d, enum hold_event e, bool same);
static void interrupt(int session)
{
    for (int i = 0; i < MESSAGES; i++)
        if (sessions[session].m[i].there) {
            sessions[session].m[i].there = false;
            sessions[session].m[i].stopped = true;
        }
    for (int i = 0; i < WORKERS * SLOTS; i++) {
        struct held *d = &workers[i / SLOTS].held[i % SLOTS];
        if (d->used && d->session == session && workers[i / SLOTS].frozen <= now) {
            if (d->turn_at)
                d->turn_at = now + 1;
            step(&workers[i / SLOTS], d, HOLD_INTERRUPTED, false);
        }
    }
}

static void ask(struct held *d)
{
    d->looked = false;
    d->at = now + 1 + roll(4) + (now < CALM && roll(40) == 0 ? roll(slow) : 0);
}

static void leave(struct held *d)
{
    if (d->turn_at || d->noting)
        sessions[d->session].m[d->message].ended++;
    *d = (struct held){0};
}

static void give_back(struct held *d, int64_t after)
{
    struct session *s = &sessions[d->session];
    if (s->token == d->h.token)
        s->free_at = now + after;
    leave(d);
}

static void begin_turn(struct worker *w, struct held *d)
{
    struct session *s = &sessions[d->session];
    struct message *m = &s->m[d->message];
    for (int i = 0; i < WORKERS * SLOTS; i++) {
        struct held *o = &workers[i / SLOTS].held[i % SLOTS];
        if (o != d && o->used && o->turn_at && o->session == d->session && now < o->lease.until)
            is_broken("two turns of a session overlap");
    }
    if (m->there && first_of(s) != d->message)
        is_broken("a message is begun before an earlier one is done");
    if (m->begun++)
        again++;
    if (m->begun > ATTEMPTS)
        is_broken("a message is begun more often than --attempts says");
    if (d->h.attempt < m->begun)
        is_broken("a run has the number of an earlier one");
    turns++;
    d->made = d->stored = 0;
    d->noting = false;
    d->put_at = 0;
    d->turn_at = now + 1 + roll(40);
    (void)w;
}

static void act(struct worker *w, struct held *d, enum hold_do what)
{
    struct session *s = &sessions[d->session];
    switch (what) {
    case HOLD_DO_NOTHING:
        break;
    case HOLD_DO_ACK:
        lease_end(&d->lease);
        d->here = false;
        if (mutant == NO_RECHECK) {
            leave(d);
            break;
        }
        ask(d);
        break;
    case HOLD_DO_REQUEST:
        ask(d);
        break;
    case HOLD_DO_GIVE:
        begin_turn(w, d);
        break;
    case HOLD_DO_DROP:
        lapsed++;
        leave(d);
        break;
    case HOLD_DO_RETURN:
        give_back(d, 0);
        break;
    case HOLD_DO_LATER:
        give_back(d, 10);
        break;
    case HOLD_DO_BACKOFF:
        give_back(d, 20 << d->h.attempt);
        break;
    case HOLD_DO_FORGET:
        leave(d);
        break;
    }
    (void)s;
}

static void step(struct worker *w, struct held *d, enum hold_event e, bool same)
{
    if (mutant != NO_LEASE && d->h.state != HOLD_OVER && hold_needs_lease(&d->h) &&
        lease_over(&d->lease, now))
        e = HOLD_LAPSED;
    act(w, d, hold_step(&d->h, e, same));
}

/* Whether some worker answers for the session. */
static bool somebody(const struct worker *me, int session)
{
    for (int i = 0; i < WORKERS * SLOTS; i++) {
        const struct worker *w = &workers[i / SLOTS];
        const struct held *d = &w->held[i % SLOTS];
        if (w != me && w->frozen <= now && d->here && d->session == session && !lease_over(&d->lease, now))
            return true;
    }
    return false;
}

static void delete_message(struct message *m)
{
    if (m->there && !m->buried && !m->answered)
        is_broken("a message is deleted that was neither answered nor put aside");
    if (m->there && m->answered && !m->buried && m->stored != (1u << m->actions) - 1)
        is_broken("a message is deleted before its actions are stored");
    m->there = false;
}

static void check_burial(const struct message *m)
{
    if (m->there && m->born > CALM + SWEEP && !m->deadly && !m->fails)
        is_broken("a message is put aside because of another one");
}

/* The engine does what a session asks, and keeps the answer in it. */
static void serve(struct worker *w, struct held *d)
{
    struct session *s = &sessions[d->session];
    d->looked = true;
    d->result = HOLD_DONE;
    switch (d->h.state) {
    case HOLD_WHO:
        d->result = mutant != NO_WHO && somebody(w, d->session) ? HOLD_SOMEBODY : HOLD_NOBODY;
        break;
    case HOLD_FIRST:
    case HOLD_RECHECK:
        d->found = first_of(s);
        d->result = d->found < 0 ? HOLD_EMPTY : HOLD_FOUND;
        break;
    case HOLD_TRIES:
        d->h.note = s->note;
        d->noted = s->noted;
        break;
    case HOLD_NOTE:
    case HOLD_FAIL:
        if (mutant == NO_NOTE && d->h.state == HOLD_NOTE)
            break;
        d->noting = d->h.state == HOLD_NOTE;
        s->noted = d->message;
        s->note = (struct hold_note){d->h.attempt, d->h.state == HOLD_FAIL, d->h.token, d->h.delivered};
        break;
    case HOLD_BURY:
        put_aside += !s->m[d->message].buried;
        s->m[d->message].buried = true;
        check_burial(&s->m[d->message]);
        break;
    case HOLD_DELETE:
        delete_message(&s->m[d->message]);
        break;
    case HOLD_LEAVE:
        s->token = s->token == d->h.token ? 0 : s->token;
        break;
    case HOLD_REPUT:
        put_token(s);
        break;
    default:
        break;
    }
}

static void crash(struct worker *w)
{
    for (int i = 0; i < SLOTS; i++)
        if (w->held[i].used)
            leave(&w->held[i]);
    w->dead = now + 20 + roll(100);
    broke_at = now;
}

/* COMMAND: makes the actions one by one, then acknowledges or fails. False: the worker is gone. */
static bool work(struct worker *w, struct held *d)
{
    struct message *m = &sessions[d->session].m[d->message];
    if (m->deadly && d->made == m->actions / 2) {
        crash(w);
        return false;
    }
    if (d->made < m->actions && !m->stopped) {
        d->made++;
        d->put_at = d->put_at ? d->put_at : now + 1 + roll(5);
        d->turn_at = now + 1 + roll(30);
        if (mutant != EARLY_DELETE)
            step(w, d, HOLD_ACTION, false);
        return true;
    }
    d->turn_at = 0;
    if (m->begun <= m->fails && !m->stopped) {
        m->ended++;
        step(w, d, HOLD_FAILED, false);
        return true;
    }
    m->answered = true;
    step(w, d, HOLD_ACKED, false);
    return true;
}

/* One of the turn's actions is stored; under the same id, it is only once. */
static void store(struct worker *w, struct held *d)
{
    d->put_at = 0;
    sessions[d->session].m[d->message].stored |= 1u << d->stored++;
    if (d->stored < d->made)
        d->put_at = now + 1 + roll(5);
    if (mutant != EARLY_DELETE)
        step(w, d, HOLD_STORED, false);
}

static void answer(struct worker *w, struct held *d)
{
    bool same = false;
    d->at = 0;
    if (now < CALM && roll(60) == 0) { /* it is lost, though the engine has done it */
        ask(d);
        return;
    }
    if (d->h.state == HOLD_WHO)
        d->here = d->result == HOLD_NOBODY;
    if (d->h.state == HOLD_FIRST && d->result == HOLD_FOUND) {
        d->message = d->found;
        same = d->h.note.token && d->noted == d->found;
    }
    step(w, d, (enum hold_event)d->result, same);
}

static void keep(struct held *d)
{
    if (d->beat_at && now >= d->beat_at) {
        d->beat_at = 0;
        lease_heard(&d->lease, now, d->beat_heard);
    }
    if (lease_due(&d->lease, now)) {
        struct session *s = &sessions[d->session];
        lease_sent(&d->lease, now);
        d->beat_at = now + 2 + roll(4);
        d->beat_heard = now >= CALM || roll(20);
        if (d->beat_heard && s->token == d->h.token)
            s->free_at = now + ACK_WAIT;
    }
}

static void run_held(struct worker *w, struct held *d)
{
    if (d->at && now >= d->at - 1 && !d->looked)
        serve(w, d);
    if (w->frozen > now)
        return;
    if (hold_needs_lease(&d->h) && lease_over(&d->lease, now) && mutant != NO_LEASE) {
        step(w, d, HOLD_LAPSED, false);
        return;
    }
    keep(d);
    if (d->at && now >= d->at)
        answer(w, d);
    if (d->used && d->put_at && now >= d->put_at)
        store(w, d);
    if (d->used && d->turn_at && now >= d->turn_at)
        work(w, d);
}

static void take(struct worker *w, struct held *d)
{
    for (int i = 0, n = (int)roll(SESSIONS); i < SESSIONS; i++, n = (n + 1) % SESSIONS) {
        struct session *s = &sessions[n];
        if (!s->token || now < s->free_at)
            continue;
        s->delivered++;
        s->free_at = now + ACK_WAIT;
        for (int k = 0; k < SLOTS; k++)
            if (w->held[k].used && w->held[k].session == n && w->held[k].h.state < HOLD_RECHECK)
                return; /* ours again */
        *d = (struct held){.used = true, .session = n, .noted = -1};
        d->h = (struct hold){.token = s->token, .delivered = s->delivered, .attempts = ATTEMPTS};
        lease_begin(&d->lease, ACK_WAIT, now);
        ask(d);
        return;
    }
}

/* One is to run alone: the others end, and nothing else begins. */
static struct held *alone(struct worker *w)
{
    for (int k = 0; k < SLOTS; k++)
        if (w->held[k].used && w->held[k].h.alone && w->held[k].h.state <= HOLD_RUN)
            return &w->held[k];
    return NULL;
}

static void make_room(struct worker *w)
{
    struct held *d = alone(w);
    if (!d || d->h.state != HOLD_ALONE)
        return;
    bool others = false;
    for (int k = 0; k < SLOTS; k++) {
        if (&w->held[k] != d && w->held[k].used && !w->held[k].h.stopped && mutant != NO_ALONE)
            step(w, &w->held[k], HOLD_STOPPED, false);
        others |= &w->held[k] != d && w->held[k].used && w->held[k].h.state < HOLD_RECHECK;
    }
    if (!others || mutant == NO_ALONE)
        step(w, d, HOLD_CLEAR, false);
}

static void tick(void)
{
    for (int i = 0; i < SESSIONS; i++)
        publish(&sessions[i]);
    if (now < CALM && roll(900) == 0)
        interrupt((int)roll(SESSIONS));
    for (int i = 0; i < WORKERS; i++) {
        struct worker *w = &workers[i];
        if (now < CALM && w->dead < now && w->frozen <= now && roll(700) == 0)
            crash(w);
        if (now < CALM && w->dead < now && w->frozen <= now && roll(700) == 0)
            w->frozen = now + ACK_WAIT / 2 + roll(ACK_WAIT * 2);
        for (int k = 0; k < SLOTS && w->dead < now; k++) {
            if (w->held[k].used)
                run_held(w, &w->held[k]);
            else if (w->frozen <= now && (!alone(w) || mutant == NO_ALONE))
                take(w, &w->held[k]);
        }
        if (w->frozen <= now && w->dead < now)
            make_room(w);
    }
}

/* One run; what is broken, or NULL. very: requests are so slow at times that their session is somebody
 * else's. */
static const char *simulate(uint64_t n, enum mutant m, bool very)
{
    memset(sessions, 0, sizeof sessions);
    memset(workers, 0, sizeof workers);
    seed = n;
    tokens = 0;
    mutant = m;
    slow = m == NO_WHO || very ? 3 * ACK_WAIT : ACK_WAIT / 2;
    broken = NULL;
    broke_at = 0;
    for (int i = 0; i < SESSIONS; i++)
        sessions[i].noted = -1;
    for (now = 1; now < END && !broken; now++)
        tick();
    for (int i = 0; i < SESSIONS && !broken; i++)
        if (first_of(&sessions[i]) >= 0 || sessions[i].next < MESSAGES)
            broken = "a message is left for ever";
    return broken;
}

/* --- single steps --- */
static void steps(void)
{
    struct hold h = {.token = 7, .delivered = 1, .attempts = 2};
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_NOTHING && h.state == HOLD_WHO); /* does not fit */
    CHECK(hold_step(&h, HOLD_NOBODY, false) == HOLD_DO_REQUEST && h.state == HOLD_FIRST);
    CHECK(hold_step(&h, HOLD_INTERRUPTED, false) == HOLD_DO_NOTHING);
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_REQUEST &&
          h.state == HOLD_FIRST); /* too old: once more */
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_GIVE && h.attempt == 1);
    hold_step(&h, HOLD_ACTION, false);
    CHECK(hold_step(&h, HOLD_ACKED, false) == HOLD_DO_NOTHING);
    CHECK(hold_step(&h, HOLD_QUIT, false) ==
          HOLD_DO_NOTHING); /* it has ended well: its action is stored yet */
    CHECK(hold_step(&h, HOLD_STORED, false) == HOLD_DO_REQUEST && h.state == HOLD_DELETE);
    CHECK(hold_step(&h, HOLD_DONE, false) == HOLD_DO_REQUEST && h.state == HOLD_FIRST);
    hold_step(&h, HOLD_STOPPED, false);
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_REQUEST && h.state == HOLD_LEAVE);
    CHECK(hold_step(&h, HOLD_DONE, false) == HOLD_DO_ACK && h.state == HOLD_RECHECK && !hold_needs_lease(&h));
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_REQUEST && h.state == HOLD_REPUT);
    CHECK(hold_step(&h, HOLD_DONE, false) == HOLD_DO_FORGET && h.state == HOLD_OVER);
    CHECK(hold_step(&h, HOLD_LAPSED, false) == HOLD_DO_NOTHING);
}

static void tries(void)
{
    struct hold h = {.token = 7, .delivered = 3, .attempts = 5, .state = HOLD_FIRST};
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_REQUEST && h.state == HOLD_NOTE && h.attempt == 2);
    h = (struct hold){
        .token = 7, .delivered = 3, .attempts = 5, .state = HOLD_FIRST, .note = {4, true, 7, 2}};
    CHECK(hold_step(&h, HOLD_FOUND, true) == HOLD_DO_REQUEST && h.state == HOLD_NOTE && h.attempt == 5);
    h = (struct hold){
        .token = 7, .delivered = 3, .attempts = 5, .state = HOLD_FIRST, .note = {4, false, 7, 2}};
    CHECK(hold_step(&h, HOLD_FOUND, true) == HOLD_DO_REQUEST && h.state == HOLD_ALONE && h.alone);
    CHECK(hold_step(&h, HOLD_CLEAR, false) == HOLD_DO_REQUEST && h.state == HOLD_NOTE);
    h = (struct hold){
        .token = 7, .delivered = 3, .attempts = 5, .state = HOLD_FIRST, .note = {4, true, 7, 2}};
    CHECK(hold_step(&h, HOLD_FOUND, false) == HOLD_DO_REQUEST &&
          h.attempt == 1); /* that one was another message */
    h = (struct hold){.token = 7,
                      .delivered = 3,
                      .attempts = 4,
                      .answers = true,
                      .state = HOLD_FIRST,
                      .note = {4, true, 7, 2}};
    CHECK(hold_step(&h, HOLD_FOUND, true) == HOLD_DO_REQUEST && h.state == HOLD_REPLY);
    h = (struct hold){.delivered = 1, .attempts = 4, .answers = true, .state = HOLD_FIRST};
    CHECK(hold_step(&h, HOLD_NO_MESSAGE, false) == HOLD_DO_REQUEST && h.state == HOLD_BURY && h.bad);
    h = (struct hold){.delivered = 1, .attempts = 1, .state = HOLD_RUN, .attempt = 1};
    CHECK(hold_step(&h, HOLD_FAILED, false) == HOLD_DO_REQUEST && h.state == HOLD_BURY);
    h = (struct hold){.delivered = 1, .attempts = 2, .state = HOLD_RUN, .attempt = 1};
    CHECK(hold_step(&h, HOLD_FAILED, false) == HOLD_DO_REQUEST && h.state == HOLD_FAIL);
    CHECK(hold_step(&h, HOLD_DONE, false) == HOLD_DO_BACKOFF);
    h = (struct hold){.delivered = 1, .attempts = 1, .state = HOLD_RUN, .attempt = 1};
    hold_step(&h, HOLD_INTERRUPTED, false);
    CHECK(hold_step(&h, HOLD_HOPELESS, false) == HOLD_DO_REQUEST && h.state == HOLD_DELETE);
}

static void leases(void)
{
    struct lease l;
    lease_begin(&l, 400, 1000);
    CHECK(lease_due(&l, 1000) && !lease_over(&l, 1399) && lease_over(&l, 1400));
    lease_sent(&l, 1010);
    CHECK(!lease_due(&l, 1200) && lease_until(&l) == 1400);
    lease_heard(&l, 1090, true);
    CHECK(l.until == 1410 && l.next == 1110); /* from its sending */
    lease_sent(&l, 1110);
    lease_heard(&l, 1210, false);
    CHECK(l.until == 1410 && l.next == 1260);
    lease_end(&l);
    CHECK(!lease_over(&l, 9999) && !lease_due(&l, 9999) && lease_until(&l) == INT64_MAX);
}

int main(int argc, char **argv)
{
    unsigned long most = argc > 1 && *argv[1] ? strtoul(argv[1], NULL, 10) : 150;
    steps();
    tries();
    leases();
    for (unsigned long n = 1; n <= most; n++) {
        const char *what = simulate(n, NONE, n % 4 == 0 && n < 200);
        CHECK_THAT(!what, "seed %lu: %s", n, what ? what : "");
    }
    printf("%lu runs: %lu turns, %lu of them again, %lu leases lost, %lu put aside\n", most, turns, again,
           lapsed, put_aside);
    CHECK(again && lapsed && put_aside);
    for (enum mutant m = NONE + 1; m < MUTANTS; m++) {
        const char *what = NULL;
        unsigned long n = 0;
        while (!what && ++n <= 1000)
            what = simulate(n, m, false);
        CHECK_THAT(what, "mutant %d is not found", (int)m);
        printf("mutant %d, seed %lu: %s\n", (int)m, n, what ? what : "");
    }
    return failures > 0;
}
