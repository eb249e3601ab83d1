// SPDX-License-Identifier: GPL-3.0-or-later
// secp256k1 against BIP-340's vectors, RFC 6979 nonces, BIP-32 and BIP-341 tweaks, and malformed
// input.
#include "crypto/secp.h"
#include "crypto/sha.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

enum { LINE_MAX_SIZE = 1024, FIELDS = 7, MESSAGE_MAX = 128 };

static struct secp secp;

static void bip340_line(char *line)
{
    char *field[FIELDS];
    uint8_t secret[32];
    uint8_t key[32];
    uint8_t aux[32];
    uint8_t message[MESSAGE_MAX];
    uint8_t signature[64];
    uint8_t got[64];
    line[strcspn(line, "\r\n")] = 0;
    for (size_t i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, ",");
        if (!CHECK(field[i] != NULL))
            return;
    }
    size_t size = hex_read(field[4], message, sizeof(message));
    CHECK_EQ(hex_read(field[2], key, sizeof(key)), 32);
    CHECK_EQ(hex_read(field[5], signature, sizeof(signature)), 64);
    err_t want = strcmp(field[6], "TRUE") == 0 ? ERR_OK : ERR_BAD_SIGNATURE;
    CHECK_EQ(secp_schnorr_check(key, message, size, signature), want);
    if (field[1][0] == 0)
        return;
    hex_read(field[1], secret, sizeof(secret));
    hex_read(field[3], aux, sizeof(aux));
    CHECK_EQ(secp_xonly(&secp, secret, got), ERR_OK);
    CHECK_MEM(got, key, 32);
    if (size != SECP_DIGEST_SIZE)
        return;
    CHECK_EQ(secp_schnorr_sign(&secp, secret, message, aux, got), ERR_OK);
    CHECK_MEM(got, signature, 64);
}

static void bip340_check(void)
{
    char line[LINE_MAX_SIZE];
    int lines = 0;
    FILE *file = fopen("tests/vectors/bip340.csv", "r");
    if (!CHECK(file != NULL))
        return;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#' || line[0] == 'i')
            continue;
        bip340_line(line);
        lines++;
    }
    fclose(file);
    CHECK_EQ(lines, 19);
}

// Deterministic ECDSA on this curve: widely published vectors (secret 1 and "Satoshi Nakamoto").
static void rfc6979_check(void)
{
    uint8_t secret[32] = {[31] = 1};
    uint8_t key[SECP_PUBLIC_SIZE];
    uint8_t digest[32];
    uint8_t der[SECP_DER_MAX];
    uint8_t want[SECP_DER_MAX];
    size_t size = 0;
    sha256("Satoshi Nakamoto", 16, digest);
    CHECK_EQ(secp_public(&secp, secret, key), ERR_OK);
    CHECK_EQ(secp_ecdsa_sign(&secp, secret, digest, der, &size), ERR_OK);
    size_t want_size =
        hex_read("3045022100934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                 "02202442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
                 want, sizeof(want));
    CHECK_EQ(size, want_size);
    CHECK_MEM(der, want, want_size);
    CHECK_EQ(secp_ecdsa_check(key, digest, der, size), ERR_OK);
    digest[0] ^= 1;
    CHECK_EQ(secp_ecdsa_check(key, digest, der, size), ERR_BAD_SIGNATURE);
    digest[0] ^= 1;
    CHECK_EQ(secp_ecdsa_check(key, digest, der, size - 1), ERR_BAD_SIGNATURE);
    key[0] = 4;
    CHECK_EQ(secp_ecdsa_check(key, digest, der, size), ERR_BAD_DATA);
    // The same signature with n - S: valid mathematics, refused for its high S.
    key[0] = 2;
    size = hex_read("3046022100934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                    "022100dbbd3162d46e9f9bef7feb87c16dc13b4f6568a87f4e83f728e2443ba586675c",
                    want, sizeof(want));
    CHECK_EQ(secp_ecdsa_check(key, digest, want, size), ERR_BAD_SIGNATURE);
}

static void tweak_check(void)
{
    uint8_t secret[32] = {[31] = 5};
    uint8_t tweak[32] = {[30] = 1, [31] = 2};
    uint8_t before[SECP_PUBLIC_SIZE];
    uint8_t by_public[SECP_PUBLIC_SIZE];
    uint8_t by_secret[SECP_PUBLIC_SIZE];
    uint8_t order[32];
    CHECK_EQ(secp_public(&secp, secret, before), ERR_OK);
    CHECK_EQ(secp_public_add(before, tweak, by_public), ERR_OK);
    CHECK_EQ(secp_secret_add(secret, tweak), ERR_OK);
    CHECK_EQ(secret[30] << 8 | secret[31], 0x107);
    CHECK_EQ(secp_public(&secp, secret, by_secret), ERR_OK);
    CHECK_MEM(by_public, by_secret, sizeof(by_secret));
    // n: no secret, no tweak; and a sum of zero.
    hex_read("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", order,
             sizeof(order));
    CHECK_EQ(secp_secret_check(order), ERR_BAD_DATA);
    CHECK_EQ(secp_public(&secp, order, by_public), ERR_BAD_DATA);
    CHECK_EQ(secp_secret_add(secret, order), ERR_BAD_DATA);
    order[31] -= 1;
    CHECK_EQ(secp_secret_check(order), ERR_OK);
    uint8_t one[32] = {[31] = 1};
    CHECK_EQ(secp_secret_add(one, order), ERR_BAD_DATA);
    CHECK_EQ(one[31], 1); // untouched
    uint8_t zero[32] = {0};
    CHECK_EQ(secp_secret_check(zero), ERR_BAD_DATA);
}

// BIP-341 wallet test vectors, scriptPubKey 0: an internal key, its tweak without a script tree,
// the output key.
static void taproot_check(void)
{
    uint8_t internal[32];
    uint8_t tweak[32];
    uint8_t want[32];
    uint8_t got[32];
    bool odd = false;
    hex_read("d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d", internal, 32);
    sha256_tagged("TapTweak", internal, 32, tweak);
    hex_read("b86e7be8f39bab32a6f2c0443abbc210f0edac0e2c53d501b36b64437d9c6c70", want, 32);
    CHECK_MEM(tweak, want, 32);
    hex_read("53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343", want, 32);
    CHECK_EQ(secp_xonly_add(internal, tweak, got, &odd), ERR_OK);
    CHECK_MEM(got, want, 32);
    // keyPathSpending, input 0: the tweaked secret.
    uint8_t secret[32];
    hex_read("6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa", secret, 32);
    CHECK_EQ(secp_xonly_secret_add(&secp, secret, tweak), ERR_OK);
    hex_read("2405b971772ad26915c8dcdf10f238753a9b837e5f8e6a86fd7c0cce5b7296d9", want, 32);
    CHECK_MEM(secret, want, 32);
    CHECK_EQ(secp_xonly(&secp, secret, got), ERR_OK);
    hex_read("53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343", want, 32);
    CHECK_MEM(got, want, 32);
    memset(internal, 0xff, 32);
    CHECK_EQ(secp_xonly_add(internal, tweak, got, &odd), ERR_BAD_DATA);
}

static void parse_check(void)
{
    uint8_t secret[32] = {[31] = 9};
    uint8_t key[SECP_PUBLIC_SIZE];
    uint8_t got[SECP_PUBLIC_SIZE];
    uint8_t long_key[65];
    CHECK_EQ(secp_public(&secp, secret, key), ERR_OK);
    CHECK_EQ(secp_public_parse(key, sizeof(key), got), ERR_OK);
    CHECK_MEM(got, key, sizeof(key));
    CHECK_EQ(secp_public_parse(key, sizeof(key) - 1, got), ERR_BAD_DATA);
    CHECK_EQ(secp_public_parse(key, 0, got), ERR_BAD_DATA);
    // G, uncompressed, then the hybrid form of the same point, then a point off the curve.
    hex_read("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
             "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
             long_key, sizeof(long_key));
    CHECK_EQ(secp_public_parse(long_key, sizeof(long_key), got), ERR_OK);
    CHECK_EQ(got[0], 2);
    long_key[0] = 6;
    CHECK_EQ(secp_public_parse(long_key, sizeof(long_key), got), ERR_BAD_DATA);
    long_key[0] = 4;
    long_key[64] ^= 1;
    CHECK_EQ(secp_public_parse(long_key, sizeof(long_key), got), ERR_BAD_DATA);
}

int main(void)
{
    uint8_t seed[32] = {1, 2, 3, 4};
    uint8_t zero[sizeof(secp)] = {0};
    CHECK_EQ(secp_begin(&secp, seed), ERR_OK);
    bip340_check();
    rfc6979_check();
    tweak_check();
    taproot_check();
    parse_check();
    secp_end(&secp);
    CHECK_MEM(&secp, zero, sizeof(secp));
    return unit_done();
}
