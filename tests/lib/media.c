/* SPDX-License-Identifier: MIT */
/* Media: names, types, addresses, the connector's own URLs, jobs on the wire. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "check.h"
#include "media/address.h"
#include "media/bar.h"
#include "media/job.h"
#include "media/name.h"
#include "media/origin.h"
#include "media/type.h"
#include "media/wanted.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_safe_names(void)
{
    static const char *const rows[][3] = {
        {"a.png", "", "a.png"},
        {"a", "image/png", "a.png"},
        {"a", "image/jpeg; q=1", "a.jpg"},
        {"a.txt", "image/png", "a.txt"},
        {"", "image/png", "media.png"},
        {"..", "", "media"},
        {"/", "", "media"},
        {"../../etc/passwd", "", "passwd"},
        {"C:\\x\\y.doc", "", "y.doc"},
        {"..\\-rf", "", "rf"},
        {"-rf", "", "rf"},
        {"--- .x", "", "x"},
        {".bashrc", "", "bashrc"},
        {"a\nb\x1b[2Jc.txt", "", "ab_2Jc.txt"},
        {"a b  c.txt", "", "a_b_c.txt"},
        {"$(reboot)`x`;y|z&.sh", "", "reboot_x_y_z_.sh"},
        {"\xe2\x80\xae"
         "gnp.exe",
         "", "gnp.exe"},
        {"\xff\xfe", "", "media"},
        {"\xc3\xbcn\xc3\xaf.png", "", "\xc3\xbcn\xc3\xaf.png"},
        {"a.", "", "a"},
        {"a*?<>:\"'.txt", "", "a_.txt"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        name_safe(&b, span_of(rows[i][0]), span_of(rows[i][1]));
        CHECK_THAT(reads(&b, rows[i][2]), "row %zu", i);
    }
    buf_free(&b);
}

/* Whatever bytes come, the name is short, not empty and harmless. */
static void test_any_name(void)
{
    struct buf b = {0};
    srand48(7);
    for (int round = 0; round < 20000; round++) {
        char in[300];
        size_t n = (size_t)(lrand48() % 300);
        for (size_t i = 0; i < n; i++)
            in[i] = (char)(lrand48() % (round & 1 ? 256 : 64) + (round & 1 ? 0 : 32));
        b.len = 0;
        name_safe(&b, (struct span){in, n}, span_of("image/png"));
        bool ok = b.len && b.len <= NAME_MOST + 8 && b.p[0] != '.' && b.p[0] != '-';
        for (size_t i = 0; i < b.len; i++)
            ok = ok && (unsigned char)b.p[i] > 0x20 && b.p[i] != 0x7f && !strchr("/\\$`\"';|&<>*?", b.p[i]);
        CHECK_THAT(ok, "round %d: %.*s", round, (int)b.len, b.p);
    }
    buf_free(&b);
}

static void test_long_names(void)
{
    struct buf in = {0}, out = {0};
    for (int i = 0; i < 100; i++)
        buf_str(&in, "\xe2\x82\xac");
    buf_str(&in, ".jpeg");
    name_safe(&out, buf_as_span(&in), span_of(""));
    CHECK(out.len <= NAME_MOST && out.len > NAME_MOST - 4 && memcmp(out.p + out.len - 5, ".jpeg", 5) == 0);
    CHECK((out.len - 5) % 3 == 0);
    out.len = 0;
    name_header(&out, buf_as_span(&in));
    CHECK(out.len <= NAME_HEADER && memcmp(out.p + out.len - 5, ".jpeg", 5) == 0 && (out.len - 5) % 9 == 0);
    out.len = 0;
    name_header(&out, span_of("dir/a b%\r\n\"x.png"));
    CHECK(reads(&out, "a b%25%0D%0A\"x.png"));
    buf_free(&in);
    buf_free(&out);
}

static void test_dispositions(void)
{
    static const char *const rows[][2] = {
        {"attachment; filename=a.png", "a.png"},
        {"attachment; filename=\"a b.png\"; x=y", "a b.png"},
        {"attachment; filename=\"a\\\"b\"", "a\"b"},
        {"attachment; filename=\"x\"; filename*=UTF-8''%C3%BC.png", "\xc3\xbc.png"},
        {"attachment; FILENAME*=utf-8'en'a%2fb", "a/b"},
        {"attachment; filename*=latin1''%FC; filename=y", "y"},
        {"attachment", ""},
        {"", ""},
        {"attachment; filename=", ""},
        {"attachment; filename=\"", ""},
        {"attachment; filename*=UTF-8''%", "%"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        CHECK_THAT(name_of_disposition(&b, span_of(rows[i][0])) == !!*rows[i][1], "row %zu", i);
        CHECK_THAT(reads(&b, rows[i][1]), "row %zu", i);
    }
    CHECK(name_of_url(&b, span_of("http://h/x/a%20b.png?q=/c#d")) && reads(&b, "a b.png"));
    CHECK(!name_of_url(&b, span_of("http://h/x/")));
    CHECK(!name_of_url(&b, span_of("http://h")));
    buf_free(&b);
}

static void test_types(void)
{
    CHECK(strcmp(type_of(span_of("\x89PNG\r\n\x1a\n"), "a.txt"), "image/png") == 0);
    CHECK(strcmp(type_of(span_of("x"), "A.JPEG"), "image/jpeg") == 0);
    CHECK(strcmp(type_of((struct span){"\0\0\0\x18"
                                       "ftypM4A ",
                                       12},
                         ""),
                 "audio/mp4") == 0);
    CHECK(strcmp(type_of(span_of("x"), "noend"), "application/octet-stream") == 0);
    CHECK(strcmp(type_of((struct span){NULL, 0}, ".png"), "application/octet-stream") == 0);
    CHECK(strcmp(type_kind(span_of("IMAGE/png")), "image") == 0 &&
          strcmp(type_kind(span_of("text/x")), "document") == 0);
    CHECK(type_wanted("image/*", span_of("image/png; x=y")) && type_wanted("*", span_of("a/b")));
    CHECK(type_wanted("image/*, audio/ogg", span_of("Audio/OGG")) &&
          !type_wanted("image/*", span_of("text/html")));
    CHECK(type_wanted("image/png", (struct span){NULL, 0}) &&
          type_wanted("image/png", span_of("application/octet-stream")));
    CHECK(!type_wanted("image/png", span_of("image/pngx")) && !type_wanted("image/png", span_of("image/pn")));
    CHECK(type_valid(span_of("text/plain; charset=utf-8")) && !type_valid(span_of("text")) &&
          !type_valid(span_of("a/b\r\nX: y")));
    CHECK(!type_valid(span_of("/b")) && !type_valid(span_of("a/")) && !type_valid(span_of("")));
}

static void test_addresses(void)
{
    static const char *const rows[][2] = {
        {"8.8.8.8", "1"},
        {"127.0.0.1", ""},
        {"10.1.2.3", ""},
        {"172.16.0.1", ""},
        {"172.32.0.1", "1"},
        {"192.168.1.1", ""},
        {"169.254.169.254", ""},
        {"100.64.0.1", ""},
        {"100.128.0.1", "1"},
        {"0.0.0.0", ""},
        {"224.0.0.1", ""},
        {"255.255.255.255", ""},
        {"223.255.255.1", "1"},
        {"192.0.0.8", ""},
        {"192.0.1.8", "1"},
        {"::1", ""},
        {"::", ""},
        {"2606:4700::1111", "1"},
        {"fe80::1", ""},
        {"fc00::1", ""},
        {"ff02::1", ""},
        {"::ffff:127.0.0.1", ""},
        {"::ffff:8.8.8.8", "1"},
        {"64:ff9b::a00:1", ""},
        {"64:ff9b::808:808", "1"},
        {"2002:7f00:1::", ""},
        {"2001::1", ""},
        {"::7f00:1", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sockaddr_in a4 = {.sin_family = AF_INET};
        struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
        bool six = strchr(rows[i][0], ':');
        CHECK(inet_pton(six ? AF_INET6 : AF_INET, rows[i][0],
                        six ? (void *)&a6.sin6_addr : (void *)&a4.sin_addr) == 1);
        const struct sockaddr *a = six ? (const struct sockaddr *)(const void *)&a6
                                       : (const struct sockaddr *)(const void *)&a4;
        CHECK_THAT(address_is_public(a) == !!*rows[i][1], "%s", rows[i][0]);
    }
}

static void test_origins(void)
{
    static const struct {
        const char *dial, *url;
        bool owns;
    } rows[] = {
        {"wss://h/relay", "https://h/relay/media/x", true},
        {"wss://h/relay", "https://H:443/relay/media/x?y", true},
        {"wss://h/relay", "http://h/relay/media/x", false},
        {"wss://h/relay", "https://h:444/relay/media/x", false},
        {"wss://h/relay", "https://h.evil/relay/media/x", false},
        {"wss://h/relay", "https://evil/relay/media/x", false},
        {"wss://h/relay", "https://h/relay/media/", false},
        {"wss://h/relay", "https://h/relay/mediax/y", false},
        {"wss://h/relay", "https://h/relay/media", false},
        {"wss://h/relay", "https://h/x/relay/media/y", false},
        {"wss://h/relay", "https://h/relay/media/../../admin", false},
        {"wss://h/relay", "https://h/relay/media/%2e%2e/admin", false},
        {"wss://h/relay", "https://h/relay/media/..%2fadmin", false},
        {"wss://h/relay", "https://h/relay/media/x%5c..%5cadmin", false},
        {"wss://h/relay", "https://h/RELAY/MEDIA/x", false},
        {"ws://h:8080/relay", "http://h:8080/relay/media/x", true},
        {"ws://h/relay", "http://h:80/relay/media/x", true},
        {"ws://h/p/relay?q=1", "http://h/p/relay/media/x", true},
        {"ws://h/p/relay", "http://h/relay/media/x", false},
        {"wss://[::1]:1/relay", "https://[::1]:1/relay/media/x", true},
    };
    struct buf b = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct origin o = {0};
        CURLU *u = NULL;
        CHECK(origin_read(&o, rows[i].dial));
        const char *wrong = origin_parse(&u, rows[i].url);
        CHECK_THAT(!wrong, "row %zu: %s", i, wrong);
        CHECK_THAT(!wrong && origin_owns(&o, u) == rows[i].owns, "row %zu", i);
        curl_url_cleanup(u);
        if (i == 15) {
            origin_url(&b, &o, NULL);
            CHECK(reads(&b, "http://h:8080/relay/media"));
        }
        if (i == 17) {
            origin_url(&b, &o, "id");
            CHECK(reads(&b, "http://h/p/relay/media/id"));
        }
        origin_free(&o);
    }
    buf_free(&b);
}

static void test_urls(void)
{
    static const char *const bad[] = {"file:///etc/passwd", "ftp://h/x",      "h/x",        "",
                                      "http://u@h/x",       "http://u:p@h/x", "http:///x",  "http://h:0/x",
                                      "http://h:99999/x",   "gopher://h",     "http://h x/"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        CURLU *u = NULL;
        CHECK_THAT(origin_parse(&u, bad[i]), "%s", bad[i]);
    }
    struct origin o = {0};
    CHECK(!origin_read(&o, "https://h/relay"));
    origin_free(&o);
    CHECK(origin_id_valid(span_of("aZ09-_~.")) && !origin_id_valid(span_of("..")) &&
          !origin_id_valid(span_of("")));
    CHECK(!origin_id_valid(span_of("a/b")) && !origin_id_valid(span_of("a%2f")) &&
          !origin_id_valid(span_of("a b")));
    CHECK(!origin_id_valid((struct span){"a\0b", 3}));
}

static void test_jobs(void)
{
    struct buf line = {0}, again = {0};
    struct job j = {.put = true, .size = 7, .time = 30}, k = {0};
    struct outcome o = {.status = 65, .size = 9}, p = {0};
    buf_str(&j.name, "a \"b\"\n.png");
    buf_str(&j.type, "image/png");
    buf_str(&o.error, "\x1b");
    job_write(&line, &j);
    CHECK(job_read(&k, buf_as_span(&line)) && k.put && k.size == 7 && k.time == 30);
    job_write(&again, &k);
    CHECK(holds(&again, buf_as_span(&line)));
    line.len = 0;
    outcome_write(&line, &o);
    CHECK(outcome_read(&p, buf_as_span(&line)) && p.status == 65 && p.size == 9 && reads(&p.error, "\x1b"));
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"put\":true}",
        "nothing",
        "{\"put\":true,\"url\":\"\",\"types\":\"\",\"type\":\"a/b\",\"name\":\"\",\"size\":26214401,\"time\":1}",
        "{\"put\":1,\"url\":\"\",\"types\":\"\",\"type\":\"a/b\",\"name\":\"\",\"size\":1,\"time\":1}",
        "{\"put\":true,\"url\":\"\\u0000\",\"types\":\"\",\"type\":\"a/b\",\"name\":\"\",\"size\":1,\"time\":"
        "1}",
        "{\"put\":true,\"url\":\"\",\"types\":\"\",\"type\":\"a/b\\r\\nX: y\",\"name\":\"\",\"size\":1,\"time\":1}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct job x = {0};
        CHECK_THAT(!job_read(&x, span_of(bad[i])), "%s", bad[i]);
        job_free(&x);
    }
    job_free(&j), job_free(&k), outcome_free(&o), outcome_free(&p);
    buf_free(&line), buf_free(&again);
}

static void test_wanted(void)
{
    struct wanted_list l = {0};
    wanted_read(&l,
                span_of("{\"media_urls\":[\"http://a/1\",7,\"\",\"http://a/1\",\"http://a/2\"],\"media\":["
                        "{\"url\":\"http://a/2\",\"mime\":\"image/png\",\"filename\":\"x.png\"},"
                        "{\"url\":\"http://a/3\",\"kind\":\"voice\"},{\"url\":null},8]}"));
    CHECK(l.n == 3 && !l.more);
    CHECK(span_eq(buf_as_span(&l.v[0].url), "http://a/1") && !*l.v[0].types && !l.v[0].name.len);
    CHECK(span_eq(buf_as_span(&l.v[1].name), "x.png") && *l.v[1].types && *l.v[2].types);
    wanted_free(&l);
    struct buf many = {0};
    buf_str(&many, "{\"media_urls\":[");
    for (int i = 0; i < 40; i++)
        buf_printf(&many, "%s\"http://a/%d\"", i ? "," : "", i);
    buf_str(&many, "]}");
    wanted_read(&l, buf_as_span(&many));
    CHECK(l.n == WANTED_MOST && l.more == 8);
    wanted_free(&l);
    wanted_read(&l, span_of("[]"));
    CHECK(l.n == 0);
    buf_free(&many);
}

static void test_bar(void)
{
    struct buf b = {0};
    bar_line(&b, span_of("a\x1b.png"), 512 * 1024, 1 << 20);
    CHECK(reads(&b, "a\\x1b.png [###############               ]  50% 512 KiB"));
    bar_line(&b, span_of("abcdefghijklmnopqrstuvwxyz"), 3 << 19, 0);
    CHECK(reads(&b, "abcdefghijklmnopqrstuvwx 1.5 MiB"));
    buf_free(&b);
}

int main(void)
{
    test_safe_names();
    test_any_name();
    test_long_names();
    test_dispositions();
    test_types();
    test_addresses();
    test_origins();
    test_urls();
    test_jobs();
    test_wanted();
    test_bar();
    return failures != 0;
}
