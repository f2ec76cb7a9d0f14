/* SPDX-License-Identifier: MIT */
/* SHA-256 against libcrypto, at every length around the ends of blocks; the examples of FIPS 180-4. */
#include <openssl/sha.h>

#include "base/sha256.h"
#include "check.h"

static void test_lengths(void)
{
    unsigned char text[300], ours[SHA256_SIZE], theirs[SHA256_SIZE];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)(i * 7 + 3);
    for (size_t n = 0; n <= sizeof text; n++) {
        sha256(ours, (struct span){(const char *)text, n});
        SHA256(text, n, theirs);
        CHECK_THAT(memcmp(ours, theirs, sizeof ours) == 0, "%zu bytes", n);
    }
}

static void test_hex(void)
{
    struct buf out = {0};
    sha256_hex(&out, (struct span){NULL, 0});
    CHECK(reads(&out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    sha256_hex(&out, span_of("abc"));
    CHECK(reads(&out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    buf_free(&out);
}

int main(void)
{
    test_lengths();
    test_hex();
    return failures != 0;
}
