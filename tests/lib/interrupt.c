/* SPDX-License-Identifier: MIT */
/* Stop words, by rows. */
#include "run/interrupt.h"
#include "check.h"

int main(void)
{
    static const struct {
        const char *words, *text;
        bool stops;
    } rows[] = {
        {"/stop", "/stop", true},
        {"/stop", " /STOP\n", true},
        {"/stop", "\xC2\xA0/stop\xE2\x80\x83", true},
        {"/stop", "/stop@my_bot", true},
        {"/stop", "/stop@my_bot now", false},
        {"/stop", "/stop now", false},
        {"/stop", "/stopp", false},
        {"/stop", "/sto", false},
        {"/stop", "", false},
        {"/stop", " ", false},
        {"/stop,/cancel", "/cancel", true},
        {"/stop,/cancel", "/stop,/cancel", false},
        {"/stop,/cancel", ",", false},
        {",,halt,", "halt", true},
        {",,halt,", "", false},
        {"halt", "halt@bot", false},
        {"not now", "Not Now", true},
        {",", "x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_THAT(stop_word_is(rows[i].words, span_of(rows[i].text)) == rows[i].stops, "%s: %s",
                   rows[i].words, rows[i].text);
    return failures != 0;
}
