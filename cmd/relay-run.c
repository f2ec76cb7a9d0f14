/* SPDX-License-Identifier: MIT */
/* relay-run: the agent's place in the ring, one COMMAND per message or one for all. */
#include <string.h>

#include "base/diag.h"
#include "run/env.h"
#include "relay/filter.h"
#include "run/resident.h"
#include "run/each.h"

enum { KEY_TYPING = OPT_LONG, KEY_TIMEOUT, KEY_KILL_AFTER };

enum { PARALLEL_MAX = 256 }; /* two descriptors each */

static const struct opt options[] = {
    {'P', "parallel", "N", "sessions at once (default 4)"},
    {'j', "actions", NULL, "each line COMMAND prints is an action"},
    {'l', "long-lived", NULL, "one COMMAND: frames in, actions and frames out"},
    {'r', "reply-to", NULL, "send as a reply to the message"},
    {KEY_TYPING, "typing", NULL, "show typing while COMMAND runs"},
    {KEY_TIMEOUT, "timeout", "SECS", "end COMMAND after that time"},
    {KEY_KILL_AFTER, "kill-after", "SECS", "KILL what TERM did not end (default 5)"},
};

static const int exits[] = {EX_OK, EX_USAGE, EX_DATAERR, EX_OSERR, EX_IOERR, EX_CONFIG, -1};

static const struct tool tool = {
    .purpose = "Runs COMMAND for each message that comes in and sends what it prints.",
    .synopsis = "[-P N] [-j] [-r] [--typing] [--timeout SECS] [--kill-after SECS] "
                "[--] COMMAND [ARG...]\n"
                "-l [--kill-after SECS] [--] COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = exits,
    .examples =
        "  relay-run ./reply.sh <frames.ndjson\n"
        "  relay-run -P 8 --timeout 2m --typing -- ./reply.sh <frames.ndjson\n"
        "  relay-run -j sh -c 'echo \"{\\\"op\\\":\\\"typing\\\"}\"' <frames.ndjson\n"
        "  relay-run -l jq -c --unbuffered '{op: \"send\", chat_id: .event.source.chat_id, content: \"ok\"}' "
        "<frames.ndjson\n",
    .filter = true,
};

/* A mistyped COMMAND ends it before any message is taken. */
static void check_command(const char *name)
{
    int error = child_find(name);
    if (error)
        die(child_start_status(error), "run %s: %s", name, strerror(error));
}

static int run_each(struct filter *f, const struct worker_options *o, int parallel)
{
    struct runner r = {.o = *o, .parallel = parallel};
    runner_init(&r, f);
    int status = filter_run(f);
    runner_free(&r);
    return status;
}

static int run_resident(struct filter *f, const struct worker_options *o)
{
    struct resident r = {.argv = o->argv, .max = o->max, .kill_after = o->kill_after};
    resident_init(&r, f);
    int status = filter_run(f);
    resident_free(&r);
    return status;
}

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct filter f = {0};
    struct worker_options wo = {.timeout = INT64_MAX, .kill_after = 5000};
    int parallel = 4;
    bool resident = false, each = false;
    for (int key; (key = opt_next(&o, &tool, argc, argv)) >= 0;) {
        each = each || key == 'P' || key == 'r' || key == KEY_TYPING || key == KEY_TIMEOUT;
        switch (key) {
        case 'P':
            parallel = (int)opt_number(&o, 1, PARALLEL_MAX);
            break;
        case 'j':
            wo.actions = true;
            break;
        case 'l':
            resident = true;
            break;
        case 'r':
            wo.reply_to = true;
            break;
        case KEY_TYPING:
            wo.typing = true;
            break;
        case KEY_TIMEOUT:
            wo.timeout = opt_duration(&o);
            wo.timeout = wo.timeout ? wo.timeout : INT64_MAX;
            break;
        case KEY_KILL_AFTER:
            wo.kill_after = opt_duration(&o);
            break;
        }
    }
    if (!argv[o.operands])
        opt_wrong("COMMAND missing");
    if (resident && each)
        die(EX_CONFIG, "--long-lived: goes with none of -P, -r, --typing and --timeout");
    wo.argv = argv + o.operands;
    wo.max = (size_t)o.max_frame;
    check_command(wo.argv[0]);
    environment_clean();
    filter_init(&f, &o);
    return resident ? run_resident(&f, &wo) : run_each(&f, &wo, parallel);
}
