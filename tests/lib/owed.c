/* SPDX-License-Identifier: MIT */
/* Replies that are missing, and replies that are refusals: what is said, what goes down, the exit status. */
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "check.h"
#include "dial/internal.h"

static const char *closed; /* why the link was closed */
static struct buf have;

/* There is no link here. */
void link_close(struct link *l, int code, const char *reason)
{
    (void)l;
    (void)code;
    closed = reason;
}

static char *no_command[] = {NULL};
static const struct dial_options ring = {.command = no_command}, plain = {.command = NULL};

static void begin(struct dial *d, const struct dial_options *o)
{
    *d = (struct dial){.o = o, .ledger = ledger_new(), .head = {.fd = 0, .own = -1}};
    closed = NULL;
}

static void end(struct dial *d)
{
    ledger_free(d->ledger);
    lines_free(&d->lines);
    buf_free(&d->head.q);
}

/* Takes a frame that is to be answered; those up to d->sent were handed to a connection. */
static uint64_t owe(struct dial *d, const char *text)
{
    struct frame f = {0};
    struct json_error e;
    CHECK_THAT(frame_parse(&f, span_of(text), &e), "%s", text);
    uint64_t number = lines_add(&d->lines, f.type, span_of(text));
    CHECK(!ledger_owe(d->ledger, &f, number, -3600000000));
    frame_free(&f);
    return number;
}

/* What was said on stderr since the last time, without the program's name in front, is that. */
static bool said(const char *want)
{
    char text[2048];
    ssize_t n = pread(STDERR_FILENO, text, sizeof text, 0);
    have.len = 0;
    for (char *p = text, *to = text + (n > 0 ? n : 0), *nl; p < to; p = nl + 1) {
        char *start = memchr(p, ' ', (size_t)(to - p));
        nl = memchr(p, '\n', (size_t)(to - p));
        CHECK(start && nl && start < nl);
        if (!start || !nl)
            break;
        buf_span(&have, (struct span){start + 1, (size_t)(nl - start)});
    }
    CHECK(ftruncate(STDERR_FILENO, 0) == 0 && lseek(STDERR_FILENO, 0, SEEK_SET) == 0);
    return reads(&have, want);
}

/* What went down since the last time: the error of each result, "?" in front of an ambiguous one. */
static bool came_down(struct dial *d, const char *want)
{
    have.len = 0;
    for (char *p = d->head.q.p, *to = p + d->head.q.len, *nl; p && p < to; p = nl + 1) {
        nl = memchr(p, '\n', (size_t)(to - p));
        struct span line = {p, (size_t)(nl - p)}, result = json_find(line, "result");
        buf_str(&have, json_is_true(json_find(result, "ambiguous")) ? "?" : "");
        json_decode(&have, json_find(result, "error"));
        buf_ch(&have, '\n');
    }
    d->head.q.len = 0;
    return reads(&have, want);
}

#define OUT(id, op) "{\"type\":\"outbound\",\"requestId\":\"" id "\",\"action\":{" op "\"chat_id\":\"c\"}}"
#define SEND(id)    OUT(id, "\"op\":\"send\",")
#define TYPING(id)  OUT(id, "\"op\":\"typing\",")
#define HELLO       "{\"type\":\"hello\",\"platform\":\"p\",\"botId\":\"b\"}"
#define IDLE        "{\"type\":\"going_idle\"}"

/* Only what is lost to a user, or to nobody's knowledge, shows in the exit status. */
static void check_fail(void)
{
    static const struct {
        const char *frame;
        bool ring, open;
        int status;
    } rows[] = {
        {SEND("a"), true, true, EX_TEMPFAIL},    {TYPING("a"), true, true, EX_OK},
        {OUT("a", ""), true, true, EX_OK},       {TYPING("a"), true, false, EX_TEMPFAIL},
        {TYPING("a"), false, true, EX_TEMPFAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dial d;
        begin(&d, rows[i].ring ? &ring : &plain);
        owe(&d, rows[i].frame);
        d.head_closing = !rows[i].open;
        dial_owed_fail(&d, ledger_each(d.ledger, NULL));
        CHECK_THAT(d.status == rows[i].status, "row %zu", i);
        end(&d);
    }
}

/* The end of the connection: what was sent may have been done, what was not or was refused has not. */
static void check_lost(void)
{
    struct dial d;
    begin(&d, &ring);
    d.sent = owe(&d, SEND("a"));
    owe(&d, SEND("b"));
    dial_settle_lost(&d, false, false);
    CHECK(came_down(&d, "?relay transport connection lost\n") && ledger_count(d.ledger) == 1);
    CHECK(said("settle outbound \"a\": relay transport connection lost\n") && d.status == EX_TEMPFAIL);
    d.sent = owe(&d, SEND("c"));
    dial_settle_lost(&d, false, true);
    CHECK(came_down(&d, "relay transport not connected\nrelay transport not connected\n"));
    CHECK(ledger_count(d.ledger) == 0 && said("settle outbound \"b\": relay transport not connected\n"
                                              "settle outbound \"c\": relay transport not connected\n"));
    d.phase = CLOSING;
    owe(&d, SEND("d"));
    dial_settle_lost(&d, true, false);
    CHECK(came_down(&d, "relay transport closed\n") &&
          said("settle outbound \"d\": relay transport closed\n"));
    end(&d);
}

/* The handshake that the end leaves open: unavailable if it was never sent or a signal came first. */
static void check_handshake(void)
{
    static const struct {
        const char *frame;
        bool sent, signalled, descriptor;
        int status;
    } rows[] = {
        {HELLO, true, false, false, EX_PROTOCOL},     {IDLE, true, false, false, EX_TEMPFAIL},
        {HELLO, false, false, false, EX_UNAVAILABLE}, {IDLE, false, false, true, EX_UNAVAILABLE},
        {HELLO, true, true, false, EX_UNAVAILABLE},   {IDLE, true, true, true, EX_TEMPFAIL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dial d;
        begin(&d, &plain);
        owe(&d, rows[i].frame);
        d.sent = rows[i].sent;
        d.signalled = rows[i].signalled ? 15 : 0;
        d.auth.descriptor = rows[i].descriptor;
        dial_settle_lost(&d, false, false); /* a hello waits for the next connection, and what was not sent */
        CHECK_THAT(d.status == EX_OK, "row %zu", i);
        if (ledger_count(d.ledger) == 0) { /* a going_idle goes with its connection, silently */
            owe(&d, rows[i].frame);
            d.sent++;
        }
        dial_settle_lost(&d, true, false);
        CHECK_THAT(d.status == rows[i].status && ledger_count(d.ledger) == 0, "row %zu", i);
        CHECK_THAT(said(rows[i].frame[9] == 'h'
                            ? "settle hello: no descriptor, the link has ended\n"
                            : "settle going_idle: no going_idle_ack, the link has ended\n"),
                   "row %zu", i);
        end(&d);
    }
}

/* A hello that is overdue: a ring dials again, once it served nobody yet; all else is a failure. */
static void check_no_descriptor(void)
{
    static const struct {
        bool ring, had, end;
        int signalled;
        enum phase phase;
        int status; /* EX_OK: the link is closed instead */
    } rows[] = {
        {true, false, false, 0, SERVING, EX_OK},
        {true, true, false, 0, SERVING, EX_PROTOCOL},
        {false, false, false, 0, SERVING, EX_PROTOCOL},
        {true, false, false, 0, SETTLING, EX_PROTOCOL},
        {true, false, true, 0, SERVING, EX_TEMPFAIL},
        {true, false, true, 15, SERVING, EX_UNAVAILABLE},
        {false, false, false, 2, SETTLING, EX_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dial d;
        begin(&d, rows[i].ring ? &ring : &plain);
        owe(&d, HELLO);
        d.had_descriptor = rows[i].had;
        d.signalled = rows[i].signalled;
        d.phase = rows[i].phase;
        dial_overdue(&d, rows[i].end ? "at the end" : NULL);
        CHECK_THAT(d.status == rows[i].status && !closed == (d.status != EX_OK), "row %zu", i);
        CHECK_THAT(said(rows[i].end ? "settle hello \"p\": no descriptor at the end\n"
                                    : "settle hello \"p\": no descriptor within 30 s\n"),
                   "row %zu", i);
        end(&d);
    }
}

/* An outbound that is overdue: what was never sent is taken from the queue, so that it is not sent later. */
static void check_overdue(void)
{
    struct dial d;
    struct line line;
    struct span text;
    begin(&d, &ring);
    d.sent = owe(&d, SEND("a"));
    CHECK(lines_next(&d.lines, &line, &text));
    owe(&d, SEND("b"));
    owe(&d, IDLE);
    dial_overdue(&d, NULL);
    CHECK(said("settle going_idle: no going_idle_ack within 10 s\n"
               "settle outbound \"a\": no result within 30 s\n"
               "settle outbound \"b\": no result within 30 s, and never sent\n"));
    CHECK(came_down(&d, "?relay outbound timed out\nrelay transport not connected\n"));
    CHECK(d.status == EX_TEMPFAIL && ledger_count(d.ledger) == 0);
    CHECK(lines_next(&d.lines, &line, &text) && line.type == FRAME_GOING_IDLE);
    end(&d);
}

static void refuse(struct dial *d, const char *outbound, const char *result)
{
    struct frame f = {0};
    struct json_error e;
    owe(d, outbound);
    have.len = 0;
    buf_printf(&have, "{\"type\":\"outbound_result\",\"requestId\":\"x\",\"result\":%s}", result);
    CHECK_THAT(frame_parse(&f, buf_as_span(&have), &e), "%s", result);
    dial_refused(d, ledger_each(d->ledger, NULL), &f);
    dial_settle_silently(d);
    frame_free(&f);
}

/* A refusal is told at once, unless its sender, in a ring that still turns, may send it again. */
static void check_refused(void)
{
    struct dial d;
    begin(&d, &ring);
    refuse(&d, TYPING("a"), "{\"error\":\"no\"}");
    CHECK(said("send outbound \"a\": \"typing\" to chat \"c\": no\n") && d.status == EX_OK);
    refuse(&d, SEND("a"), "{ \"success\" : false }"); /* without a reason: the result itself */
    CHECK(said("send outbound \"a\": \"send\" to chat \"c\": {\"success\":false}\n") && d.status == EX_NO);
    refuse(&d, SEND("a"), "{\"error\":\"no\",\"retry_after\":\"1\"}"); /* not a number */
    CHECK(said("send outbound \"a\": \"send\" to chat \"c\": no\n") && d.n_refused == 0);
    refuse(&d, SEND("a"), "{\"error\":\"no\",\"ambiguous\":true}");
    CHECK(said("send outbound \"a\": \"send\" to chat \"c\": no\n") && d.status == EX_TEMPFAIL);
    refuse(&d, TYPING("b"), "{\"error\":\"later\",\"retry_after\":1}");
    refuse(&d, SEND("c"), "{\"error\":\"later\",\"retry_after\":1}");
    CHECK(said("") && d.n_refused == 2);
    dial_sent_again(&d, span_of("\"d\"")); /* as long as theirs, and another */
    dial_sent_again(&d, span_of("\"bb\""));
    CHECK(d.n_refused == 2);
    dial_sent_again(&d, span_of("\"b\""));
    CHECK(d.n_refused == 1);
    dial_tell_refused(&d);
    CHECK(said("send outbound \"c\": \"send\" to chat \"c\": later\n") && d.n_refused == 0 && !d.refused);
    d.head_closing = true; /* nobody could send it again */
    refuse(&d, SEND("e"), "{\"error\":\"later\",\"retry_after\":1}");
    CHECK(said("send outbound \"e\": \"send\" to chat \"c\": later\n") && d.n_refused == 0);
    end(&d);
}

/* Beyond REFUSED_MOST the oldest one is told. */
static void check_most_refused(void)
{
    struct dial d;
    begin(&d, &ring);
    refuse(&d, SEND("oldest"), "{\"error\":\"later\",\"retry_after\":1}");
    for (int i = 1; i < REFUSED_MOST; i++)
        refuse(&d, SEND("a"), "{\"error\":\"later\",\"retry_after\":1}");
    CHECK(said("") && d.n_refused == REFUSED_MOST && d.status == EX_OK);
    refuse(&d, SEND("a"), "{\"error\":\"later\",\"retry_after\":1}");
    CHECK(said("send outbound \"oldest\": \"send\" to chat \"c\": later\n") && d.n_refused == REFUSED_MOST);
    CHECK(d.status == EX_NO);
    dial_sent_again(&d, span_of("\"a\""));
    CHECK(d.n_refused == 0);
    end(&d);
}

int main(int argc, char **argv)
{
    diag_init(argc ? argv[0] : NULL);
    FILE *complaints = tmpfile();
    if (!complaints || dup2(fileno(complaints), STDERR_FILENO) < 0)
        return 1;
    check_fail();
    check_lost();
    check_handshake();
    check_no_descriptor();
    check_overdue();
    check_refused();
    check_most_refused();
    buf_free(&have);
    fclose(complaints);
    return failures > 0;
}
