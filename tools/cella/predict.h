// SPDX-License-Identifier: GPL-3.0-or-later
// What a TPM's platform configuration registers will hold, computed from files alone, and from
// which measurements (TCG PC Client Platform Firmware Profile 1.05; as EDK2's firmware does it).
// SHA-256. Every file is untrusted: any bytes give an answer, and each thing that is wrong has its
// words.
#pragma once
#include "abi/bundle.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PREDICT_PCRS = 16,
    PREDICT_STEPS = 24,
    PREDICT_WHAT = 40,
    PREDICT_SIZE = 32, // bytes of a digest
    PREDICT_FILE_MAX = 64 << 20,
};

// One measurement: register := SHA-256(register || digest).
struct predict_step {
    uint32_t pcr;
    uint8_t digest[PREDICT_SIZE];
    char what[PREDICT_WHAT]; // for people: "the loader", "db"
};

struct prediction {
    struct predict_step steps[PREDICT_STEPS];
    uint32_t count;
    bool known[PREDICT_PCRS];
    uint8_t value[PREDICT_PCRS][PREDICT_SIZE]; // of the known ones
};

struct predict_file {
    const char *path; // for what is said; NULL: not given
    const uint8_t *bytes;
    size_t size;
};

// Files that a person names; NULL: not given.
struct predict_paths {
    const char *loader, *vars, *firmware, *volume;
};

// --vars goes with --loader, --firmware with --volume.
bool predict_paths_good(const struct predict_paths *paths);

// From all of them and a bundle's header. False: said.
bool predict_files(const struct predict_paths *paths, const struct bundle_header *header,
                   struct prediction *p);

// A measurement of `data`, or of a digest that is known already.
void predict_add(struct prediction *p, uint32_t pcr, const void *data, size_t size,
                 const char *what);
void predict_add_digest(struct prediction *p, uint32_t pcr, const uint8_t digest[PREDICT_SIZE],
                        const char *what);

// PCR 4: the boot manager, then the loader. Authenticode's hash of a PE image, as signed.
bool predict_loader(struct prediction *p, const struct predict_file *loader);

// PCR 7: the variable store's Secure Boot keys, and the one that vouches for the loader.
bool predict_secure(struct prediction *p, const struct predict_file *variables,
                    const struct predict_file *loader);

// PCR 0: the firmware's volumes. OVMF changes the first one while it starts, by values that depend
// on the machine, so `changed` is that volume's digest as the log of one boot has it.
bool predict_firmware(struct prediction *p, const struct predict_file *firmware,
                      const uint8_t changed[PREDICT_SIZE]);

// PCRs 11, 12 and 13: the bundle, its profile, no program installed.
void predict_bundle(struct prediction *p, const struct bundle_header *header);

// Authenticode's hash; false: not a PE image, said.
bool predict_pe_hash(const struct predict_file *loader, uint8_t out[PREDICT_SIZE]);
// The certificates that a PE image's signature brings, as one range; empty if it is unsigned.
void predict_pe_signature(const struct predict_file *loader, const uint8_t **at, size_t *size);
