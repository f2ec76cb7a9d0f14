/* SPDX-License-Identifier: MIT */
/* relay-handshake: the hellos go up first, the descriptors that come down are normalised (protocol §2, §5).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/text.h"
#include "relay/descriptor.h"
#include "relay/filter.h"
#include "relay/identity.h"

static struct relay_handshake {
    struct identities ids;
    struct buf manifest; /* JSON text; empty: none */
    struct buf line, descriptor, why;
    const char *manifest_file;
    bool null_input;
} self;

static void read_file(struct buf *out, const char *path, size_t max)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(EX_NOINPUT, "open %s:", path);
    for (ssize_t n = 1; n && out->len <= max;) {
        n = read(fd, buf_room(out, IO_CHUNK), IO_CHUNK);
        if (n < 0 && errno != EINTR)
            die(EX_NOINPUT, "read %s:", path);
        out->len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (out->len > max)
        die(EX_NOINPUT, "read %s: longer than %zu bytes", path, max);
}

/* NULL, or what is wrong with an entry of the manifest. */
static const char *entry_wrong(struct span entry)
{
    struct span name = json_find(entry, "name"), options = json_find(entry, "options");
    if (!json_is_object(entry))
        return "not an object";
    if (!json_is_string(name) || name.n == 2)
        return "no string name";
    if (!json_is_string(json_find(entry, "description")))
        return "no string description";
    return options.p && !json_is_array(options) ? "options are not a list" : NULL;
}

static void read_manifest(struct buf *out, const char *path, size_t max)
{
    struct json_error e;
    struct span entry;
    const char *wrong;
    read_file(out, path, max);
    if (!json_valid(buf_cstr(out), out->len, &e))
        die(EX_DATAERR, "read manifest %s: %s at byte %zu", path, e.reason, e.at + 1);
    struct json_iter it = {buf_as_span(out), false};
    if (out->p[strspn(out->p, " \t\r\n")] != '[')
        die(EX_DATAERR, "read manifest %s: not a list", path);
    for (size_t i = 1; json_next(&it, NULL, &entry); i++)
        if ((wrong = entry_wrong(entry)))
            die(EX_DATAERR, "read manifest %s: command %zu: %s", path, i, wrong);
}

/* Whom the options did not name, the environment does. */
static void find_identities(struct identities *ids)
{
    const char *platforms = getenv("GATEWAY_RELAY_PLATFORMS"), *bots = getenv("GATEWAY_RELAY_BOT_IDS");
    if (!ids->n && platforms) {
        if (!text_valid(platforms, strlen(platforms)))
            die(EX_CONFIG, "read GATEWAY_RELAY_PLATFORMS: not UTF-8");
        identity_list(ids, platforms);
    }
    if (!ids->n)
        identity_parse(ids, "relay");
    const char *wrong = identity_resolve(ids, span_of(bots ? bots : ""));
    if (wrong)
        die(EX_CONFIG, "read GATEWAY_RELAY_BOT_IDS: %s", wrong);
}

static void on_start(struct filter *f)
{
    struct relay_handshake *h = f->ctx;
    bool carried = !h->manifest.len;
    for (size_t i = 0; i < h->ids.n; i++) {
        bool carries = h->manifest.len && strcmp(h->ids.v[i].platform, "\"discord\"") == 0;
        identity_hello(&h->line, &h->ids.v[i], carries ? buf_as_span(&h->manifest) : (struct span){NULL, 0});
        if (h->line.len > f->in.max)
            die(EX_DATAERR, "send hello for %s: longer than %zu bytes", h->ids.v[i].platform, f->in.max);
        filter_emit_buf(f, &h->line);
        carried |= carries;
    }
    if (!carried)
        warn("leave out manifest: it goes to platform discord only");
}

static bool on_frame(struct filter *f, struct frame *fr)
{
    struct relay_handshake *h = f->ctx;
    if (fr->type != FRAME_DESCRIPTOR)
        return true;
    h->descriptor.len = h->why.len = 0;
    if (!descriptor_normalise(&h->descriptor, frame_get(fr, "descriptor"), &h->why)) {
        complain("drop descriptor at line %ju: %s", f->in.line, buf_cstr(&h->why));
        filter_fail(f, EX_PROTOCOL);
        return false;
    }
    struct json_edit edit = {"descriptor", buf_as_span(&h->descriptor)};
    json_edit_members(&h->line, fr->line, &fr->top, &edit, 1);
    filter_emit_buf(f, &h->line);
    return false;
}

/* A list, as in GATEWAY_RELAY_PLATFORMS. */
static void on_platform(struct opts *o)
{
    struct buf item = {0};
    if (!text_valid(o->arg, strlen(o->arg)))
        opt_refuse(o, "not UTF-8");
    for (const char *p = o->arg, *end; p; p = *end ? end + 1 : NULL) {
        end = p + strcspn(p, ",");
        item.len = 0;
        buf_add(&item, p, (size_t)(end - p));
        if (!identity_parse(&self.ids, buf_cstr(&item)))
            opt_refuse(o, "no platform");
    }
    buf_free(&item);
}

static const struct opt options[] = {
    OPT_FLAG('n', "null-input", &self.null_input, "do not read stdin: end after the hellos"),
    OPT_CALL('p', "platform", "PLATFORM[:BOTID]", on_platform,
             "say hello as this identity, or as these, a,b (repeatable)"),
    OPT_FILE(0, "manifest", &self.manifest_file, "JSON list of commands for Discord"),
};

static const struct tool tool = {
    .purpose = "Say hello for each identity, then normalise the descriptors that come back.",
    .synopsis = "[-n] [-p PLATFORM[:BOTID]]... [--manifest FILE]",
    .opts = options,
    .count = sizeof options / sizeof *options,
    .exits = (const int[]){EX_OK, EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_OSERR, EX_IOERR, EX_PROTOCOL,
                           EX_CONFIG, -1},
    .examples = "  relay-handshake -n -p discord:app1 -p telegram\n"
                "  relay-handshake -p discord <frames.ndjson\n",
    .filter = true,
};

int main(int argc, char **argv)
{
    struct opts o;
    opt_read(&o, &tool, argc, argv);
    find_identities(&self.ids);
    if (self.manifest_file)
        read_manifest(&self.manifest, self.manifest_file, (size_t)o.max_frame);
    struct filter f = {.start = on_start, .frame = on_frame, .null_input = self.null_input, .ctx = &self};
    filter_init(&f, &o);
    int status = filter_run(&f);
    identities_free(&self.ids);
    buf_free(&self.manifest);
    buf_free(&self.line);
    buf_free(&self.descriptor);
    buf_free(&self.why);
    return status;
}
