/* SPDX-License-Identifier: MIT */
/* The dialects of Markdown. */
#include "send/dialect.h"

static const struct dialect plain = {0};

static const struct dialect common = {.code = true, .blocks = true, .masked = true};

static const struct dialect discord = {
    .code = true,
    .masked = true,
    .flipped = true,
    .tokens = {{.mark = "||", .secret = true},
               {.mark = "**", .not_before = '*'},
               {.mark = "__", .not_before = '_'},
               {.mark = "~~", .not_before = '_'},
               {.mark = "*", .kind = TOKEN_STAR},
               {.mark = "_", .kind = TOKEN_UNDER, .word_end = true}},
};

static const struct dialect mrkdwn = {
    .code = true,
    .tokens = {{.mark = "*", .kind = TOKEN_WORD},
               {.mark = "_", .kind = TOKEN_WORD},
               {.mark = "~", .kind = TOKEN_WORD}},
};

static const struct dialect markdown_v2 = {
    .code = true,
    .masked = true,
    .tokens = {{.mark = "||", .secret = true},
               {.mark = "*"},
               {.mark = "__"},
               {.mark = "_", .kind = TOKEN_UNDER},
               {.mark = "~"}},
};

const struct dialect *dialect_find(struct span name)
{
    static const struct {
        const char *name;
        const struct dialect *dialect;
    } known[] = {
        {"", &plain},
        {"plain", &plain},
        {"discord", &discord},
        {"slack", &mrkdwn},
        {"mrkdwn", &mrkdwn},
        {"slack_mrkdwn", &mrkdwn},
        {"whatsapp", &mrkdwn},
        {"markdown_v2", &markdown_v2},
        {"markdownv2", &markdown_v2},
        {"telegram", &markdown_v2},
    };
    for (size_t i = 0; name.p && i < sizeof known / sizeof *known; i++)
        if (span_eq(name, known[i].name))
            return known[i].dialect;
    return &common;
}
