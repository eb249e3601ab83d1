// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/credential.h"

#include "crypto/cfb.h"
#include "crypto/sha.h"
#include "crypto/tpm_kdf.h"
#include "crypto/wipe.h"

#include <string.h>

enum { COORDINATE = QUOTE_KEY / 2 };

void credential_name(const uint8_t key[static QUOTE_KEY], uint8_t name[static CREDENTIAL_NAME])
{
    // TPMT_PUBLIC: ECC, SHA-256, fixedTPM | fixedParent | sensitiveDataOrigin | userWithAuth | noDA
    // | restricted | sign; no policy, no cipher, ECDSA with SHA-256, P-256, no derivation.
    static const uint8_t head[] = {0, 0x23, 0, 0x0b, 0, 0x05, 0x04, 0x72, 0, 0,
                                   0, 0x10, 0, 0x18, 0, 0x0b, 0,    0x03, 0, 0x10};
    static const uint8_t length[2] = {0, COORDINATE};
    struct sha256 sha;
    name[0] = 0;
    name[1] = 0x0b; // SHA-256
    sha256_init(&sha);
    sha256_update(&sha, head, sizeof head);
    for (int i = 0; i < 2; i++) {
        sha256_update(&sha, length, sizeof length);
        sha256_update(&sha, key + i * COORDINATE, COORDINATE);
    }
    sha256_final(&sha, name + 2);
}

err_t credential_make(const uint8_t name[static CREDENTIAL_NAME],
                      const uint8_t seed[static CREDENTIAL_SEED],
                      const uint8_t secret[static CREDENTIAL_SECRET],
                      uint8_t out[static CREDENTIAL_SIZE])
{
    static const uint8_t first[CFB_BLOCK];
    const struct tpm_kdf storage = {.key = seed,
                                    .key_size = CREDENTIAL_SEED,
                                    .label = "STORAGE",
                                    .first = name,
                                    .first_size = CREDENTIAL_NAME};
    const struct tpm_kdf integrity = {
        .key = seed, .key_size = CREDENTIAL_SEED, .label = "INTEGRITY"};
    uint8_t key[CFB_KEY], proof[SHA256_SIZE], message[CREDENTIAL_HIDDEN + CREDENTIAL_NAME];
    message[0] = 0;
    message[1] = CREDENTIAL_SECRET;
    memcpy(message + 2, secret, CREDENTIAL_SECRET);
    memcpy(message + CREDENTIAL_HIDDEN, name, CREDENTIAL_NAME);
    tpm_kdfa(&storage, key, sizeof key);
    tpm_kdfa(&integrity, proof, sizeof proof);
    err_t err = cfb_close(key, first, message, CREDENTIAL_HIDDEN);
    if (!err) {
        out[0] = 0;
        out[1] = SHA256_SIZE;
        hmac_sha256(proof, sizeof proof, message, sizeof message, out + 2);
        memcpy(out + 2 + SHA256_SIZE, message, CREDENTIAL_HIDDEN);
    }
    wipe(key, sizeof key);
    wipe(proof, sizeof proof);
    return err;
}
