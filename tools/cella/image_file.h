// SPDX-License-Identifier: GPL-3.0-or-later
// A bundle in memory, believed only as far as it was checked.
#pragma once
#include "format/bundle.h"
#include "plan.h"

struct image {
    uint8_t *bytes; // owned
    size_t size;
    struct bundle_header *header;
    const uint8_t *payload;
    struct bundle_view view;
    struct plan_view plan;
    bool signature_good; // under the key in the header
};

// Read and check everything but the signature, which is only looked at. False: said.
bool image_open(struct image *image, const char *path);
void image_close(struct image *image);

// BLAKE3 of the signed bytes: what evidence calls the bundle's digest.
void image_digest(const struct image *image, uint8_t out[32]);

// A 32-byte key file. `what` is "key" or "public key". False: said.
bool key_read(const char *path, const char *what, uint8_t out[32]);
// Sign the header; the signer's public key goes into it. False: said.
bool image_sign_header(struct bundle_header *header, const uint8_t secret[32]);

int image_build(int argc, char **argv);
int image_keygen(int argc, char **argv);
int image_sign(int argc, char **argv);
int image_show(int argc, char **argv);
int image_matrix(int argc, char **argv);
int image_graph(int argc, char **argv);
