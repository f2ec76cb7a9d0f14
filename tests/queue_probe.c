/* SPDX-License-Identifier: MIT */
/* Drives lib/queue by hand: queue_probe [OPTIONS] URL, then a line of stdin for each request, an answer on
 * stdout for each. Words are separated by blanks; "-" is an absent one.
 *
 *     put SUBJECT ID DATA         stored SEQ | duplicate SEQ | full | …
 *     big SUBJECT BYTES           the same with that many bytes
 *     first STREAM SUBJECT FROM   found SEQ SUBJECT ID DATA | none | …
 *     last STREAM SUBJECT         the same
 *     get STREAM SEQ              the same
 *     delete STREAM SEQ           done | none | …
 *     purge STREAM SUBJECT        done | …
 *     subjects STREAM SUBJECT     info JSON
 *     workers                     info JSON
 *     listen SUBJECT              listens; what comes: heard SUBJECT STATUS DATA
 *     unlisten                    ends the last listen
 *     publish SUBJECT DATA        published | not published
 *     ask SUBJECT DATA MS         answer STATUS DATA
 *     drop SUBJECT DATA MS        the same, forgotten at once: no answer
 *     pull                        token DELIVERED SEQ
 *     ack, nak MS, hold           of the last token
 *     state                       connected|away RECONNECTS MAX_PAYLOAD VERSION ACK_WAIT
 *     wait away|back N            waits until the connection is away, or came back N times
 *     start COMMAND…              runs it with child_start(), and waits for its end
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/io.h"
#include "base/num.h"
#include "base/opt.h"
#include "queue/connect.h"

static struct connect self = CONNECT_DEFAULTS;
static int role;
static bool no_pool;

static const struct opt rows[] = {
    CONNECT_OPTIONS(self),
    OPT_WORD(0, "role", "ring|worker|reader|maker", &role, "the role"),
    OPT_FLAG(0, "bus", &no_pool, "open the bus only"),
};
static const struct tool tool = {.purpose = "drive lib/queue",
                                 .synopsis = "[OPTION]... URL",
                                 .opts = rows,
                                 .count = sizeof rows / sizeof *rows,
                                 .operands = 1,
                                 .exits = (const int[]){0, 64, 69, -1}};

static struct pollset ps;
static bool answered;
static struct bus_listener *heard, *inbox;
static char token[1024];
static char *word[6];

static void turn(int64_t ms)
{
    pollset_clear(&ps);
    bus_prepare(self.pool.bus, &ps);
    pollset_until(&ps, clock_ms() + ms);
    if (!pollset_wait(&ps))
        die(EX_OSERR, "wait:");
    bus_ready(self.pool.bus);
}

static void on_pool(void *ctx, const struct pool_answer *a)
{
    static const char *const fates[] = {"done", "again", "none", "full", "refused"};
    struct span id = pool_header(a->headers, "Nats-Msg-Id");
    (void)ctx;
    answered = true;
    if (a->info.p)
        printf("info %.*s\n", (int)a->info.n, a->info.p);
    else if (a->subject.p)
        printf("found %" PRIu64 " %.*s %.*s %.*s%s\n", a->seq, (int)a->subject.n, a->subject.p,
               id.p ? (int)id.n : 1, id.p ? id.p : "-", (int)a->data.n, a->data.p,
               a->time > 0 ? "" : " no time");
    else if (a->seq)
        printf("%s %" PRIu64 "\n", a->duplicate ? "duplicate" : "stored", a->seq);
    else
        printf("%s%s%s\n", fates[a->fate], a->why ? ": " : "", a->why ? a->why : "");
}

static void on_answer(void *ctx, const struct bus_message *m)
{
    (void)ctx;
    answered = true;
    printf("answer %d %.*s\n", m->status, (int)m->data.n, m->data.p);
}

static void on_heard(void *ctx, const struct bus_message *m)
{
    (void)ctx;
    printf("heard %.*s %d %.*s\n", (int)m->subject.n, m->subject.p, m->status, (int)m->data.n, m->data.p);
    if (m->reply.p) {
        struct buf reply = {0};
        buf_span(&reply, m->reply);
        bus_publish(self.pool.bus, &(struct bus_out){.subject = buf_cstr(&reply), .data = span_of("echo")});
        buf_free(&reply);
    }
}

static void on_token(void *ctx, const struct bus_message *m)
{
    struct token_facts t;
    (void)ctx;
    answered = true;
    if (!m->reply.p || !pool_token_read(&t, m->reply)) {
        printf("no token: %d\n", m->status);
        return;
    }
    snprintf(token, sizeof token, "%.*s", (int)m->reply.n, m->reply.p);
    printf("token %" PRIu64 " %" PRIu64 " %.*s\n", t.delivered, t.seq, (int)m->subject.n, m->subject.p);
}

static enum pool_stream stream(const char *name)
{
    static const char *const kinds[POOL_STREAMS] = {"in", "ready", "out", "sent", "try", "dead"};
    int i = 0;
    while (i < POOL_STREAMS && strcmp(kinds[i], name) != 0)
        i++;
    return i < POOL_STREAMS ? (enum pool_stream)i : POOL_IN;
}

static int64_t number(const char *s)
{
    int64_t n = 0;
    if (!number_parse(s, 0, INT64_MAX, &n))
        die(EX_USAGE, "not a number: %s", s);
    return n;
}

static const char *text(int i)
{
    return !word[i] ? "" : strcmp(word[i], "-") == 0 ? NULL : word[i];
}

static struct span data(int i)
{
    return span_of(text(i) ? text(i) : "");
}

static void big(void)
{
    size_t n = (size_t)number(word[2]);
    char *p = xmalloc(n + 1);
    memset(p, 'x', n);
    pool_put(&self.pool, word[1], NULL, NULL, (struct span){p, n}, on_pool, NULL);
    free(p);
}

static bool ask_pool(void)
{
    const char *verb = word[0];
    if (strcmp(verb, "put") == 0)
        pool_put(&self.pool, word[1], text(2), NULL, data(3), on_pool, NULL);
    else if (strcmp(verb, "big") == 0)
        big();
    else if (strcmp(verb, "first") == 0)
        pool_first(&self.pool, stream(word[1]), word[2], (uint64_t)number(word[3]), on_pool, NULL);
    else if (strcmp(verb, "last") == 0)
        pool_last(&self.pool, stream(word[1]), word[2], on_pool, NULL);
    else if (strcmp(verb, "get") == 0)
        pool_get(&self.pool, stream(word[1]), (uint64_t)number(word[2]), on_pool, NULL);
    else if (strcmp(verb, "delete") == 0)
        pool_delete(&self.pool, stream(word[1]), (uint64_t)number(word[2]), on_pool, NULL);
    else if (strcmp(verb, "purge") == 0)
        pool_purge(&self.pool, stream(word[1]), word[2], on_pool, NULL);
    else if (strcmp(verb, "subjects") == 0)
        pool_subjects(&self.pool, stream(word[1]), text(2), on_pool, NULL);
    else if (strcmp(verb, "workers") == 0)
        pool_workers(&self.pool, on_pool, NULL);
    else
        return false;
    return true;
}

static void pull(void)
{
    struct buf subject = {0};
    bus_unlisten(self.pool.bus, inbox);
    bus_inbox(self.pool.bus, &subject);
    inbox = bus_listen(self.pool.bus, buf_cstr(&subject), on_token, NULL);
    if (!inbox || !pool_pull(&self.pool, buf_cstr(&subject), 2000))
        die(EX_UNAVAILABLE, "pull");
    buf_free(&subject);
}

static bool ask_bus(void)
{
    const char *verb = word[0];
    const struct bus_out o = {.subject = word[1] ? word[1] : "", .data = data(2)};
    if (strcmp(verb, "ask") == 0)
        bus_request(self.pool.bus, &o, number(word[3]), on_answer, NULL);
    else if (strcmp(verb, "pull") == 0)
        pull();
    else if (strcmp(verb, "hold") == 0)
        pool_hold(&self.pool, token, 5000, on_answer, NULL);
    else
        return false;
    return true;
}

static void start(void)
{
    struct child c;
    int status;
    if (child_start(&c, word + 1, NULL, 0))
        die(EX_OSERR, "start:");
    close(c.in);
    for (char p[4096]; fflush(stdout) == 0;) {
        ssize_t n = read(c.out, p, sizeof p);
        if (n > 0)
            fwrite(p, 1, (size_t)n, stdout);
        else if (n == 0)
            break;
        else
            turn(10);
    }
    while (!child_reap(&c, &status))
        turn(10);
    close(c.out);
}

static void wait_for(bool back, uint64_t times)
{
    while (back ? !bus_connected(self.pool.bus) || bus_reconnects(self.pool.bus) < times
                : bus_connected(self.pool.bus))
        turn(20);
    puts(back ? "back" : "away");
}

static void do_more(void)
{
    const char *verb = word[0];
    const struct bus_out o = {.subject = word[1] ? word[1] : "", .data = data(2)};
    if (strcmp(verb, "listen") == 0) {
        heard = bus_listen(self.pool.bus, word[1], on_heard, NULL);
        puts(heard && (!bus_connected(self.pool.bus) || bus_flush(self.pool.bus)) ? "listening"
                                                                                  : "not listening");
    } else if (strcmp(verb, "unlisten") == 0) {
        bus_unlisten(self.pool.bus, heard);
        heard = NULL;
        puts("unlistened");
    } else if (strcmp(verb, "publish") == 0) {
        puts(bus_publish(self.pool.bus, &o) ? "published" : "not published");
    } else if (strcmp(verb, "drop") == 0) {
        bus_forget(self.pool.bus, bus_request(self.pool.bus, &o, number(word[3]), on_answer, NULL));
        puts("dropped");
    } else if (strcmp(verb, "ack") == 0) {
        puts(pool_ack(&self.pool, token) ? "acked" : "not acked");
    } else if (strcmp(verb, "nak") == 0) {
        puts(pool_nak(&self.pool, token, number(word[1])) ? "given back" : "not given back");
    } else if (strcmp(verb, "state") == 0) {
        printf("%s %" PRIu64 " %zu %s %" PRId64 "\n", bus_connected(self.pool.bus) ? "connected" : "away",
               bus_reconnects(self.pool.bus), bus_max_payload(self.pool.bus), bus_version(self.pool.bus),
               self.pool.ack_wait);
    } else if (strcmp(verb, "wait") == 0) {
        wait_for(strcmp(word[1], "back") == 0, (uint64_t)number(word[2] ? word[2] : "0"));
    } else if (strcmp(verb, "start") == 0) {
        start();
    } else {
        die(EX_USAGE, "what is %s?", verb);
    }
}

static void take_line(char *line)
{
    char *rest = line;
    memset(word, 0, sizeof word);
    for (size_t i = 0; i < 5 && (word[i] = strtok_r(i ? NULL : line, " ", &rest)); i++)
        continue;
    if (!word[0])
        return;
    answered = false;
    if (ask_pool() || ask_bus())
        while (!answered)
            turn(1000);
    else
        do_more();
    fflush(stdout);
}

static void serve(void)
{
    struct reader r = {.fd = STDIN_FILENO, .max = 65536};
    while (!r.eof) {
        struct span line;
        pollset_clear(&ps);
        int in = pollset_add(&ps, STDIN_FILENO, POLLIN);
        bus_prepare(self.pool.bus, &ps);
        pollset_wait(&ps);
        bus_ready(self.pool.bus);
        fflush(stdout);
        if (pollset_got(&ps, in) && !reader_fill(&r))
            die(EX_IOERR, "read stdin:");
        while (reader_next(&r, &line) == READER_LINE) {
            char *copy = xstrndup(line.p, line.n);
            take_line(copy);
            free(copy);
        }
    }
    reader_free(&r);
}

int main(int argc, char **argv)
{
    struct opts o;
    struct buf why = {0};
    int status = 0;
    opt_read(&o, &tool, argc, argv);
    if (no_pool) {
        self.bus.urls = argv[o.operands] ? argv[o.operands] : "";
        self.bus.name = "queue_probe";
        self.pool.bus = bus_open(&self.bus, &status, &why);
        if (!self.pool.bus)
            die(status, "%s", buf_cstr(&why));
    } else {
        connect_open(&self, &o, argv[o.operands], (enum pool_role)role, "queue_probe");
    }
    serve();
    pollset_free(&ps);
    connect_close(&self);
    buf_free(&why);
    return status;
}
