/* SPDX-License-Identifier: MIT */
/* relay-acp: puts a coding agent that speaks the Agent Client Protocol on chat. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "acp/client.h"
#include "base/child.h"
#include "base/diag.h"
#include "run/env.h"
#include "run/fetch.h"

enum {
    PARALLEL_MAX = 256,
    ATTEMPTS_MAX = 100,
};

static struct relay_acp {
    struct client client;
    int64_t parallel, attempts;
    int tools;
    const char *state_dir, *cwd;
} self = {
    .client = {.stream = 1000, .timeout = INT64_MAX, .agent = {.patience = 60000, .kill_after = 10000}},
    .parallel = 4,
    .attempts = 5,
    .tools = TOOLS_BRIEF,
};

static const struct opt options[] = {
    OPT_TEXT(0, "state-dir", "DIR", &self.state_dir, "keep sessions and their directories in DIR"),
    OPT_TEXT('C', "cwd", "DIR", &self.cwd, "all sessions work in DIR, not each in its own directory"),
    OPT_WORD(0, "tools", "quiet|brief|full", &self.tools, "how much to show of tool calls (default brief)"),
    OPT_TIME(0, "stream", &self.client.stream, 0,
             "show an answer while it grows, that often (default 1s; 0: whole)"),
    OPT_FLAG(0, "typing", &self.client.typing, "show a typing indicator while the agent works"),
    OPT_FLAG('r', "reply-to", &self.client.reply_to, "send as a reply to the message"),
    OPT_TEXT(0, "stop-words", "WORD,...", &self.client.stop_words,
             "texts that interrupt what runs in their session"),
    OPT_FLAG(0, "anyone", &self.client.anyone, "let anyone in the chat answer the agent's questions"),
    OPT_TEXT(0, "auth", "METHOD", &self.client.agent.auth, "authenticate at the agent with METHOD"),
    OPT_TEXT(0, "media", "DIR", &self.client.media,
             "fetch the files of messages below DIR (default $RELAY_MEDIA_DIR)"),
    OPT_NUMBER('P', "parallel", &self.parallel, 1, PARALLEL_MAX, "sessions at once (default 4)"),
    OPT_TIME(0, "timeout", &self.client.timeout, 0, "cancel a turn after that time (default 0: never)"),
    OPT_TIME(0, "patience", &self.client.agent.patience, 1,
             "end an agent that does not get ready in that time (default 60s)"),
    OPT_NUMBER(0, "attempts", &self.attempts, 1, ATTEMPTS_MAX, "starts in a row that may fail (default 5)"),
    OPT_TIME(0, "kill-after", &self.client.agent.kill_after, 0,
             "end an agent that does not stop in that time (default 10s)"),
};

static const char *const brief[] = {"Sessions:", "state-dir", "cwd",    "parallel", "timeout", "Chat:",
                                    "tools",     "stream",    "typing", "reply-to", "anyone",  NULL};

static const struct tool tool = {
    .purpose = "Put a coding agent (Agent Client Protocol) on chat, for relay-run -l.",
    .synopsis = "[OPTION]... [--] COMMAND [ARG...]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = OPT_ANY,
    .exits = (const int[]){EX_OK, EX_NO, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_OSERR, EX_IOERR,
                           EX_CONFIG, -1},
    .examples = "  relay-acp --state-dir state -- ./agent <frames.ndjson\n"
                "  relay-adapter -l --after 1s -- relay-acp --state-dir state -- ./agent\n",
    .brief = brief,
    .filter = true,
};

/* Files are named by absolute paths, as the agent works elsewhere. The caller frees it. */
static char *open_media(void)
{
    const char *dir = self.client.media ? self.client.media : getenv("RELAY_MEDIA_DIR");
    return dir && *dir ? fetch_open(dir) : NULL;
}

int main(int argc, char **argv)
{
    struct opts o;
    struct filter f = {0};
    opt_read(&o, &tool, argc, argv);
    char **agent = argv + o.operands;
    if (!*agent)
        opt_wrong("COMMAND missing");
    int error = child_find(*agent);
    if (error)
        die(child_start_status(error), "run %s: %s", *agent, strerror(error));
    self.client.agent.argv = agent;
    self.client.agent.max = (size_t)o.max_frame;
    self.client.agent.attempts = (int)self.attempts;
    self.client.parallel = (int)self.parallel;
    self.client.tools = (enum answer_tools)self.tools;
    if (!self.client.timeout)
        self.client.timeout = INT64_MAX;
    signal(SIGXFSZ, SIG_IGN); /* a file that becomes too large is an error of the agent's request */
    place_open(&self.client.place, self.state_dir, self.cwd);
    char *media = open_media();
    self.client.media = media;
    filter_init(&f, &o);
    client_init(&self.client, &f);
    environment_clean();
    int status = filter_run(&f);
    client_free(&self.client, &f);
    free(media);
    return status;
}
