/* SPDX-License-Identifier: MIT */
/* Exit statuses, close codes and HTTP statuses in words. */
#include <inttypes.h>
#include <string.h>

#include "base/diag.h"
#include "dial/explain.h"

struct row {
    int number;
    const char *meaning; /* NULL: that of the table of exit statuses */
    const char *cause, *cure;
};

static const struct row exits[] = {
    {0, NULL, "Everything that was asked for is done.", "Nothing to do."},
    {1, NULL, "The answer is no: a request was refused, or a message failed; stderr names it.",
     "Look at the line on stderr; send again only if the reason has gone."},
    {64, NULL, "An option, an operand or a URL is wrong.",
     "Correct the command line; --help lists the options."},
    {65, NULL, "Lines of the input are not frames, and were not sent; stderr has their numbers.",
     "Correct the program that writes them."},
    {66, NULL, "A file, the secret or standard input cannot be read.", "Check its name, owner and mode."},
    {69, NULL, "The connector was not reached, or the link was lost and not dialled again.",
     "Look at the line on stderr; relay-dial --check tries each step; --retry dials again."},
    {70, NULL, "A state that should be impossible.", "Report it, with the command and its stderr."},
    {71, NULL, "The system is out of memory, processes or descriptors.",
     "Look at the limits of the machine."},
    {74, NULL, "Standard output or a file could not be written: it is full, or its reader failed.",
     "Make room, or look at the reader. What was written so far is whole lines."},
    {75, NULL,
     "A request was sent and its result did not come, or live messages were lost; stderr names them.",
     "Look in the chat before you send again."},
    {76, NULL, "The peer sent something that is not the protocol, or no descriptor came.",
     "Check that the URL is a connector's; a recording (--record) shows what came."},
    {77, NULL, "The connector refuses the id or the secret, or has revoked them.",
     "Enroll again, or correct --id and the secret. Do not just start again."},
    {78, NULL, "Settings exclude each other, or a file has the wrong mode.",
     "Correct the settings that stderr names."},
    {126, "COMMAND could not be started", "It is not executable, or is a directory.",
     "chmod +x, or correct its name."},
    {127, "COMMAND was not found", "It is not on PATH.", "Correct its name or PATH."},
};

static const struct row closes[] = {
    {1000, "closed normally", "Either side was done.", "Nothing to do."},
    {1001, "going away", "The connector is stopped or started again.", "None needed: a ring dials again."},
    {1002, "protocol error", "The WebSocket protocol was broken, often by a proxy in between.",
     "Try without the proxy; look for a newer version of either side."},
    {1003, "unsupported data", "The peer does not take this kind of message.",
     "Check that the URL is a connector's."},
    {1005, "no code", "The close frame had no code.", "Ask the connector's log for the reason."},
    {1006, "no close frame", "The connection broke, or the dial failed.",
     "Look at the network; a ring dials again. Results that were owed are ambiguous."},
    {1007, "invalid text", "A message was not UTF-8.", "Look for a program that writes other bytes."},
    {1008, "refused by policy", "Another connection of this identity is up, or the gateway is not allowed.",
     "Run one ring per identity."},
    {1009, "message too big", "A frame was larger than the peer takes; many take 1 MiB.",
     "Send less in one frame; send media by its URL."},
    {1010, "extension missing", "A client wants an extension that the server lacks.",
     "Update the connector."},
    {1011, "internal error", "The connector failed.", "Look at the connector's log; a ring dials again."},
    {1012, "restart", "The connector starts again.", "None needed: a ring dials again."},
    {1013, "try again later", "The connector is overloaded, or holds this gateway back.",
     "None needed: a ring waits longer each time."},
    {1014, "bad gateway", "A proxy got no valid answer from the connector.",
     "Look at the proxy and the connector."},
    {1015, "TLS failed", "The TLS handshake failed.",
     "Check the certificates; relay-dial --check shows the cause."},
    {4000, "replaced", "A newer connection of this identity has taken over.",
     "Run one ring per identity; look for a second one, or a tool that connected beside it."},
    {4401, "refused or revoked", "The token is wrong, expired or revoked; the reason says which.",
     "Reason expired: set the clocks. Otherwise correct the id or the secret, or enroll again."},
    {4404, "no such tenant", "The connector does not know this gateway's tenant.",
     "Enroll again, or check the URL."},
    {4429, "too many", "Too many connections or dials.", "Find out who dials; wait."},
    {4503, "not ready", "The connector has no ready tenant yet.", "None needed: a ring dials again."},
};

static const struct row https[] = {
    {301, "moved", "The connector is elsewhere. Redirects are not followed.", "Use the URL in Location."},
    {302, "moved", "The connector is elsewhere, or a login page stands before it.",
     "Use the URL in Location, or let the proxy pass /relay."},
    {307, "moved", "The connector is elsewhere. Redirects are not followed.", "Use the URL in Location."},
    {308, "moved", "The connector is elsewhere. Redirects are not followed.", "Use the URL in Location."},
    {400, "bad request", "The server does not take the upgrade, or a proxy drops its headers.",
     "Let the proxy pass Upgrade and Connection."},
    {401, "not authenticated", "No token, or one that is wrong or expired.",
     "Check the id, the secret and the clock."},
    {403, "forbidden", "The gateway is not allowed to connect, or a firewall refuses it.",
     "Check the id, and what stands in between."},
    {404, "not found", "The server has no /relay.", "Check the URL."},
    {407, "proxy authentication", "The proxy wants a login.",
     "Give it in the proxy's URL, by the environment."},
    {426, "upgrade required", "A proxy has dropped the upgrade.",
     "Let the proxy pass Upgrade and Connection."},
    {429, "too many requests", "Too many dials.", "None needed: Retry-After is honoured."},
    {500, "server error", "The connector failed.", "Look at the connector's log."},
    {502, "bad gateway", "The proxy does not reach the connector.", "Look at the proxy and the connector."},
    {503, "unavailable", "The connector is down or overloaded.", "None needed: Retry-After is honoured."},
    {504, "gateway timeout", "The proxy gets no answer from the connector.",
     "Look at the proxy and the connector."},
};

/* The row of a number; for one without a row, `other`. */
static const struct row *find(const struct row *rows, size_t n, int64_t number, const struct row *other)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].number == number)
            return &rows[i];
    return other;
}

#define FIND(rows, number, other) find(rows, sizeof rows / sizeof *rows, number, other)

static void add(struct buf *out, const char *kind, int64_t number, const struct row *r)
{
    const char *meaning = r->meaning ? r->meaning : exit_meaning((int)number);
    buf_printf(out, "%s %" PRId64 ": %s\n  cause: %s\n  cure:  %s\n", kind, number, meaning, r->cause,
               r->cure);
}

static void add_exit(struct buf *out, int64_t number)
{
    static const struct row other = {0, "COMMAND's own status",
                                     "COMMAND, or a stage of the ring, ended with it.", "See its manual."};
    struct buf meaning = {0};
    struct row killed = {0, NULL,
                         "Somebody sent it: a user, a time limit, or the kernel when memory ran out.",
                         "Look at the system's log."};
    const struct row *r = FIND(exits, number, &other);
    if (r == &other && number > 128 && number <= 128 + 64) {
        buf_printf(&meaning, "ended by signal %" PRId64 " (%s)", number - 128, strsignal((int)number - 128));
        killed.meaning = buf_cstr(&meaning);
        r = &killed;
    }
    add(out, "exit status", number, r);
    buf_free(&meaning);
}

static void add_close(struct buf *out, int64_t number)
{
    static const struct row own = {0, "the connector's own code", "Its reason, on stderr, says more.",
                                   "See the connector's manual; a ring dials again."};
    static const struct row unknown = {0, "not a code of the WebSocket protocol", "The peer has made it up.",
                                       "See the connector's manual."};
    add(out, "close code", number, FIND(closes, number, number >= 3000 ? &own : &unknown));
}

static void add_http(struct buf *out, int64_t number)
{
    static const struct row other = {0, "the upgrade was refused",
                                     "The server has answered with that status.",
                                     "Check the URL, and what stands in between."};
    add(out, "HTTP status", number, FIND(https, number, &other));
}

bool explain(struct buf *out, int64_t number)
{
    if (number >= 0 && number < 256)
        add_exit(out, number);
    else if (number >= 300 && number < 600)
        add_http(out, number);
    else if (number >= 1000 && number < 5000)
        add_close(out, number);
    else
        return false;
    return true;
}
