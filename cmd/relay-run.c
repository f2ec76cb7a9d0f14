/* SPDX-License-Identifier: MIT */
/* relay-run: the agent's place in the ring, one COMMAND per message or one for all. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "relay/filter.h"
#include "run/durable.h"
#include "run/each.h"
#include "run/env.h"
#include "run/letters.h"
#include "run/resident.h"
#include "run/state.h"

enum {
    ATTEMPTS_MAX = 100,
    ACK_START = 1,       /* index of the word */
    STREAM_EVERY = 1000, /* ms */
};

static struct relay_run {
    struct worker_options o;
    int64_t parallel, attempts; /* most sessions at once; most runs of a message */
    const char *dead_letter, *on_failure, *stop_words, *state_dir, *inbox;
    bool resident, reactions;
    int ack;      /* index of the word of --ack */
    int drain;    /* … and of --drain */
    int64_t keep; /* ms */
} self = {.o = {.timeout = INT64_MAX, .kill_after = 5000},
          .parallel = 4,
          .attempts = 3,
          .keep = INT64_C(7) * 24 * 3600 * 1000};

static void on_stream(struct opts *o)
{
    struct reply_options *r = &self.o.reply;
    r->paragraphs = o->arg && strcmp(o->arg, "paragraph") == 0;
    r->every = STREAM_EVERY;
    if (o->arg && !r->paragraphs && (!duration_parse(o->arg, &r->every) || !r->every))
        opt_refuse(o, "not a time over 0, or paragraph");
}

static const struct opt options[] = {
    OPT_NUMBER('P', "parallel", &self.parallel, 1, WORKERS_MAX, "sessions at once (default 4)"),
    OPT_FLAG('j', "actions", &self.o.actions, "each line that COMMAND prints is an action"),
    OPT_FLAG('l', "long-lived", &self.resident, "one COMMAND: frames in, actions and frames out"),
    OPT_FLAG('i', "interactive", &self.o.interactive,
             "like -j; COMMAND's stdin stays open: results and presses follow"),
    OPT_FLAG('r', "reply-to", &self.o.reply.to_message, "send as a reply to the message"),
    OPT_MAYBE("stream", on_stream, "show the answer while it grows (=DURATION, =paragraph)"),
    OPT_FLAG(0, "reactions", &self.reactions, "react to a message: at work, then done or given up"),
    OPT_FLAG(0, "typing", &self.o.typing, "show a typing indicator while COMMAND runs"),
    OPT_TIME(0, "timeout", &self.o.timeout, 0, "end COMMAND after that time (default 0: never)"),
    OPT_NUMBER(0, "attempts", &self.attempts, 1, ATTEMPTS_MAX,
               "run a message that fails at most N times (default 3)"),
    OPT_FILE(0, "inbox", &self.inbox, "keep messages in FILE: acknowledge at once, lose none"),
    OPT_WORD(0, "drain", "running|empty", &self.drain,
             "with --inbox, when the ring drains: finish what runs, or all that waits"),
    OPT_TIME(0, "keep", &self.keep, 0, "with --inbox: forget what has ended after that time (default 168h)"),
    OPT_FILE(0, "dead-letter", &self.dead_letter, "keep what is given up in FILE, and acknowledge it"),
    OPT_TEXT(0, "on-failure", "TEXT", &self.on_failure, "answer with TEXT when a message is given up"),
    OPT_WORD(0, "ack", "end|start", &self.ack, "acknowledge a message at its end (default), or at its start"),
    OPT_TEXT(0, "stop-words", "WORD,...", &self.stop_words,
             "a message of such a text interrupts what runs in its session"),
    OPT_TEXT(0, "media", "DIR", &self.o.media, "fetch the files of messages into DIR, for RELAY_MEDIA_FILES"),
    OPT_TEXT(0, "state-dir", "DIR", &self.state_dir, "give each session a directory in DIR (RELAY_STATE)"),
    OPT_TIME(0, "kill-after", &self.o.kill_after, 0, "send KILL this long after TERM (default 5s)"),
};

static const char *const brief[] = {"Turns:",      "parallel",   "timeout",  "attempts", "inbox",
                                    "dead-letter", "on-failure", "COMMAND:", "actions",  "long-lived",
                                    "reply-to",    "stream",     "typing",   NULL};

static const struct tool tool = {
    .purpose = "Run COMMAND for each message and send what it prints.",
    .synopsis = "[-P N] [-i|-j] [-r] [OPTION]... [--] COMMAND [ARG...]\n-l [OPTION]... [--] COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_TEMPFAIL,
                           EX_CONFIG, -1},
    .examples =
        "  relay-run ./reply.sh <frames.ndjson\n"
        "  relay-run -P 8 --timeout 2m --typing -- ./reply.sh <frames.ndjson\n"
        "  relay-run -j sh -c 'echo \"{\\\"op\\\":\\\"typing\\\"}\"' <frames.ndjson\n"
        "  relay-run -l jq -c --unbuffered '.event // empty | {op: \"typing\", chat_id: .source.chat_id}' "
        "<frames.ndjson\n",
    .brief = brief,
    .filter = true,
};

/* A mistyped COMMAND ends the process before any message is taken. */
static void check_command(const char *name)
{
    int error = child_find(name);
    if (error)
        die(child_start_status(error), "run %s: %s", name, strerror(error));
}

static char *open_media(const char *dir)
{
    if (!dir)
        return NULL;
    check_command("relay-media");
    return fetch_open(dir);
}

/* The caller frees it. */
static char *open_state(const char *dir)
{
    char *path = dir ? state_open(dir) : NULL;
    if (dir && !path)
        die(EX_NOINPUT, "open %s:", dir);
    return path;
}

static int run_each(struct filter *f)
{
    char *state = open_state(self.state_dir);
    self.o.state = state;
    struct runner r = {.o = self.o, .parallel = (int)self.parallel, .attempts = (int)self.attempts};
    struct logfile letters;
    struct durable durable = {.path = self.inbox, .drain_empty = self.drain == 1, .keep = self.keep};
    r.on_failure = self.on_failure;
    r.reactions = self.reactions;
    r.stop_words = self.stop_words;
    r.ack_start = self.ack == ACK_START;
    r.durable = self.inbox ? &durable : NULL;
    if (self.dead_letter && !letters_open(&letters, self.dead_letter))
        die(EX_NOINPUT, "open %s:", self.dead_letter);
    r.letters = self.dead_letter ? &letters : NULL;
    char *media = open_media(self.o.media);
    r.o.media = media;
    runner_init(&r, f);
    environment_clean();
    int status = filter_run(f);
    runner_free(&r, f);
    free(media);
    if (r.letters)
        logfile_close(r.letters);
    free(state);
    return status;
}

static int run_resident(struct filter *f)
{
    struct resident r = {.argv = self.o.argv, .max = self.o.max, .kill_after = self.o.kill_after};
    resident_init(&r, f);
    environment_clean();
    int status = filter_run(f);
    resident_free(&r, f);
    return status;
}

static void check_options(const struct opts *o)
{
    static const char *const of_each[] = {"parallel", "interactive", "reply-to", "stream",      "reactions",
                                          "typing",   "timeout",     "attempts", "dead-letter", "on-failure",
                                          "ack",      "stop-words",  "media",    "state-dir",   "inbox"};
    if (!o->argv[o->operands])
        opt_wrong("COMMAND missing");
    for (size_t i = 0; i < sizeof of_each / sizeof *of_each; i++)
        opt_exclusive(o, "long-lived", of_each[i]);
    opt_exclusive(o, "inbox", "dead-letter");
    opt_exclusive(o, "inbox", "ack");
    opt_needs(o, "drain", "inbox");
    opt_needs(o, "keep", "inbox");
    opt_exclusive(o, "actions", "stream");
    opt_exclusive(o, "interactive", "stream");
}

int main(int argc, char **argv)
{
    struct opts o;
    struct filter f = {0};
    opt_read(&o, &tool, argc, argv);
    check_options(&o);
    if (!self.o.timeout)
        self.o.timeout = INT64_MAX;
    self.o.actions = self.o.actions || self.o.interactive;
    self.o.argv = argv + o.operands;
    self.o.max = (size_t)o.max_frame;
    check_command(self.o.argv[0]);
    filter_init(&f, &o);
    return self.resident ? run_resident(&f) : run_each(&f);
}
