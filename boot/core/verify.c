// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/verify.h"

#include "crypto/hash.h"
#include "crypto/hybrid.h"
#include "crypto/mldsa.h"
#include "crypto/sign.h"

#include <string.h>

// What each check adds to the proof. Random numbers whose sum is BOOT_VERIFIED (asserted below), so
// no smaller set of checks reaches it.
#define SHARE_SHAPE     0x2b86a1f05d3c9e47u
#define SHARE_SIGNER    0xc41d7732e9a80b15u
#define SHARE_SIGNATURE 0x91f3586e0c27d4abu
#define SHARE_SECOND    0x4d8e02f7b61a59c3u
#define SHARE_HEADER    0x5e0c4ad973b1862du
#define SHARE_ENTRY     0xe86f1bb52a94c073u
#define SHARE_ROLLBACK  0x37a2dc6841f05b9eu
#define SHARE_COUNTER   0xa3179be45cd0f268u
#define SHARE_ROOT      0x0cd5f81796eb3a64u
#define SHARE_PAYLOAD                                                                              \
    (BOOT_VERIFIED - SHARE_SHAPE - SHARE_SIGNER - SHARE_SIGNATURE - SHARE_SECOND - SHARE_HEADER -  \
     SHARE_ENTRY - SHARE_COUNTER - SHARE_ROLLBACK - SHARE_ROOT)
_Static_assert(HYBRID_SIZE == BUNDLE_SIGNATURE + BUNDLE_SIGNATURE_2, "the header holds both");
_Static_assert(SHARE_PAYLOAD != 0, "every check has a share");

// The share, spoiled by any difference from the value that a passed check has.
static uint64_t share_of(uint64_t share, uint64_t value, uint64_t good)
{
    return share ^ ((value ^ good) * 0x9e3779b97f4a7c15u);
}

static uint64_t share_equal(uint64_t share, const uint8_t *a, const uint8_t *b, size_t size)
{
    uint64_t differs = 0;
    for (size_t i = 0; i < size; i++)
        differs |= (uint64_t)(a[i] ^ b[i]);
    return share_of(share, differs, 0);
}

static enum boot_stop entry_check(const struct verify_rules *rules,
                                  const struct bundle_header *header, uint64_t *proof)
{
    const int direct = (header->flags & BUNDLE_DIRECT) != 0;
    if (rules->entry == BOOT_DIRECT && !direct)
        return BOOT_STOP_NOT_DIRECT;
    if (rules->entry != BOOT_DIRECT && direct)
        return BOOT_STOP_ONLY_DIRECT;
    const uint64_t wanted = rules->entry == BOOT_DIRECT ? BUNDLE_DIRECT : 0;
    *proof += share_of(SHARE_ENTRY, header->flags, wanted);
    if (header->rollback_index < rules->rollback_index_min)
        return BOOT_STOP_ROLLBACK;
    *proof += share_of(SHARE_ROLLBACK, header->rollback_index < rules->rollback_index_min, 0);
    enum boot_stop newest = counter_check(&rules->counter, header->rollback_index);
    if (newest != BOOT_CLEAR)
        return newest;
    *proof += share_of(SHARE_COUNTER, (uint32_t)newest, BOOT_CLEAR);
    return BOOT_CLEAR;
}

// Each signature has its own share: neither can stand in for the other, or be left out.
static enum boot_stop signatures_check(const uint8_t *key, const struct bundle_header *header,
                                       uint64_t *proof)
{
    uint8_t message[BUNDLE_MESSAGE];
    bundle_message(header, message);
    err_t first = sign_check(key, message, sizeof message, header->signature);
    if (first != ERR_OK)
        return BOOT_STOP_SIGNATURE;
    *proof += share_of(SHARE_SIGNATURE, first, ERR_OK);
    err_t second = mldsa_check(key + SIGN_PUBLIC_SIZE, message, sizeof message,
                               header->signature + BUNDLE_SIGNATURE);
    if (second != ERR_OK)
        return BOOT_STOP_SIGNATURE_2;
    *proof += share_of(SHARE_SECOND, second, ERR_OK);
    return BOOT_CLEAR;
}

// The header is what the key's owner signed, and nothing else is in it.
static enum boot_stop header_check(const struct verify_rules *rules,
                                   const struct bundle_header *header, uint64_t size,
                                   uint64_t *proof)
{
    uint8_t id[HYBRID_ID_SIZE];
    hybrid_id(rules->key, id);
    if (memcmp(header->signer, id, sizeof id) != 0)
        return BOOT_STOP_SIGNER;
    *proof += share_equal(SHARE_SIGNER, header->signer, id, sizeof id);
    enum boot_stop stop = signatures_check(rules->key, header, proof);
    if (stop != BOOT_CLEAR)
        return stop;
    enum boot_stop rest = bundle_check_unsigned(header);
    if (rest != BOOT_CLEAR)
        return rest;
    enum boot_stop fields = bundle_check_header(header, size);
    if (fields != BOOT_CLEAR)
        return fields;
    *proof += share_of(SHARE_HEADER, (uint64_t)rest << 32 | (uint32_t)fields,
                       (uint64_t)BOOT_CLEAR << 32 | (uint32_t)BOOT_CLEAR);
    return BOOT_CLEAR;
}

static enum boot_stop payload_check(const struct bundle_header *header, struct verified *out,
                                    uint64_t *proof)
{
    uint8_t root[32];
    out->payload = (const uint8_t *)header + BUNDLE_HEADER_SIZE;
    bundle_root(out->payload, header->payload_pages, root);
    if (memcmp(root, header->root, sizeof root) != 0)
        return BOOT_STOP_ROOT;
    *proof += share_equal(SHARE_ROOT, root, header->root, sizeof root);
    enum boot_stop stop = bundle_check_payload(header, out->payload, &out->view);
    if (stop != BOOT_CLEAR)
        return stop;
    *proof += share_of(SHARE_PAYLOAD, (uint32_t)stop, BOOT_CLEAR);
    return BOOT_CLEAR;
}

enum boot_stop verify_bundle(const struct verify_rules *rules, const void *bundle, uint64_t size,
                             struct verified *out, uint64_t *proof)
{
    const struct bundle_header *header = bundle;
    struct verified found = {.header = header};
    uint64_t sum = 0;
    *proof = 0;
    enum boot_stop stop = bundle_recognise(bundle, size);
    if (stop == BOOT_CLEAR) {
        sum += share_of(SHARE_SHAPE, (uint32_t)stop, BOOT_CLEAR);
        stop = header_check(rules, header, size, &sum);
    }
    if (stop == BOOT_CLEAR)
        stop = entry_check(rules, header, &sum);
    if (stop == BOOT_CLEAR)
        stop = payload_check(header, &found, &sum);
    if (stop != BOOT_CLEAR)
        return stop;
    if (sum != BOOT_VERIFIED)
        return BOOT_STOP_GLITCH;
    hash_bytes(header, BUNDLE_SIGNED, found.digest);
    *out = found;
    *proof = sum;
    return BOOT_CLEAR;
}
