// SPDX-License-Identifier: GPL-3.0-or-later
// Generated stubs against the generated dispatcher, through a message that this test carries.
#include "gen/thing.h"
#include "gen/trip.h"
#include "os/ipc.h"
#include "tests/unit.h"

#include <stdbool.h>
#include <stdlib.h>

enum { AREA_PAGES = 24 };

static uint8_t area[AREA_PAGES * PAGE_SIZE] __attribute__((aligned(4096)));
static struct message last; // as the dispatcher left it
static bool permitted = true;
static unsigned deaths, carried; // how often the server dies from now on; messages that came
static uint64_t late_token, late_words[MESSAGE_WORDS];
static err_t late_error, serve_error;
static unsigned served;

static err_t serve_words(const struct caller *who, uint8_t a, uint16_t b, uint32_t c, uint64_t d,
                         bool e, uint8_t *f, uint16_t *g, uint32_t *h, uint64_t *i, bool *j)
{
    served++;
    CHECK_EQ(who->identity, 77);
    *f = (uint8_t)(a + 1);
    *g = (uint16_t)(b + 1);
    *h = c + 1;
    *i = d + 1;
    *j = !e;
    return serve_error;
}

static err_t serve_six(const struct caller *who, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                       uint64_t e, uint64_t f, uint64_t *g, uint64_t *h, uint64_t *i, uint64_t *j,
                       uint64_t *k, uint64_t *l)
{
    (void)who;
    *g = f, *h = e, *i = d, *j = c, *k = b, *l = a;
    return ERR_OK;
}

static err_t serve_take(const struct caller *who, const uint8_t *text, size_t text_len,
                        uint32_t *sum)
{
    (void)who;
    *sum = 0;
    for (size_t i = 0; i < text_len; i++)
        *sum += text[i];
    return text_len ? ERR_OK : ERR_BAD_DATA;
}

static err_t serve_give(const struct caller *who, uint8_t *text, size_t text_cap, size_t *text_len)
{
    (void)who;
    memset(text, 'g', text_cap);
    *text_len = text_cap > 3 ? text_cap - 3 : text_cap + 1;
    return serve_error;
}

static err_t serve_both(const struct caller *who, uint32_t n, const uint8_t key[20],
                        const uint8_t *data, size_t data_len, uint8_t digest[33], uint8_t *copy,
                        size_t copy_cap, size_t *copy_len, uint32_t *m)
{
    (void)who;
    memcpy(digest, key, 20);
    memset(digest + 20, 0xdd, 13);
    *copy_len = data_len < copy_cap ? data_len : copy_cap;
    memcpy(copy, data, *copy_len);
    *m = n * 2;
    return ERR_OK;
}

static err_t serve_again(const struct caller *who, uint32_t n, const uint8_t key[20],
                         const uint8_t *data, size_t data_len, uint32_t *sum)
{
    (void)who, (void)data;
    *sum = n + (uint32_t)data_len;
    for (size_t i = 0; i < 20; i++)
        *sum += key[i];
    return ERR_OK;
}

static err_t serve_later(const struct caller *who, uint64_t n, uint64_t *twice)
{
    (void)who;
    *twice = 2 * n;
    return n == 5 ? REPLY_LATER : ERR_OK;
}

static err_t serve_hand(const struct caller *who, cap_t file, uint32_t n, const uint8_t *name,
                        size_t name_len)
{
    (void)who;
    CHECK_EQ(file, 0x100000009u);
    CHECK_EQ(n, 3);
    CHECK(name_len == 2 && memcmp(name, "ab", 2) == 0);
    return ERR_OK;
}

static err_t serve_hush(const struct caller *who, const uint8_t *pin, size_t pin_len, uint32_t code,
                        uint8_t answer[16], uint32_t *left)
{
    (void)who, (void)code;
    memset(answer, 0, 16);
    memcpy(answer, pin, pin_len);
    *left = 2;
    return ERR_OK;
}

static err_t serve_ping(const struct caller *who)
{
    (void)who;
    served++;
    return ERR_OK;
}

static const struct trip_ops ops = {
    .words = serve_words,
    .six = serve_six,
    .take = serve_take,
    .give = serve_give,
    .both = serve_both,
    .later = serve_later,
    .hand = serve_hand,
    .hush = serve_hush,
    .again = serve_again,
    .ping = serve_ping,
};

// The kernel's part: the server sees its own copy of exactly the pages that were lent.
static err_t carry(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t kind,
                   size_t pages, cap_t cap)
{
    CHECK_EQ(to, 0x200000000u + TRIP_SERVICE);
    CHECK(pages <= AREA_PAGES && (kind == LEASE_NONE) == (pages == 0));
    last = (struct message){.method = method, .identity = 77, .cap = cap};
    memcpy(last.w, w, sizeof(last.w));
    last.lease_kind = kind;
    last.lease_pages = pages;
    last.lease = pages ? aligned_alloc(PAGE_SIZE, pages * PAGE_SIZE) : NULL;
    if (pages)
        memcpy(last.lease, area, pages * PAGE_SIZE);
    trip_dispatch(&ops, &last);
    if (kind == LEASE_LEND_MUT)
        memcpy(area, last.lease, pages * PAGE_SIZE);
    free(last.lease);
    carried++;
    if (deaths != 0) {
        deaths--;
        memset(area, 0xff, pages * PAGE_SIZE); // the dying server's last words
        memset(w, 0xff, sizeof(last.w));
        return ERR_PEER_DEAD;
    }
    memcpy(w, last.w, sizeof(last.w));
    return last.error;
}

err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    if (to == 42) { // the object
        CHECK(method == THING_METHOD_TURN && w[0] == 9 && w[1] == 10);
        w[0] = 0x300000001u;
        w[1] = 4;
        return ERR_OK;
    }
    return carry(to, method, w, LEASE_NONE, 0, 0);
}

err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                     size_t pages)
{
    return carry(to, method, w, lease_kind, pages, 0);
}

err_t ipc_call_cap(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                   size_t pages, cap_t cap)
{
    return carry(to, method, w, lease_kind, pages, cap);
}

uint8_t *ipc_lease_area(void)
{
    return area;
}

cap_t ipc_service(uint32_t service)
{
    return permitted ? 0x200000000u + service : 0;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    late_token = token;
    late_error = error;
    memcpy(late_words, w, sizeof(late_words));
    return ERR_OK;
}

void wipe_bytes(void *data, size_t size)
{
    memset(data, 0, size);
}

static void test_words(void)
{
    uint8_t f = 9;
    uint16_t g = 9;
    uint32_t h = 9;
    uint64_t i = 9, x[6] = {0};
    bool j = false;

    CHECK_EQ(trip_words(254, 65534, 0xfffffffe, ~0ull - 1, true, &f, &g, &h, &i, &j), ERR_OK);
    CHECK(f == 255 && g == 65535 && h == UINT32_MAX && i == ~0ull && !j);
    serve_error = ERR_BUSY;
    CHECK_EQ(trip_words(1, 1, 1, 1, true, &f, &g, &h, &i, &j), ERR_BUSY);
    CHECK(f == 255 && g == 65535 && h == UINT32_MAX && i == ~0ull && !j);
    CHECK(last.w[0] == 0 && last.w[3] == 0); // nothing of a failed operation leaves
    serve_error = ERR_OK;
    CHECK_EQ(trip_six(1, 2, 3, 4, 5, 6, &x[0], &x[1], &x[2], &x[3], &x[4], &x[5]), ERR_OK);
    for (uint64_t n = 0; n < 6; n++)
        CHECK_EQ(x[n], 6 - n);
    permitted = false;
    CHECK_EQ(trip_ping(), ERR_DENIED);
    permitted = true;
    CHECK_EQ(trip_ping(), ERR_OK);
}

static void test_bytes(void)
{
    static uint8_t text[6000];
    uint8_t key[20], digest[33] = {0}, copy[100] = {0};
    size_t n = 1234;
    uint32_t sum = 7;

    memset(text, 1, sizeof(text));
    CHECK_EQ(trip_take(text, 5000, &sum), ERR_OK);
    CHECK(sum == 5000 && last.lease_kind == LEASE_LEND && last.lease_pages == 2);
    CHECK_EQ(trip_take(text, 4088, &sum), ERR_OK);
    CHECK(sum == 4088 && last.lease_pages == 1); // no more pages than needed
    CHECK_EQ(trip_take(text, 5001, &sum), ERR_TOO_LARGE);
    CHECK_EQ(trip_take(NULL, 0, &sum), ERR_BAD_DATA);
    CHECK_EQ(sum, 4088);
    CHECK_EQ(trip_give(text, 6000, &n), ERR_OK);
    CHECK(n == 4997 && text[4996] == 'g' && text[4997] == 1 && last.lease_pages == 2);
    CHECK_EQ(trip_give(text, 2, &n), ERR_TOO_LARGE); // it claims more than there is room for
    CHECK_EQ(n, 4997);
    serve_error = ERR_DEVICE;
    CHECK_EQ(trip_give(text, 500, &n), ERR_DEVICE);
    for (size_t i = 8; i < 500; i++)
        CHECK_EQ(area[i], 0); // what the operation wrote before it failed is gone
    serve_error = ERR_OK;
    memset(key, 0x11, sizeof(key));
    CHECK_EQ(trip_both(21, key, text, 60, digest, copy, 50, &n, &sum), ERR_OK);
    CHECK(n == 50 && sum == 42 && copy[49] == 'g' && copy[50] == 0);
    CHECK(digest[0] == 0x11 && digest[32] == 0xdd && last.lease_kind == LEASE_LEND_MUT);
}

static void test_death(void)
{
    static uint8_t text[600];
    uint8_t key[20], digest[33] = {0}, copy[100] = {0};
    size_t n = 7;
    uint32_t sum = 5;

    memset(key, 0x22, sizeof(key));
    deaths = 2, carried = 0; // not marked: sent once
    CHECK_EQ(trip_both(21, key, text, 60, digest, copy, 50, &n, &sum), ERR_PEER_DEAD);
    CHECK(carried == 1 && digest[0] == 0 && n == 7 && sum == 5);
    deaths = 1, carried = 0; // marked: a dead server's answer counts for nothing
    CHECK_EQ(trip_give(text, 600, &n), ERR_OK);
    CHECK(carried == 2 && n == 597 && text[596] == 'g' && text[597] == 0);
    deaths = 2, carried = 0; // and once more only
    CHECK_EQ(trip_give(text, 400, &n), ERR_PEER_DEAD);
    CHECK(carried == 2 && n == 597 && deaths == 0);
    deaths = 1, carried = 0; // words and bytes of the first try are laid out anew
    CHECK_EQ(trip_again(21, key, text, 60, &sum), ERR_OK);
    CHECK(carried == 2 && sum == 21 + 20 * 0x22 + 60);
    deaths = 1;
    CHECK_EQ(trip_again(21, key, text, 101, &sum), ERR_TOO_LARGE);
    deaths = 0;
}

static void test_later(void)
{
    uint64_t twice = 0;

    CHECK_EQ(trip_later(4, &twice), ERR_OK);
    CHECK_EQ(twice, 8);
    CHECK_EQ(trip_later(5, &twice), REPLY_LATER); // this test does not wait
    CHECK(last.error == REPLY_LATER && last.w[0] == 0);
    CHECK_EQ(trip_later_reply(99, ERR_OK, 10), ERR_OK);
    CHECK(late_token == 99 && late_error == ERR_OK && late_words[0] == 10);
    CHECK_EQ(trip_later_reply(98, ERR_TIMED_OUT, 10), ERR_OK);
    CHECK(late_error == ERR_TIMED_OUT && late_words[0] == 0);
}

static void test_caps_and_secrets(void)
{
    const uint8_t pin[] = "1234";
    uint8_t answer[16];
    uint32_t left = 0;
    cap_t made = 0;

    CHECK_EQ(trip_hand(0x100000009u, 3, (const uint8_t *)"ab", 2), ERR_OK);
    CHECK_EQ(trip_hand(0, 3, (const uint8_t *)"ab", 2), ERR_BAD_CAPABILITY);
    CHECK_EQ(TRIP_TAKES_CAPS, 1);
    memset(area, 0xee, sizeof(area));
    CHECK_EQ(trip_hush(pin, 4, 5, answer, &left), ERR_OK);
    CHECK(left == 2 && memcmp(answer, pin, 4) == 0);
    for (size_t i = 0; i < last.lease_pages * PAGE_SIZE; i++)
        CHECK_EQ(area[i], 0);
    CHECK_EQ(thing_turn(42, 9, 10, &made, &left), ERR_OK);
    CHECK(made == 0x300000001u && left == 4 && THING_METHOD_COUNT == 6);
}

// One wrong thing at a time, each refused for its own reason.
static void test_refusals(void)
{
    uint8_t *page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
    uint64_t length = 5001;
    struct message m = {.method = TRIP_METHOD_TAKE, .lease = page, .lease_pages = 1};
    struct message words = {.method = TRIP_METHOD_WORDS, .w = {256}};

    served = 0;
    memcpy(page, &length, sizeof(length));
    trip_dispatch(&ops, &m);
    CHECK_EQ(m.error, ERR_BAD_ADDRESS); // no lease kind
    m.lease_kind = LEASE_LEND_MUT;
    trip_dispatch(&ops, &m);
    CHECK_EQ(m.error, ERR_BAD_ADDRESS);
    m.lease_kind = LEASE_LEND;
    trip_dispatch(&ops, &m);
    CHECK_EQ(m.error, ERR_TOO_LARGE);
    length = 4089; // allowed, but beyond this lease
    memcpy(page, &length, sizeof(length));
    trip_dispatch(&ops, &m);
    CHECK_EQ(m.error, ERR_BAD_ADDRESS);
    free(page);
    trip_dispatch(&ops, &words);
    CHECK_EQ(words.error, ERR_BAD_ARGUMENT); // 256 is no u8
    words = (struct message){
        .method = TRIP_METHOD_WORDS, .w = {0, 0, 0, 0, 2}
    };
    trip_dispatch(&ops, &words);
    CHECK_EQ(words.error, ERR_BAD_ARGUMENT); // 2 is no bool
    for (uint64_t method = 0; method < 70; method++) {
        struct message none = {.method = method};
        if (method != 6 && (method < 11 || method == 62) && method)
            continue;
        trip_dispatch(&ops, &none);
        CHECK_EQ(none.error, ERR_DENIED); // unknown, retired, reserved
    }
    words = (struct message){.method = TRIP_METHOD_PING, .oneway = true};
    trip_dispatch(&ops, &words);
    words = (struct message){.method = TRIP_METHOD_PING, .cap = 5};
    trip_dispatch(&ops, &words);
    CHECK_EQ(words.error, ERR_BAD_CAPABILITY);
    trip_dispatch(&(struct trip_ops){0}, &(struct message){.method = TRIP_METHOD_PING});
    CHECK_EQ(served, 0);
}

int main(void)
{
    test_words();
    test_bytes();
    test_death();
    test_later();
    test_caps_and_secrets();
    test_refusals();
    return unit_done();
}
