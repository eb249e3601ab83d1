// SPDX-License-Identifier: GPL-3.0-or-later
// AES-256-GCM against test case 16 of the GCM specification (McGrew and Viega, appendix B), and
// every bit that is flipped is noticed.
#include "crypto/box.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

enum { SIZE = 60, BOUND = 20 };

static uint8_t key[BOX_KEY], nonce[BOX_NONCE], plain[SIZE], bound[BOUND], closed[SIZE],
    tag[BOX_TAG];

static void setup(void)
{
    CHECK_EQ(hex_read("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key,
                      sizeof key),
             sizeof key);
    CHECK_EQ(hex_read("cafebabefacedbaddecaf888", nonce, sizeof nonce), sizeof nonce);
    CHECK_EQ(hex_read("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                      plain, sizeof plain),
             sizeof plain);
    CHECK_EQ(hex_read("feedfacedeadbeeffeedfacedeadbeefabaddad2", bound, sizeof bound),
             sizeof bound);
    CHECK_EQ(hex_read("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                      closed, sizeof closed),
             sizeof closed);
    CHECK_EQ(hex_read("76fc6ece0f4e1768cddf8853bb2d551b", tag, sizeof tag), sizeof tag);
}

static err_t reopen(uint8_t out[SIZE])
{
    struct box_text text = {closed, SIZE, bound, BOUND};
    return box_open(key, nonce, &text, tag, out);
}

static void flip_all(uint8_t *bytes, size_t size)
{
    uint8_t out[SIZE];
    static const uint8_t zero[SIZE];
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
        CHECK_EQ(reopen(out), ERR_BAD_SIGNATURE);
        CHECK_MEM(out, zero, SIZE);
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
    }
}

int main(void)
{
    uint8_t out[SIZE], got[BOX_TAG];
    struct box_text text = {plain, SIZE, bound, BOUND};
    setup();
    CHECK_EQ(box_close(key, nonce, &text, out, got), ERR_OK);
    CHECK_MEM(out, closed, SIZE);
    CHECK_MEM(got, tag, BOX_TAG);
    CHECK_EQ(reopen(out), ERR_OK);
    CHECK_MEM(out, plain, SIZE);
    flip_all(closed, sizeof closed);
    flip_all(tag, sizeof tag);
    flip_all(bound, sizeof bound);
    flip_all(nonce, sizeof nonce);
    flip_all(key, sizeof key);
    return unit_done();
}
