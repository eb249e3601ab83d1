// SPDX-License-Identifier: GPL-3.0-or-later
// The canonical request: what the reader makes of a PSBT, the prompt renders, and the vault hashes
// and signs. One encoding for each request: decoding refuses every other, so encode(decode(x)) ==
// x.
//
// Encoding, integers little endian:
//   "CRQ" 01 | network u8 | fingerprint u32 | transaction version u32 | locktime u32 | nonce 32
//   input count u16 | output count u16
//   input:  kind u8 (84 or 86) | chain u8 | account u32 | index u32 | txid 32 | vout u32 | sequence
//   u32
//           amount u64 | program: 20 bytes (P2WPKH) or 32 (P2TR)
//   output: amount u64 | claim u8: 0 none, else kind | if claimed: account u32, index u32 (chain 1)
//           script size u16 | script
//
// The program is that of the output script the requester says is spent. The vault compares it with
// the one it derives from the path: that is how it tells "our fingerprint with another key" apart.
// It is never used without that.
//
// What request_check (and so decode) guarantees, R1..R8, so that renderer and signer need no more
// checks:
//   R1 1 to 256 inputs and outputs; transaction version 1 to 3; known network
//   R2 kinds 84 or 86, chains 0 or 1, accounts below 100, indexes not hardened
//   R3 no coin is spent twice
//   R4 each amount and each sum at most 21 million BTC; outputs at most inputs
//   R5 scripts of 1 to 520 bytes
//   R6 a change claim has the kind and account of an input, index below 1000, and a script of that
//   kind R7 the encoding has at most REQUEST_MAX bytes R8 a path in a claim or an input names the
//   kind its script has
#pragma once
#include "format/account.h"
#include "format/refusal.h"
#include "format/tx.h"

enum {
    REQUEST_INPUTS_MAX = 256,
    REQUEST_OUTPUTS_MAX = 256,
    REQUEST_SCRIPT_MAX = 520,
    REQUEST_NONCE_SIZE = 32,
    REQUEST_HASH_SIZE = 32,
    REQUEST_MAX = 65536, // bytes of an encoding
};

struct request_input {
    uint8_t txid[TXID_SIZE]; // in the order of the transaction's encoding
    uint32_t vout;
    uint32_t sequence;
    uint64_t amount; // satoshi
    struct coin_path path;
    uint8_t program[PROGRAM_MAX]; // coin_program_size(path.kind) bytes; claimed, see above
};

struct request_output {
    uint64_t amount; // satoshi
    struct span script;
    bool is_change;          // claimed
    struct coin_path change; // chain 1; zero unless is_change
};

struct request {
    uint32_t network;     // enum network
    uint32_t fingerprint; // of the app's master key
    uint32_t version;     // of the transaction
    uint32_t locktime;
    uint8_t nonce[REQUEST_NONCE_SIZE]; // the requester's, for the evidence
    uint32_t input_count;
    uint32_t output_count;
    struct request_input inputs[REQUEST_INPUTS_MAX];
    struct request_output outputs[REQUEST_OUTPUTS_MAX]; // scripts point into the bytes read
};

// R1 to R8. Errors: REFUSED.
MUST_USE err_t request_check(const struct request *request, struct refusal *why);

// Encode what request_check accepts. Errors: REFUSED (by request_check), TOO_SMALL (cap).
MUST_USE err_t request_encode(const struct request *request, uint8_t *out, size_t cap, size_t *size,
                              struct refusal *why);

// Decode and check. Scripts point into `data`. `out` is working memory: on failure it holds no
// request (input_count is 0). Errors: REFUSED.
MUST_USE err_t request_decode(const uint8_t *data, size_t size, struct request *out,
                              struct refusal *why);

// BLAKE3 in derive-key mode, context "cella request v1", over the encoding.
void request_hash(const uint8_t *data, size_t size, uint8_t out[static REQUEST_HASH_SIZE]);

// Does an input belong to the account (kind and number) of this path?
bool request_spends_from(const struct request *request, const struct coin_path *path);

// Sums in satoshi; R4 makes them safe.
struct request_sums {
    uint64_t inputs;
    uint64_t outputs;
    uint64_t change; // claimed; part of outputs
    uint64_t fee;
};
struct request_sums request_sum(const struct request *request);

// Weight units (BIP-141) of the signed transaction, with DER signatures of 71 bytes (the longest
// with low S is 71 and its sighash byte) and Schnorr signatures of 64.
uint64_t request_weight(const struct request *request);
// Virtual bytes: weight / 4, rounded up.
uint64_t request_vsize(const struct request *request);

// The script that input `index` spends, as claimed. `*size` is 22 or 34.
void request_input_script(const struct request *request, uint32_t index,
                          uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size);

// The previous transactions that the vault needs: one for each different txid among P2WPKH inputs,
// in the order of inputs (issue of amounts: BIP-143 signs only its own input's amount; BIP-341
// signs all). Count them, or give the input that stands for number `n`. Errors: NOT_FOUND.
uint32_t request_previous_count(const struct request *request);
MUST_USE err_t request_previous_input(const struct request *request, uint32_t n, uint32_t *index);
