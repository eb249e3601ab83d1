// SPDX-License-Identifier: GPL-3.0-or-later
// The machine's half of the key that closes the root secret: attest has the TPM keep it. And the
// device key, which the TPM's quotes name.
#include "gen/attest.h"
#include "vault.h"

enum { TPM_WORKS = 1 }; // abi/attest.idl, `state`

_Static_assert((int)ATTEST_SEAL_BLOB_SIZE == (int)STORE_BLOB_MAX, "every blob fits");

static err_t half_close(const uint8_t half[STORE_HALF], const uint8_t auth[STORE_HALF],
                        uint8_t blob[STORE_BLOB_MAX], size_t *size)
{
    return attest_seal(half, auth, blob, STORE_BLOB_MAX, size);
}

static err_t half_open(const uint8_t *blob, size_t size, const uint8_t auth[STORE_HALF],
                       uint8_t half[STORE_HALF])
{
    return attest_unseal(blob, size, auth, half);
}

const struct machine *machine_find(bool *sealing)
{
    static const struct machine tpm = {half_close, half_open};
    uint32_t kind = 0, measured = 0, may = 0;
    uint64_t counter = 0;
    err_t err = attest_state(&kind, &measured, &may, &counter);
    *sealing = !err && may != 0;
    return !err && kind == TPM_WORKS ? &tpm : NULL;
}

void machine_bind(const uint8_t key[32])
{
    // Without attest nothing is quoted, and nobody can ask.
    if (attest_bind(key) != ERR_OK)
        return;
}
