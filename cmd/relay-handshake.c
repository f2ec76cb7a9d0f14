/* SPDX-License-Identifier: MIT */
/* relay-handshake: sends the hellos up first, and normalises the descriptors that come down (protocol §2,
 * §5).
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/text.h"
#include "relay/descriptor.h"
#include "relay/filter.h"
#include "relay/identity.h"
#include "relay/manifest.h"

static struct relay_handshake {
    struct identities ids;
    struct buf manifest; /* JSON text; empty: none */
    struct buf line, descriptor, why;
    const char *manifest_file;
    bool null_input;
} self;

/* Identities come from the options, or else from the environment. */
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
             "say hello as this identity, or as several: a,b (repeatable)"),
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
        manifest_read(&self.manifest, self.manifest_file, (size_t)o.max_frame);
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
