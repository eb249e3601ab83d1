// SPDX-License-Identifier: GPL-3.0-or-later
// Checksums that BIP-380 and Bitcoin Core's documentation give.
#include "descriptor.h"
#include "tests/unit.h"

static void check(const char *descriptor)
{
    char text[DESCRIPTOR_MAX], checksum[DESCRIPTOR_CHECKSUM];
    const char *mark = strchr(descriptor, '#');
    snprintf(text, sizeof text, "%.*s", (int)(mark - descriptor), descriptor);
    CHECK(descriptor_checksum(text, checksum));
    CHECK_MEM(checksum, mark + 1, DESCRIPTOR_CHECKSUM);
    text[0] = (char)(text[0] + 1);
    CHECK(descriptor_checksum(text, checksum));
    CHECK(memcmp(checksum, mark + 1, DESCRIPTOR_CHECKSUM) != 0);
}

int main(void)
{
    char text[DESCRIPTOR_MAX], checksum[DESCRIPTOR_CHECKSUM], key[DESCRIPTOR_MAX];
    check("raw(deadbeef)#89f8spxm");
    check("pkh(02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5)#8fhd9pwu");
    CHECK(!descriptor_checksum("raw(\n)", checksum));
    CHECK(descriptor_make(0x73c5da0a, false, "tpubABC", 7, text));
    CHECK(strncmp(text, "wpkh([73c5da0a/84h/1h/0h]tpubABC/0/*)#", 38) == 0);
    CHECK_EQ(strlen(text), 38 + DESCRIPTOR_CHECKSUM);
    CHECK(!descriptor_make(1, true, "", 0, text));
    memset(key, 'x', sizeof key);
    CHECK(!descriptor_make(1, true, key, sizeof key, text));
    return unit_done();
}
