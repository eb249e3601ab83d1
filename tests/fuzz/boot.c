// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a bundle to the whole boot decision. The signer and the root are mended unless they
// begin with ff, and the signatures are trusted or not by their first bytes; what is then started
// is ours, new enough, and for this entry.
#include "core/verify.h"
#include "crypto/hybrid.h"
#include "tests/fuzz/small_bundle.h"

#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOWEST = 6, LEFT_ALONE = 0xff };

static void require(int cond)
{
    if (!cond)
        abort();
}

// One for UEFI, one for direct boot, then what is refused.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    if (number > SMALL_BUNDLE_EDITS + 1)
        return 0;
    const size_t size = small_bundle(LOWEST, number == 1 ? BUNDLE_DIRECT : 0, out, max);
    if (number > 1)
        edit_make(out, &small_bundle_edits[number - 2]);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return bundle_mutate(data, size, max, seed);
}

static void mend(uint8_t *bundle, size_t size, const uint8_t *key)
{
    struct bundle_header *header = (struct bundle_header *)(void *)bundle;
    if (size < sizeof *header)
        return;
    if (header->signer[0] != LEFT_ALONE)
        hybrid_id(key, header->signer);
    if (header->root[0] != LEFT_ALONE && header->payload_pages > 0 &&
        header->payload_pages <= (size - BUNDLE_HEADER_SIZE) / PAGE_SIZE)
        bundle_root(bundle + BUNDLE_HEADER_SIZE, header->payload_pages, header->root);
}

static void decide(const uint8_t *key, const uint8_t *bundle, size_t size, enum boot_entry entry)
{
    const struct bundle_header *header = (const struct bundle_header *)(const void *)bundle;
    const struct verify_rules rules = {
        .key = key, .rollback_index_min = LOWEST, .counter = {COUNTER_ABSENT, 0},
                .entry = entry
    };
    struct verified out;
    uint64_t proof = 0;
    enum boot_stop stop = verify_bundle(&rules, bundle, size, &out, &proof);
    require((stop == BOOT_CLEAR) == (proof == BOOT_VERIFIED) && stop != BOOT_STOP_GLITCH);
    if (stop != BOOT_CLEAR)
        return;
    require(header->signature[0] % 2 == 0 && header->signature[BUNDLE_SIGNATURE] % 2 == 0);
    require(header->format == BUNDLE_FORMAT && header->rollback_index >= LOWEST);
    require((entry == BOOT_DIRECT) == (header->flags == BUNDLE_DIRECT));
    require(size == BUNDLE_HEADER_SIZE + header->payload_pages * PAGE_SIZE);
    require(out.header == header && out.payload == bundle + BUNDLE_HEADER_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t key[HYBRID_PUBLIC_SIZE] = {0};
    uint8_t *bundle = aligned_alloc(8, (size + 8) / 8 * 8);
    require(bundle != NULL);
    memcpy(bundle, data, size);
    mend(bundle, size, key);
    decide(key, bundle, size, BOOT_UEFI);
    decide(key, bundle, size, BOOT_DIRECT);
    free(bundle);
    return 0;
}
