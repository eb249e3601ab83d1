// SPDX-License-Identifier: GPL-3.0-or-later
// A bundle in memory, believed only as far as it was checked.
#pragma once
#include "crypto/hybrid.h"
#include "format/bundle.h"
#include "plan.h"

struct image {
    uint8_t *bytes; // owned
    size_t size;
    struct bundle_header *header;
    const uint8_t *payload;
    struct bundle_view view;
    struct plan_view plan;
};

// Read and check everything but the signatures. False: said.
bool image_open(struct image *image, const char *path);
void image_close(struct image *image);

// BLAKE3 of the signed bytes: what evidence calls the bundle's digest.
void image_digest(const struct image *image, uint8_t out[32]);

enum image_verdict {
    IMAGE_UNCHECKED, // nobody said whose signatures to look for
    IMAGE_GOOD,      // both hold
    IMAGE_STRANGER,  // by another key
    IMAGE_DAMAGED,   // named after the key, but one does not hold
};

// Are the signatures by the key in the file `key` (NULL: not checked)? False: said.
bool image_judge(const struct image *image, const char *key, enum image_verdict *out);

// A key file of `size` bytes. `what` is "key" or "public key". False: said.
bool key_read(const char *path, const char *what, uint8_t *out, size_t size);
// Sign the header; the name of the signer's key goes into it. `seal`: and the measurements, so that
// the image opens what an earlier one of this signer sealed. False: said.
bool image_sign_header(struct bundle_header *header,
                       const uint8_t secret[static HYBRID_SECRET_SIZE], bool seal);

// Does it carry a good signature for the TPM?
bool image_seals(const struct bundle_header *header);

int image_build(int argc, char **argv);
int image_keygen(int argc, char **argv);
int image_sign(int argc, char **argv);
int image_predict(int argc, char **argv);
int image_show(int argc, char **argv);
int image_matrix(int argc, char **argv);
int image_graph(int argc, char **argv);
