/* SPDX-License-Identifier: MIT */
/* Names, headers and jobs of relay-media: any bytes make a harmless name, and nothing reads outside its text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "media/job.h"
#include "media/name.h"
#include "media/origin.h"
#include "media/type.h"
#include "media/wanted.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int so)
{
    if (!so)
        abort();
}

static void check_name(struct span in)
{
    struct buf name = {0}, header = {0};
    name_safe(&name, in, span_of("image/png"));
    must(name.len > 0 && name.len <= NAME_MOST + 8 && name.p[0] != '.' && name.p[0] != '-');
    must(text_valid(name.p, name.len));
    for (size_t i = 0; i < name.len; i++)
        must((unsigned char)name.p[i] > 0x20 && !strchr("/\\$`\"'|&;<>*?", name.p[i]));
    name_header(&header, in);
    must(header.len <= NAME_HEADER);
    for (size_t i = 0; i < header.len; i++)
        must(header.p[i] >= 0x20 && header.p[i] <= 0x7e);
    buf_free(&name);
    buf_free(&header);
}

static void check_wire(struct span in)
{
    struct job j = {0};
    struct outcome o = {0};
    struct buf again = {0};
    if (job_read(&j, in)) {
        struct job k = {0};
        job_write(&again, &j);
        must(job_read(&k, buf_as_span(&again)) && k.size == j.size && k.put == j.put);
        job_free(&k);
    }
    outcome_read(&o, in);
    job_free(&j);
    outcome_free(&o);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wanted_list list;
    struct span in = {(const char *)data, size};
    struct buf out = {0};
    struct json_error e;
    check_name(in);
    check_wire(in);
    name_of_disposition(&out, in);
    name_of_url(&out, in);
    type_valid(in);
    type_kind(in);
    type_suffix(in);
    type_wanted("image/*,audio/ogg", in);
    origin_id_valid(in);
    if (json_valid(in.p, in.n, &e)) {
        wanted_read(&list, in);
        must(list.n <= WANTED_MOST);
        wanted_free(&list);
    }
    buf_free(&out);
    return 0;
}
