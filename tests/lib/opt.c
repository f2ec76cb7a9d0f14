/* SPDX-License-Identifier: MIT */
/* Options: where values go, what is refused and with which message; each parse in a separate process. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/opt.h"
#include "check.h"

static bool flag;
static const char *text, *maybe, *file;
static int64_t number, moment, size;
static int word = -1;
static struct buf calls;

static void on_call(struct opts *o)
{
    buf_printf(&calls, "%s=%s;", o->name, o->arg);
}

static void on_bare(struct opts *o)
{
    buf_printf(&calls, "%s%s;", o->name, o->arg ? "?" : "");
}

static void on_exact(struct opts *o)
{
    buf_printf(&calls, "%s;", o->name);
    o->exact = true;
}

static const struct opt options[] = {
    OPT_FLAG('f', "flag", &flag, "a flag"),
    OPT_TEXT('t', "text", "WORD", &text, "a text"),
    OPT_TEXT_OR_EMPTY(0, "maybe", "WORD", &maybe, "a text or nothing"),
    OPT_FILE(0, "secret-file", &file, "a file"),
    OPT_NUMBER('n', "number", &number, -5, 10, "a number"),
    OPT_TIME(0, "time", &moment, 1000, "a time"),
    OPT_SIZE(0, "size", &size, 1, 4096, "a size"),
    OPT_WORD('w', "word", "alpha|beta", &word, "a word"),
    OPT_CALL('c', "call", "ARG", on_call, "a function (repeatable)"),
    OPT_CALL('e', "exact", NULL, on_exact, "only exact options from here on"),
    OPT_CALL(0, "bare", NULL, on_bare, "one without an argument"),
    OPT_TEXT(0, "long", "A-LONG-ARG", &text,
             "a text that does not fit beside its option because it is longer than that"),
    OPT_TEXT(0, "longest", "AN-ARGUMENT-TOO-LONG", &text, "below it"),
};

static const char *const brief[] = {"Some:", "text", "long", "longest", NULL};

static const struct tool tool = {
    .purpose = "Check options.",
    .synopsis = "[OPTION]... [ONE]\n--bare",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .operands = 1,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_CONFIG, -1},
    .examples = "  check --bare\n  check one\n  check -f\n",
    .brief = brief,
    .filter = true,
};

/* Parses the words of `line` and prints the resulting values. */
static void parse(const char *line)
{
    char *argv[32] = {"check"}, words[256];
    int argc = 1;
    snprintf(words, sizeof words, "%s", line);
    for (char *w = words, *at; *w; w = at) { /* a word ends at a blank; "_" is an empty one */
        at = w + strcspn(w, " ");
        if (*at)
            *at++ = '\0';
        argv[argc++] = strcmp(w, "_") == 0 ? "" : w;
    }
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    opt_exclusive(&o, "flag", "bare");
    opt_needs(&o, "size", "time");
    printf("%d %s %s %s %lld %lld %lld %d %s %d %lld %d", flag, text ? text : "-", maybe ? maybe : "-",
           file ? file : "-", (long long)number, (long long)moment, (long long)size, word, buf_cstr(&calls),
           o.strict, (long long)o.max_frame, o.operands);
    if (opt_given(&o, "number"))
        printf(" given");
}

/* Appends the status, a space, then stdout or the first line of stderr. */
static void run(struct buf *out, const char *line)
{
    int fds[2], status = 0;
    char got[4096];
    ssize_t n;
    fflush(stdout);
    pid_t pid = pipe(fds) ? -1 : fork();
    if (pid == 0) {
        dup2(fds[1], 1);
        dup2(fds[1], 2);
        parse(line);
        exit(0);
    }
    close(fds[1]);
    struct buf all = {0};
    while ((n = read(fds[0], got, sizeof got)) > 0)
        buf_add(&all, got, (size_t)n);
    close(fds[0]);
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    buf_printf(out, "%d ", WEXITSTATUS(status));
    const char *end = memchr(buf_cstr(&all), '\n', all.len);
    buf_add(out, all.p, end && WEXITSTATUS(status) ? (size_t)(end - all.p) : all.len);
    buf_free(&all);
}

static const struct {
    const char *args, *want;
} taken[] = {
    {"", "0 0 - - - 0 0 0 -1  0 16777216 1"},
    {"-f -t a --maybe _ --secret-file x", "0 1 a  x 0 0 0 -1  0 16777216 8"},
    {"-fn-5 -wbeta", "0 1 - - - -5 0 0 1  0 16777216 3 given"},
    {"--number=10 --time 1.5s --size 2K", "0 0 - - - 10 1500 2048 -1  0 16777216 6 given"},
    {"--time=2m --word alpha -t -x", "0 0 -x - - 0 120000 0 0  0 16777216 6"},
    {"-c a --call=b=c --bare -c-", "0 0 - - - 0 0 0 -1 call=a;call=b=c;bare;call=-; 0 16777216 6"},
    {"--strict -u --line-buffered --max-frame 1M -qv", "0 0 - - - 0 0 0 -1  1 1048576 7"},
    {"one", "0 0 - - - 0 0 0 -1  0 16777216 1"},
    {"-- -f", "0 0 - - - 0 0 0 -1  0 16777216 2"},
    {"-", "0 0 - - - 0 0 0 -1  0 16777216 1"},
    {"-e -x", "0 0 - - - 0 0 0 -1 exact; 0 16777216 2"},
    {"-e -h", "0 0 - - - 0 0 0 -1 exact; 0 16777216 2"},
    {"-e -f --text=a -wbeta", "0 1 a - - 0 0 0 -1 exact; 0 16777216 4"},
    {"-e -n 3 -- -f", "0 0 - - - 3 0 0 -1 exact; 0 16777216 5 given"},
    {"-e -", "0 0 - - - 0 0 0 -1 exact; 0 16777216 2"},
    {"-V", "0 check " RELAY_VERSION "\n"},
};

static const struct {
    const char *args, *want;
} refused[] = {
    {"--nope", "64 check: option --nope: unknown"},
    {"--secret=hunter2", "64 check: option --secret: unknown"},
    {"--secret hunter2", "64 check: option --secret: unknown"},
    {"--fla", "64 check: option --fla: unknown"},
    {"--flag=x", "64 check: option --flag: takes no argument"},
    {"--text", "64 check: option --text: needs an argument"},
    {"-ft", "64 check: option -t: needs an argument"},
    {"-fz", "64 check: option -z: unknown"},
    {"-t _", "64 check: read --text '': empty"},
    {"--secret-file=", "64 check: read --secret-file '': empty"},
    {"-c _", "64 check: read --call '': empty"},
    {"-n 11", "64 check: read --number '11': not a whole number from -5 to 10"},
    {"-n 0x1", "64 check: read --number '0x1': not a whole number from -5 to 10"},
    {"--time x", "64 check: read --time 'x': not seconds or a number with ms, s, m or h, up to a year"},
    {"--time 999ms", "64 check: read --time '999ms': less than 1000 ms"},
    {"--size 5K", "64 check: read --size '5K': not a number of bytes, K, M or G from 1 to 4096"},
    {"-w alph", "64 check: read --word 'alph': not one of alpha|beta"},
    {"-w alpha|beta", "64 check: read --word 'alpha|beta': not one of alpha|beta"},
    {"-w \x1b", "64 check: read --word '\\x1b': not one of alpha|beta"},
    {"one two", "64 check: unexpected operand 'two'"},
    {"-f --bare", "78 check: --flag and --bare: give one of them"},
    {"--size 1", "78 check: --size: needs --time"},
};

static void test_help(void)
{
    struct buf out = {0};
    run(&out, "--help");
    CHECK(reads(&out, "0 Usage: check [OPTION]... [ONE]\n"
                      "       check --bare\n"
                      "Check options.\n\n"
                      "Some:\n"
                      "  -t, --text WORD        a text\n"
                      "      --long A-LONG-ARG  a text that does not fit beside its option because it\n"
                      "                         is longer than that\n"
                      "      --longest AN-ARGUMENT-TOO-LONG\n"
                      "                         below it\n"
                      "Every option: check --help=all. The manual: man check.\n\n"
                      "Exit status: 0 done, 64 usage, 78 settings\n"
                      "Examples:\n"
                      "  check --bare\n"
                      "  check one\n"));
    out.len = 0;
    run(&out, "--help=all");
    const char *help = buf_cstr(&out);
    CHECK(strncmp(help, "0 Usage: check [OPTION]... [ONE]\n       check --bare\nCheck options.\n", 68) == 0);
    CHECK(strstr(help, "\n  -n, --number N                  a number\n"));
    CHECK(strstr(help, "\n      --time DURATION             a time\n"));
    CHECK(strstr(help, "\n  -w, --word alpha|beta           a word\n"));
    CHECK(strstr(help, "\n  -q, --quiet                     "));
    CHECK(strstr(help, "\nExit status:\n  0    done\n  64   wrong usage\n  78   contradictory settings\n"));
    CHECK(strstr(help, "\nExamples:\n  check --bare\n  check one\n  check -f\n"));
    buf_free(&out);
}

int main(void)
{
    struct buf out = {0};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        run(&out, taken[i].args);
        CHECK_THAT(reads(&out, taken[i].want), "%s", taken[i].args);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        run(&out, refused[i].args);
        CHECK_THAT(reads(&out, refused[i].want), "%s", refused[i].args);
    }
    test_help();
    buf_free(&out);
    return failures != 0;
}
