/* SPDX-License-Identifier: MIT */
/* relay-run: the agent's place in the ring, one COMMAND per message or one for all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "filter.h"
#include "runner.h"

enum { KEY_TYPING = OPT_LONG, KEY_TIMEOUT, KEY_KILL_AFTER };

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
    .synopsis = "[-P N] [-j] [-r] [--typing] [--timeout SECS] [--] COMMAND [ARG...]\n"
                "-l [--] COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = exits,
    .examples = "  relay-run ./reply.sh <frames.ndjson\n"
                "  relay-run -P 8 --timeout 2m --typing -- ./reply.sh <frames.ndjson\n"
                "  relay-run -j sh -c 'echo \"{\\\"op\\\":\\\"typing\\\"}\"' <frames.ndjson\n"
                "  relay-run -l cat <frames.ndjson\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct opts o = {0};
    struct filter f = {0};
    struct runner r;
    struct runner_options ro = {.parallel = 4, .timeout = INT64_MAX, .kill_after = 5000};
    for (int key; (key = opt_next(&o, &tool, argc, argv)) >= 0;) {
        switch (key) {
        case 'P':
            ro.parallel = (int)opt_number(&o, 1, 256);
            break;
        case 'j':
            ro.actions = true;
            break;
        case 'r':
            ro.reply_to = true;
            break;
        case KEY_TYPING:
            ro.typing = true;
            break;
        case KEY_TIMEOUT:
            ro.timeout = opt_duration(&o);
            break;
        case KEY_KILL_AFTER:
            ro.kill_after = opt_duration(&o);
            break;
        }
    }
    if (!argv[o.operands])
        opt_wrong("COMMAND missing");
    ro.argv = argv + o.operands;
    ro.max = (size_t)o.max_frame;
    turn_clean_environ();
    filter_init(&f, &o);
    runner_init(&r, &ro, &f);
    int status = filter_run(&f);
    runner_free(&r);
    return status;
}
