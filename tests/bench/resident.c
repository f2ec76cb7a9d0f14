/* SPDX-License-Identifier: MIT */
/* The cheapest agent for relay-run -l: answers each message with "re: " and its text, and acknowledges it. It knows no escapes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of the string behind a member's name; *at is its begin. */
static int member(const char *line, const char *name, const char **at)
{
    const char *p = strstr(line, name);
    *at = p ? p + strlen(name) : "";
    return (int)strcspn(*at, "\"");
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        const char *chat, *text, *id;
        if (!strstr(line, "\"type\":\"inbound\""))
            continue;
        int chat_len = member(line, "\"chat_id\":\"", &chat), text_len = member(line, "\"text\":\"", &text);
        int id_len = member(line, "\"bufferId\":\"", &id);
        printf("{\"op\":\"send\",\"chat_id\":\"%.*s\",\"content\":\"re: %.*s\",\"delivery\":\"%.*s\"}\n", chat_len, chat, text_len,
               text, id_len, id);
        printf("{\"type\":\"inbound_ack\",\"bufferId\":\"%.*s\"}\n", id_len, id);
        fflush(stdout);
    }
    free(line);
    return 0;
}
