/* SPDX-License-Identifier: MIT */
/* Arbitrary words as a command line, read by base/opt and by a model that does not use getopt: both accept
 * the same ones, with the same values and the same first operand, and end with the same status for the
 * others. */
#include <getopt.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/opt.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
_Noreturn void exit(int status);

enum { WORDS = 12, TAKEN = -1 };

struct values {
    bool flag;
    const char *text, *maybe, *given;
    int64_t number, moment, size;
    int word;
};

static struct values v, want;

static void on_call(struct opts *o)
{
    v.given = o->arg;
    o->exact = true;
}

static const struct opt options[] = {
    OPT_FLAG('f', "flag", &v.flag, "a flag"),
    OPT_TEXT('t', "text", "WORD", &v.text, "a text"),
    OPT_TEXT_OR_EMPTY(0, "maybe", "WORD", &v.maybe, "a text or nothing"),
    OPT_NUMBER('n', "number", &v.number, -5, 10, "a number"),
    OPT_TIME(0, "time", &v.moment, 1000, "a time"),
    OPT_SIZE(0, "size", &v.size, 1, 4096, "a size"),
    OPT_WORD('w', "word", "alpha|beta", &v.word, "a word"),
    OPT_CALL('c', "call", "ARG", on_call, "a function"),
};

enum { OPTIONS = sizeof options / sizeof *options };

static const struct tool tool = {
    .purpose = "Fuzz.",
    .synopsis = "",
    .opts = options,
    .count = OPTIONS,
    .operands = 2,
    .exits = (const int[]){0, -1},
    .examples = "",
};

/* ---- the model ---- */

struct model {
    char **words;
    int n, at;
    bool exact;
};

static const char *const bare[] = {"help", "version", "quiet", "verbose"};

/* The index of a row of ours; OPTIONS + k: a row that every tool has; -1: none. */
static int row_of(const char *name, size_t n, char letter)
{
    for (int i = 0; i < OPTIONS; i++)
        if (letter ? options[i].letter == letter
                   : strlen(options[i].name) == n && memcmp(options[i].name, name, n) == 0)
            return i;
    for (int i = 0; i < 4; i++)
        if (letter ? letter == "hVqv"[i] : strlen(bare[i]) == n && memcmp(bare[i], name, n) == 0)
            return OPTIONS + i;
    return -1;
}

static bool takes_argument(int row)
{
    return row > 0 && row < OPTIONS;
}

/* Applies an option: returns a status, or TAKEN. */
static int apply(struct model *m, int row, const char *arg)
{
    if (row >= OPTIONS)
        return row < OPTIONS + 2 ? EX_OK : TAKEN;
    if (row && !*arg && strcmp(options[row].name, "maybe") != 0)
        return EX_USAGE;
    bool good = true;
    switch (row) {
    case 0:
        want.flag = true;
        break;
    case 1:
        want.text = arg;
        break;
    case 2:
        want.maybe = arg;
        break;
    case 3:
        good = number_parse(arg, -5, 10, &want.number);
        break;
    case 4:
        good = duration_parse(arg, &want.moment) && want.moment >= 1000;
        break;
    case 5:
        good = size_parse(arg, 1, 4096, &want.size);
        break;
    case 6:
        want.word = strcmp(arg, "beta") == 0;
        good = want.word || strcmp(arg, "alpha") == 0;
        break;
    default:
        want.given = arg;
        m->exact = true;
    }
    return good ? TAKEN : EX_USAGE;
}

static int long_option(struct model *m, const char *word)
{
    const char *equals = strchr(word, '='), *arg = equals ? equals + 1 : NULL;
    int row = row_of(word + 2, equals ? (size_t)(equals - word) - 2 : strlen(word + 2), 0);
    if (row < 0 || (equals && !takes_argument(row)))
        return EX_USAGE;
    if (takes_argument(row) && !arg && m->at == m->n)
        return EX_USAGE;
    return apply(m, row, takes_argument(row) && !arg ? m->words[m->at++] : arg);
}

static int short_options(struct model *m, const char *word)
{
    for (const char *p = word + 1; *p; p++) {
        int row = row_of(NULL, 0, *p);
        if (row < 0 || (takes_argument(row) && !p[1] && m->at == m->n))
            return EX_USAGE;
        bool takes = takes_argument(row);
        int status = apply(m, row, !takes ? NULL : p[1] ? p + 1 : m->words[m->at++]);
        if (status != TAKEN || takes)
            return status;
    }
    return TAKEN;
}

static bool is_text(const struct model *m, const char *word)
{
    if (word[0] != '-' || !word[1])
        return true;
    if (!m->exact)
        return false;
    int row = word[1] == '-' ? row_of(word + 2, strcspn(word + 2, "="), 0)
              : word[2]      ? -1
                             : row_of(NULL, 0, word[1]);
    return row < 0 || row == OPTIONS || row == OPTIONS + 1;
}

/* The first operand's index, or the status with which reading ends, minus 1000. */
static int model_read(char **words, int n)
{
    struct model m = {.words = words, .n = n, .at = 1};
    while (m.at < n) {
        char *word = words[m.at];
        if (strcmp(word, "--") == 0) {
            m.at++;
            break;
        }
        if (is_text(&m, word))
            break;
        m.at++;
        int status = word[1] == '-' ? long_option(&m, word) : short_options(&m, word);
        if (status != TAKEN)
            return status - 1000;
    }
    return n - m.at > 2 ? EX_USAGE - 1000 : m.at;
}

/* ---- the comparison ---- */

static jmp_buf out;
static bool reading;

/* base/opt ends the process: here that only ends the reading. */
void exit(int status)
{
    if (reading)
        longjmp(out, status - 1000);
    _exit(status);
}

static int real_read(char **words, int n)
{
    struct opts o;
    int status = setjmp(out);
    if (status) {
        reading = false;
        return status;
    }
    optind = 0; /* getopt starts afresh */
    getopt(1, words, "+");
    reading = true;
    opt_read(&o, &tool, n, words);
    reading = false;
    return o.operands;
}

static void check(bool ok)
{
    if (!ok)
        abort();
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static char hide[] = "-close_fd_mask=3", leaks[] = "-detect_leaks=0", memory[] = "-rss_limit_mb=0";
    char **more = calloc((size_t)*argc + 4, sizeof *more);
    check(more != NULL);
    memcpy(more, *argv, (size_t)*argc * sizeof *more);
    more[(*argc)++] = hide;
    more[(*argc)++] = leaks; /* the exits leave memory behind */
    more[(*argc)++] = memory;
    *argv = more;
    return 0;
}

/* The words are separated by line ends. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[WORDS + 2] = {"fuzz"}, *text = xstrndup(size ? (const char *)data : "", size);
    int n = 1;
    for (char *p = text; p && n <= WORDS; n++)
        words[n] = strsep(&p, "\n");
    v = want = (struct values){.word = -1};
    int wanted = model_read(words, n), have = real_read(words, n);
    check(have == wanted);
    if (wanted >= 0)
        check(v.flag == want.flag && same_text(v.text, want.text) && same_text(v.maybe, want.maybe) &&
              same_text(v.given, want.given) && v.number == want.number && v.moment == want.moment &&
              v.size == want.size && v.word == want.word);
    free(text);
    return 0;
}
