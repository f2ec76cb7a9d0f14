/* SPDX-License-Identifier: MIT */
/* The store of an inbox, in the current directory: messages and their states, redeliveries, actions, pruning,
 * the lock, and files that are no inbox. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "check.h"
#include "inbox/lock.h"
#include "inbox/sqlite.h"
#include "inbox/store.h"

static struct store *open_as(enum store_use use)
{
    int status = 0;
    struct buf why = {0};
    struct store *s = store_open("box", use, &status, &why);
    CHECK_THAT(s, "%d: %s", status, buf_cstr(&why));
    buf_free(&why);
    if (!s)
        exit(1);
    return s;
}

/* Takes a message in a transaction of its own; its number, or 0: it was taken before. */
static int64_t take(struct store *s, const char *session, const char *buffer, const char *message)
{
    int64_t id = -1;
    struct store_turn t = {.buffer = span_of(buffer),
                           .session = span_of(session),
                           .message = span_of(message),
                           .frame = span_of("{\"type\":\"inbound\"}")};
    struct span keys[2] = {span_of(buffer), span_of(message)};
    CHECK(store_begin(s) && store_take(s, &t, keys, &id) && store_commit(s));
    return id;
}

static enum turn_state move(struct store *s, int64_t id, enum turn_event event)
{
    struct store_move m = {.id = id, .event = event, .next_try = 77, .reason = {NULL, 0}};
    CHECK_THAT(store_move(s, &m), "%s", store_problem(s));
    return m.moved ? m.state : TURN_STATES;
}

/* What store_find() gave: numbers and attempts in words. */
static bool note_turn(void *ctx, const struct store_turn *t)
{
    buf_printf(ctx, "%jd:%.*s:%s:%d ", (intmax_t)t->id, (int)t->session.n, t->session.p,
               turn_state_word(t->state), t->attempts);
    return true;
}

static bool found(struct store *s, struct store_query q, const char *want)
{
    struct buf b = {0};
    CHECK(store_find(s, &q, note_turn, &b));
    bool same = reads(&b, want);
    buf_free(&b);
    return same;
}

static bool note_session(void *ctx, struct span session, int64_t waiting)
{
    buf_printf(ctx, "%.*s=%jd ", (int)session.n, session.p, (intmax_t)waiting);
    return true;
}

static void turns(void)
{
    struct store *s = open_as(STORE_RING);
    struct buf b = {0};
    CHECK(take(s, "a", "1", "a1") == 1 && take(s, "b", "", "b1") == 2 && take(s, "a", "3", "a2") == 3);
    CHECK(take(s, "a", "1", "") == 0 && take(s, "a", "9", "a2") == 0 && take(s, "c", "9", "") == 0);
    CHECK(take(s, "c", "", "") == 4 && take(s, "c", "", "") == 5); /* no key: every one is a message */
    CHECK(store_sessions(s, note_session, &b) && reads(&b, "a=2 b=1 c=2 "));
    CHECK(move(s, 1, EVENT_START) == TURN_RUNNING && move(s, 1, EVENT_START) == TURN_STATES);
    CHECK(move(s, 1, EVENT_FAIL) == TURN_RETRYING && move(s, 1, EVENT_START) == TURN_RUNNING);
    CHECK(move(s, 2, EVENT_START) == TURN_RUNNING && move(s, 2, EVENT_UNSTARTED) == TURN_WAITING);
    CHECK(move(s, 3, EVENT_DROP) == TURN_INTERRUPTED && move(s, 99, EVENT_START) == TURN_STATES);
    CHECK(found(s, (struct store_query){0},
                "1:a:running:2 2:b:waiting:0 3:a:interrupted:0 4:c:waiting:0 5:c:waiting:0 "));
    CHECK(found(s, (struct store_query){.states = 1U << TURN_WAITING, .session = span_of("c"), .limit = 1},
                "4:c:waiting:0 "));
    CHECK(found(s, (struct store_query){.after = 4}, "5:c:waiting:0 ") &&
          found(s, (struct store_query){.id = 2}, "2:b:waiting:0 "));
    CHECK(found(s, (struct store_query){.wished = true}, "") && store_set_wish(s, 2, WISH_DROP));
    CHECK(found(s, (struct store_query){.wished = true}, "2:b:waiting:0 ") &&
          store_set_wish(s, 2, WISH_NONE));
    CHECK(found(s, (struct store_query){.wished = true}, ""));
    int64_t n = 0;
    CHECK(store_interrupt(s, span_of("c"), &n) && n == 2 && store_interrupt(s, span_of("c"), &n) && n == 0);
    buf_free(&b);
    store_close(s);
    s = open_as(STORE_TOOL); /* it is all there */
    CHECK(found(s, (struct store_query){.states = 1U << TURN_RUNNING | 1U << TURN_WAITING},
                "1:a:running:2 2:b:waiting:0 "));
    store_close(s);
}

static void add(struct store *s, int64_t turn, const char *request, bool content)
{
    CHECK(store_add_action(s, &(struct store_action){.turn = turn,
                                                     .request = span_of(request),
                                                     .frame = span_of("{\"op\":\"send\"}"),
                                                     .content = content}));
}

static bool counts(struct store *s, int64_t turn, int owed, int done, int refused, int ambiguous, int unsent)
{
    struct answers a;
    CHECK(store_answers(s, turn, &a));
    return a.count[0] == owed && a.count[1] == done && a.count[2] == refused && a.count[3] == ambiguous &&
           a.count[4] == unsent;
}

static bool note_action(void *ctx, const struct store_action *a)
{
    buf_printf(ctx, "%.*s:%d:%d:%s:%.*s ", (int)a->request.n, a->request.p, a->content, a->attempt,
               action_state_word(a->state), (int)a->result.n, a->result.p ? a->result.p : "");
    return true;
}

static void actions(void)
{
    struct store *s = open_as(STORE_RING);
    struct buf b = {0};
    struct span none = {NULL, 0}, result = span_of("{}");
    add(s, 1, "r1", true);
    add(s, 1, "r2", true);
    add(s, 1, "typing", false);
    CHECK(counts(s, 1, 2, 0, 0, 0, 0));
    CHECK(store_settle(s, 1, span_of("r1"), ACTION_DONE, result) && counts(s, 1, 1, 1, 0, 0, 0));
    CHECK(store_settle(s, 1, span_of("r2"), ACTION_UNSENT, result) && counts(s, 1, 0, 1, 0, 0, 1));
    CHECK(store_settle(s, 1, span_of("r2"), ACTION_OWED, none) && counts(s, 1, 1, 1, 0, 0, 0));
    CHECK(store_settle(s, 1, span_of("r2"), ACTION_AMBIGUOUS, result) && counts(s, 1, 0, 1, 0, 1, 0));
    CHECK(store_settle(s, 1, span_of("unknown"), ACTION_DONE, result) && counts(s, 1, 0, 1, 0, 1, 0));
    CHECK(store_actions(s, 1, note_action, &b) &&
          reads(&b, "r1:1:2:done:{} r2:1:2:ambiguous:{} typing:0:2:owed: "));
    /* what an earlier attempt sent does not count in the next one */
    CHECK(move(s, 1, EVENT_FAIL) == TURN_RETRYING && move(s, 1, EVENT_START) == TURN_RUNNING &&
          counts(s, 1, 0, 0, 0, 0, 0));
    add(s, 1, "r2", true); /* the same id again: its result belongs to the latest */
    CHECK(store_settle(s, 1, span_of("r2"), ACTION_DONE, result) && counts(s, 1, 0, 1, 0, 0, 0));
    CHECK(move(s, 1, EVENT_GIVE_UP) == TURN_DEAD && move(s, 1, EVENT_RETRY) == TURN_WAITING);
    CHECK(store_actions(s, 1, note_action, &b) && reads(&b, "") &&
          found(s, (struct store_query){.id = 1}, "1:a:waiting:0 "));
    buf_free(&b);
    store_close(s);
}

/* A transaction that is not committed leaves nothing. */
static void transactions(void)
{
    struct store *s = open_as(STORE_RING);
    int64_t id;
    struct span keys[2] = {span_of("gone"), {NULL, 0}};
    struct store_turn t = {.session = span_of("x"), .frame = span_of("{}")};
    CHECK(store_begin(s) && store_take(s, &t, keys, &id) && id == 6);
    store_rollback(s);
    CHECK(found(s, (struct store_query){.after = 5}, "") && take(s, "x", "gone", "") == 6);
    CHECK(!store_commit(s) && *store_problem(s) && !store_damaged(s));
    store_close(s);
}

static void pruning(void)
{
    struct store *s = open_as(STORE_RING);
    int64_t n = -1, before = clock_wall_ms() + 60000;
    for (int i = 0; i < STORE_REMEMBER + 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "p%d", i);
        int64_t id = take(s, "p", key, "");
        if (i < 10)
            CHECK(move(s, id, EVENT_DROP) == TURN_INTERRUPTED);
    }
    CHECK(move(s, STORE_REMEMBER + 106, EVENT_DROP) == TURN_INTERRUPTED); /* the last one */
    CHECK(store_prune(s, before - 120000, 1000, &n) && n == 0);
    CHECK(store_prune(s, before, 3, &n) && n == 3 && store_prune(s, before, 1000, &n) && n == 10);
    CHECK(store_prune(s, before, 1000, &n) && n == 0);
    CHECK(take(s, "p", "p0", "") > 0); /* forgotten */
    char last[16];
    snprintf(last, sizeof last, "p%d", STORE_REMEMBER + 99);
    CHECK(take(s, "p", last, "") == 0); /* remembered, without its text */
    CHECK(found(s, (struct store_query){.id = STORE_REMEMBER + 106}, "4202:p:interrupted:0 "));
    store_close(s);
}

static void locks(void)
{
    pid_t holder = 7, child;
    struct stat st;
    int fd = lock_take("box", &holder), status;
    CHECK(fd >= 0 && holder == 0 && stat("box-lock", &st) == 0 && (st.st_mode & 0777) == 0600);
    if (!(child = fork())) {
        CHECK(lock_take("box", &holder) == -1 && errno == EBUSY && holder == getppid() &&
              lock_holder("box") == getppid());
        _exit(failures > 0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    close(fd);
    CHECK(lock_holder("box") == 0 && lock_holder("nothing") == 0);
    CHECK(symlink("elsewhere", "link-lock") == 0 && lock_take("link", &holder) == -1 && errno == ELOOP &&
          access("elsewhere", F_OK));
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void run_sql(const char *name, const char *sql)
{
    sqlite3 *db;
    CHECK(sqlite.open_v2(name, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK);
    CHECK(sqlite.exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite.close_v2(db);
}

static void strange_files(void)
{
    put("text", "This is a text of a user, and surely no database; it is long enough to have a header of 100 "
                "bytes.\n");
    put("empty", "");
    run_sql("foreign", "CREATE TABLE t (x)");
    run_sql("newer", "PRAGMA application_id = 0x524c5942; PRAGMA user_version = 99");
    CHECK(mkdir("dir", 0700) == 0 && symlink("box", "link") == 0);
    static const struct {
        const char *name;
        enum store_use use;
        const char *why;
    } rows_of[] = {
        {"text", STORE_RING, "file is not a database"},
        {"empty", STORE_TOOL, "it is empty, not an inbox"},
        {"foreign", STORE_RING, "a database of something else"},
        {"newer", STORE_RING, "made by a newer version of relay-run"},
        {"newer", STORE_READ, "made by a newer version of relay-run"},
        {"dir", STORE_RING, "Is a directory"},
        {"dir", STORE_READ, "not a regular file"},
        {"link", STORE_RING, "it is a symbolic link"},
        {"missing", STORE_TOOL, "No such file or directory"},
        {"no/where", STORE_RING, "No such file or directory"},
    };
    for (size_t i = 0; i < sizeof rows_of / sizeof *rows_of; i++) {
        struct buf why = {0};
        int status = 0;
        CHECK_THAT(!store_open(rows_of[i].name, rows_of[i].use, &status, &why), "%s", rows_of[i].name);
        CHECK_THAT(status == EX_NOINPUT && reads(&why, rows_of[i].why), "%s: %d", rows_of[i].name, status);
        buf_free(&why);
    }
}

static void modes(void)
{
    struct stat st;
    struct store *s = open_as(STORE_RING);
    static const char *const names[] = {"box", "box-wal", "box-shm"};
    CHECK(take(s, "m", "mode", "") > 0);
    for (int i = 0; i < 3; i++)
        CHECK_THAT(stat(names[i], &st) == 0 && (st.st_mode & 0777) == 0600, "%s", names[i]);
    store_close(s);
}

int main(void)
{
    umask(0);
    turns();
    actions();
    transactions();
    pruning();
    locks();
    strange_files();
    modes();
    return failures > 0;
}
