// SPDX-License-Identifier: GPL-3.0-or-later
// What the TPM keeps and says for this system, through tpm2-tss's mu and sys layers (TPM 2.0
// Library Specification, parts 2 and 3).
//
// Keys. Two, both made anew from the TPM's own seeds at each use, always the same ones as long as
// the TPM is not cleared: the storage key (owner hierarchy), under which the vault's half is
// sealed, and the attestation key (endorsement hierarchy), which signs quotes and nothing else
// (restricted).
//
// The seal. What is sealed opens for a session that has shown, in this order (part 1,
// section 19.7):
//     PolicyAuthorize   registers 11 and 12 hold what the signer of the image signed (policy_key)
//     PolicyPCR         register 7 holds what it held when the seal was made: Secure Boot, its keys
//     PolicyNV          the rollback counter is that very index, and not lower than then
//     PolicyAuthValue   the word made of the PIN; the TPM counts wrong ones
// A signed update changes 11 and brings its own signature; nothing is sealed again.
//
// The wires. What is sealed and unsealed travels in a session that is salted with the storage key:
// who listens learns neither the half nor anything to try words on. Which key that is stands in the
// blob since the seal was made, and is compared before the next session is salted with it.
//
// A1  Nothing of ours is left in the TPM when an operation ends.
// A2  Secrets (half, auth, what a session's key is made of) are wiped on every path.
// A3  Every answer of the TPM is bounded by the type it is read into; a code that is not named is
//     DEVICE or, of what was loaded, BAD_DATA.
#pragma once
#include "abi/boot_info.h"
#include "abi/types.h"
#include "format/credential.h"
#include "format/quote.h"

#include <stdbool.h>
#include <stddef.h>
#include <tss2_sys.h>

enum attest_tpm { ATTEST_NONE = 0, ATTEST_WORKS = 1, ATTEST_FAILS = 2 };

enum {
    ATTEST_HALF = 32,
    ATTEST_BLOB_MAX = 640,
    ATTEST_POLICY_KEY = 64, // P-256: x, y
    ATTEST_POLICY = 64,     // ECDSA: r, s
    ATTEST_POINT = 64,      // P-256: x, y
    ATTEST_NAME = 2 + 32,   // of a key: SHA-256 of its public part, behind that hash's number
};

// What the steward says about the image that runs.
struct image_facts {
    bool measured;
    uint64_t rollback_index;
    uint8_t policy_key[ATTEST_POLICY_KEY];
    uint8_t policy[ATTEST_POLICY];
};

struct attest {
    uint32_t tpm; // enum attest_tpm
    struct image_facts image;
    bool sealing;
    uint64_t counter; // 0: none
    bool bound;
    uint8_t device_key[32];
    uint8_t key[QUOTE_KEY]; // attestation key
    bool known;             // `storage` has sealed or opened something since the start
    uint8_t storage[ATTEST_NAME];
};

// Bring the TPM's bytes: put a command, get the response. The caller's way to a TPM.
typedef err_t wire_transmit_t(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                              size_t *length);

// wire.c: the one context, and codes as errors. wire_begin never fails for good reasons: DEVICE.
MUST_USE err_t wire_begin(wire_transmit_t *transmit);
TSS2_SYS_CONTEXT *wire(void);
// OK, or what a response code means: DENIED (authorisation), BUSY (lockout), REFUSED (a policy that
// does not hold), NOT_FOUND (no such handle), DEVICE (no answer), BAD_DATA (anything else).
MUST_USE err_t wire_error(TSS2_RC code);
// One session that is a password, empty.
const TSS2L_SYS_AUTH_COMMAND *wire_empty_password(void);
void wire_flush(TPM2_HANDLE handle);
// What an earlier run of this cell left in the TPM when it stopped in the middle.
void wire_clear(void);

// keys.c
// Made from the hierarchy's seed: the same template gives the same key.
MUST_USE err_t key_primary(TPMI_RH_HIERARCHY hierarchy, const TPM2B_PUBLIC *template,
                           TPM2_HANDLE *out, TPM2B_PUBLIC *public);
struct storage {
    TPM2_HANDLE handle;
    uint8_t point[ATTEST_POINT];
    TPM2B_NAME name; // made here of what the TPM says of the key: it cannot be of another one
};
MUST_USE err_t key_storage(struct storage *out);
MUST_USE err_t key_attestation(TPM2_HANDLE *out, uint8_t public_key[QUOTE_KEY]);
// The key that vouches for images, public only.
MUST_USE err_t key_policy(const uint8_t public_key[ATTEST_POLICY_KEY], TPM2_HANDLE *out,
                          TPM2B_NAME *name);

// counter.c: define it if there is none, raise it to `index`. `*value` 0: this TPM has none, and
// `*why` says why. Errors: DEVICE.
MUST_USE err_t counter_raise(uint64_t index, uint64_t *value, const char **why);
// The session has shown that the counter is at least `floor`.
MUST_USE err_t counter_policy(TPM2_HANDLE session, uint64_t floor);

// quote.c
MUST_USE err_t pcr_read(uint8_t values[QUOTE_REGISTERS][QUOTE_DIGEST]);
MUST_USE err_t pcr_extend(uint32_t pcr, const uint8_t digest[QUOTE_DIGEST]);
MUST_USE err_t quote_make(const struct attest *a, const uint8_t nonce[QUOTE_NONCE], uint8_t *out,
                          size_t cap, size_t *size);

// session.c
enum { SESSION_KEY = 32 };
struct session {
    TPM2_HANDLE handle;
    TPM2B_NONCE ours, theirs;
    uint8_t attributes;
    uint8_t key[SESSION_KEY + ATTEST_HALF]; // with the word behind it, if it needs one
    size_t key_size;
};
void nonce_make(TPM2B_NONCE *n);
// 32 bytes that nobody else knows. main.c: the entropy service.
MUST_USE err_t secret_draw(uint8_t out[32]);
// Of a policy, for what nobody needs to keep from the wires. Whoever opens it flushes it.
MUST_USE err_t session_plain(struct session *s);
// Salted with the storage key, which is loaded. The caller closes it, unless it failed.
MUST_USE err_t session_open(struct session *s, const struct storage *storage, TPM2_SE kind);
// What it authorises wants this word, too.
void session_word(struct session *s, const uint8_t word[ATTEST_HALF]);
// Encrypt the first parameter of the command that has been prepared.
MUST_USE err_t session_encrypt(struct session *s);
// Send the prepared command, whose one handle is of what has that name. Errors: DEVICE, also if the
// answer is not proved by whoever has the storage key; what wire_error says. It ends the session in
// the TPM if it succeeds.
MUST_USE err_t session_call(struct session *s, TPM2_CC code, const TPM2B_NAME *name);
// What came encrypted, in place.
MUST_USE err_t session_decrypt(const struct session *s, uint8_t *data, size_t size);
// `how` is what session_call said, or why it was not called.
void session_close(struct session *s, err_t how);

// seal.c
// Whether this image may open what is sealed: its measurements are the signed ones.
MUST_USE err_t seal_possible(const struct image_facts *image);
// Errors: BAD_STATE (this image may not); DEVICE, also if the TPM has another storage key than
// before.
MUST_USE err_t seal_make(struct attest *a, const uint8_t half[ATTEST_HALF],
                         const uint8_t auth[ATTEST_HALF], uint8_t *blob, size_t cap, size_t *size);
// Errors: wire_error's; BAD_DATA also if the TPM has another storage key than the blob.
MUST_USE err_t seal_open(struct attest *a, const uint8_t *blob, size_t size,
                         const uint8_t auth[ATTEST_HALF], uint8_t half[ATTEST_HALF]);

// endorse.c
// The endorsement key's modulus (RSA-2048), and its certificate as it lies in the TPM. Errors:
// NOT_FOUND (there is none), wire_error's.
MUST_USE err_t endorse_show(uint8_t *out, size_t cap, size_t *size);
// What is in a credential (format/credential.h) for this TPM's endorsement and attestation keys.
// Errors: BAD_DATA (it is for others), wire_error's.
MUST_USE err_t endorse_open(const uint8_t question[CREDENTIAL_QUESTION],
                            uint8_t secret[CREDENTIAL_SECRET]);

// attest.c: look at the TPM; `*a` says what came of it, `*why` what is missing (NULL: nothing).
void attest_begin(struct attest *a, const struct image_facts *image, wire_transmit_t *transmit,
                  const char **why);
