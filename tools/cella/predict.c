// SPDX-License-Identifier: GPL-3.0-or-later
#include "predict.h"

#include "crypto/sha.h"
#include "format/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PCR_LOADER = 4 };

static const uint8_t separator[4];

void predict_add_digest(struct prediction *p, uint32_t pcr, const uint8_t digest[PREDICT_SIZE],
                        const char *what)
{
    struct predict_step *step = &p->steps[p->count++];
    struct sha256 sha;

    if (p->count > PREDICT_STEPS || pcr >= PREDICT_PCRS)
        abort();
    step->pcr = pcr;
    memcpy(step->digest, digest, PREDICT_SIZE);
    snprintf(step->what, sizeof(step->what), "%s", what);
    sha256_init(&sha);
    sha256_update(&sha, p->value[pcr], PREDICT_SIZE);
    sha256_update(&sha, digest, PREDICT_SIZE);
    sha256_final(&sha, p->value[pcr]);
    p->known[pcr] = true;
}

void predict_add(struct prediction *p, uint32_t pcr, const void *data, size_t size,
                 const char *what)
{
    uint8_t digest[PREDICT_SIZE];

    sha256(data, size, digest);
    predict_add_digest(p, pcr, digest, what);
}

bool predict_loader(struct prediction *p, const struct predict_file *loader)
{
    static const char calling[] = "Calling EFI Application from Boot Option";
    uint8_t digest[PREDICT_SIZE];

    if (!predict_pe_hash(loader, digest))
        return false;
    predict_add(p, PCR_LOADER, calling, sizeof(calling) - 1, "the boot manager's step");
    predict_add(p, PCR_LOADER, separator, sizeof(separator), "separator");
    predict_add_digest(p, PCR_LOADER, digest, "the loader");
    return true;
}

void predict_bundle(struct prediction *p, const struct bundle_header *header)
{
    struct measurement list[MEASURE_COUNT];

    measure_list(header, list);
    for (uint32_t i = 0; i < MEASURE_COUNT; i++) {
        char what[MEASURE_TEXT + 1] = {0};
        memcpy(what, list[i].text, list[i].text_size);
        predict_add(p, list[i].pcr, list[i].data, list[i].size, what);
    }
    p->known[BOOT_PCR_PROGRAMS] = true;
}
