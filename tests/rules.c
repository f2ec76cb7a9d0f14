/* SPDX-License-Identifier: MIT */
/* The rules that have no I/O: the dial URL (vectors on stdin), when to ask for buffering, identities, and the
 * table of scopes; and the log on disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "relay/identity.h"
#include "relay/idle.h"
#include "base/io.h"
#include "base/logfile.h"
#include "relay/scope.h"
#include "relay/url.h"

static void test_url_vectors(void)
{
    struct reader r = {.fd = STDIN_FILENO, .max = 65536};
    struct buf in = {0}, want = {0}, have = {0};
    struct span line;
    size_t n = 0;
    while (!r.eof && reader_fill(&r))
        for (; reader_next(&r, &line) == READER_LINE; n++) {
            in.len = want.len = 0;
            json_decode(&in, json_find(line, "in"));
            json_decode(&want, json_find(line, "out"));
            relay_url(&have, buf_cstr(&in));
            CHECK_THAT(holds(&have, buf_as_span(&want)), "vector %zu", n);
        }
    CHECK(n > 5);
    reader_free(&r);
    buf_free(&in);
    buf_free(&want);
    buf_free(&have);
}

static void test_url(void)
{
    static const char *const rows[][2] = {
        {" HTTPS://a/ ", "wss://a/relay"},
        {"WSS://A/", "wss://A/relay"},
        {"Ws://a", "ws://a/relay"},
        {"https://relay", "wss://relay/relay"},
        {"https://relay//", "wss://relay/relay"},
        {"http://h/relay/relay/", "ws://h/relay/relay"},
        {"ws://h/xrelay", "ws://h/xrelay/relay"},
        {"ws://h//relay", "ws://h//relay"},
        {"\xc2\xa0ws://h\xe3\x80\x80", "ws://h/relay"},
        {"h", "h/relay"},
        {"", "/relay"},
        {"https", "https/relay"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        relay_url(&b, rows[i][0]);
        CHECK_THAT(reads(&b, rows[i][1]), "%s", rows[i][0]);
    }
    buf_free(&b);
}

/* Whether a going_idle goes out ahead of that frame at that moment. */
static bool asks_at(struct idle *i, const char *text, int64_t now)
{
    struct frame f = {0};
    struct json_error e;
    CHECK(frame_parse(&f, span_of(text), &e));
    bool ask = idle_frame(i, &f, now);
    frame_free(&f);
    return ask;
}

#define OPEN     "{\"type\":\"link\",\"state\":\"open\"}"
#define LOST     "{\"type\":\"link\",\"state\":\"lost\"}"
#define DRAINING "{\"type\":\"link\",\"state\":\"draining\"}"
#define ACK      "{\"type\":\"going_idle_ack\"}"
#define INBOUND  "{\"type\":\"inbound\"}"

static void test_idle_ack(void)
{
    struct idle i;
    idle_init(&i, 0, 0);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 1 << 30) == IDLE_NOTHING);
    CHECK(asks_at(&i, DRAINING, 1000) && idle_due(&i) == 11000);
    CHECK(!asks_at(&i, DRAINING, 2000) && !idle_ask(&i, 2000));
    CHECK(idle_tick(&i, 10999) == IDLE_NOTHING && idle_tick(&i, 11000) == IDLE_LATE);
    CHECK(idle_due(&i) == INT64_MAX && idle_tick(&i, 99000) == IDLE_NOTHING && i.asked && i.late);
    CHECK(!idle_ask(&i, 99000));
    CHECK(!asks_at(&i, ACK, 100000) && !i.asked && !idle_ask(&i, 100000));
    /* a new link */
    CHECK(!asks_at(&i, LOST, 1) && !asks_at(&i, OPEN, 2) && idle_ask(&i, 3) && idle_due(&i) == 10003);
    /* lost before the ack: the time stands still, and it is asked again */
    CHECK(!asks_at(&i, LOST, 5000) && idle_due(&i) == INT64_MAX && idle_tick(&i, 50000) == IDLE_NOTHING);
    CHECK(asks_at(&i, OPEN, 60000) && idle_due(&i) == 70000 && !asks_at(&i, OPEN, 61000));
    CHECK(!asks_at(&i, ACK, 62000));
    /* asked while there is no link: it waits in front of it, and goes out once */
    CHECK(!asks_at(&i, LOST, 63000) && idle_ask(&i, 64000) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 64500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, OPEN, 65000) && idle_due(&i) == 75000);
}

static void test_idle_after(void)
{
    struct idle i;
    idle_init(&i, 500, 0);
    CHECK(idle_due(&i) == 500 && !asks_at(&i, INBOUND, 400) && idle_due(&i) == 900);
    CHECK(!asks_at(&i, "{\"type\":\"hello\"}", 800) && idle_due(&i) == 900);
    CHECK(!asks_at(&i, "{\"type\":\"outbound\"}", 850) && idle_due(&i) == 1350);
    CHECK(idle_tick(&i, 1349) == IDLE_NOTHING && idle_tick(&i, 1350) == IDLE_ASK && idle_due(&i) == 11350);
    CHECK(!asks_at(&i, INBOUND, 1400) && idle_due(&i) == 11350);
    CHECK(!asks_at(&i, ACK, 1500) && idle_due(&i) == INT64_MAX);
    CHECK(!asks_at(&i, LOST, 2000) && idle_due(&i) == INT64_MAX && !asks_at(&i, OPEN, 9000) &&
          idle_due(&i) == 9500);
    CHECK(!asks_at(&i, "{\"type\":\"going_idle\"}", 9100) && idle_due(&i) == 19100 && !idle_ask(&i, 9200));
}

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

static const struct scope_chat *learns(struct scope *s, const char *text)
{
    struct frame f = {0};
    struct json_error e;
    bool too_long = false;
    CHECK(frame_parse(&f, span_of(text), &e));
    const struct scope_chat *c = scope_learn(s, &f, &too_long);
    CHECK(!too_long);
    frame_free(&f);
    return c;
}

static void test_scope(void)
{
    struct scope *s = scope_new(2);
    struct buf b = {0};
    const char *one =
        "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":\"1\\u0000\",\"user_id\":7}}}";
    CHECK(learns(s, one) && !learns(s, one) && scope_count(s) == 1);
    scope_print(&b, scope_next(s, NULL));
    CHECK(reads(&b, "{\"chat_id\":\"1\\u0000\",\"user_id\":\"7\"}"));
    CHECK(!learns(s, "{\"type\":\"inbound\",\"event\":{\"source\":{\"chat_id\":2}}}") && scope_count(s) == 1);
    CHECK(scope_restore(s, span_of("{\"chat_id\":\"2\",\"profile\":\"p\"}")) && scope_count(s) == 2);
    CHECK(!learns(s, one) && scope_restore(s, span_of("{\"chat_id\":\"3\",\"profile\":\"p\"}")) &&
          scope_count(s) == 2);
    scope_print(&b, scope_next(s, NULL));
    CHECK(reads(&b, "{\"chat_id\":\"1\\u0000\",\"user_id\":\"7\"}"));
    CHECK(!scope_restore(s, span_of("{\"chat_id\":3}")) && !scope_restore(s, span_of("{")) &&
          !scope_restore(s, span_of("")));
    /* hostile: more platforms than are remembered */
    for (int i = 0; i < 400; i++) {
        struct frame f = {0};
        struct json_error e;
        bool too_many = false;
        buf_printf(&b, "{\"type\":\"hello\",\"platform\":\"p%d\",\"botId\":\"b\"}", i);
        CHECK(frame_parse(&f, buf_as_span(&b), &e) && !scope_learn(s, &f, &too_many) &&
              too_many == (i >= 256));
        frame_free(&f);
        b.len = 0;
    }
    scope_free(s);
    buf_free(&b);
}

/* Through the log's own descriptor: closing another one would give up the lock. */
static bool log_is(const struct logfile *l, const char *want)
{
    char have[256];
    ssize_t n = pread(l->fd, have, sizeof have, 0);
    return n == (ssize_t)strlen(want) && memcmp(have, want, (size_t)n) == 0;
}

/* The errno another process gets that opens the log. */
static int error_of_another(const char *path)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct logfile l;
        _exit(logfile_open(&l, path) ? 0 : errno);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void test_logfile(void)
{
    struct logfile l;
    struct stat st;
    CHECK(logfile_open(&l, "log") && l.size == 0 && stat("log", &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(logfile_append(&l, span_of("one\n")) && logfile_append(&l, span_of("two\n")) &&
          log_is(&l, "one\ntwo\n"));
    CHECK(error_of_another("log") == EBUSY);
    CHECK(logfile_cut(&l, 4) && log_is(&l, "one\n"));
    int stale = open("log.tmp", O_CREAT | O_WRONLY, 0644);
    CHECK(stale >= 0 && close(stale) == 0);
    CHECK(logfile_replace(&l, span_of("new\n")) && logfile_append(&l, span_of("more\n")) &&
          log_is(&l, "new\nmore\n"));
    CHECK(error_of_another("log") == EBUSY && access("log.tmp", F_OK) != 0);
    CHECK(mkdir("log.tmp", 0700) == 0 && !logfile_replace(&l, span_of("x")) && log_is(&l, "new\nmore\n"));
    CHECK(rmdir("log.tmp") == 0 && logfile_append(&l, span_of("yet\n")) && log_is(&l, "new\nmore\nyet\n"));
    logfile_close(&l);
    CHECK(error_of_another("log") == 0 && logfile_open(&l, "log") && l.size == 13);
    logfile_close(&l);
    CHECK(!logfile_open(&l, "/dev/null") && errno == EINVAL);
    CHECK(!logfile_open(&l, "none/log") && errno == ENOENT);
}

int main(void)
{
    test_url_vectors();
    test_url();
    test_idle_ack();
    test_idle_after();
    test_identities();
    test_scope();
    test_logfile();
    return failures != 0;
}
