// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/child.h"
#include "crypto/sha.h"
#include "format/bytes.h"

static const char tag_text[] = "Cella app seed v1";
static const char entropy_key[] = "bip-entropy-from-k"; // BIP-85

enum { PURPOSE = 83696968, APPLICATION = 1128614988, PATH_STEPS = 6 };

static bool app_id_good(const char *app_id, size_t size)
{
    if (size == 0 || size > CHILD_APP_ID_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (app_id[i] <= 0x20 || app_id[i] > 0x7e)
            return false;
    return true;
}

err_t child_seed(const struct secp *secp, const struct hd_key *master,
                 const uint8_t publisher[static CHILD_PUBLISHER_SIZE], const char *app_id,
                 uint8_t out[static CHILD_SEED_SIZE])
{
    uint8_t tag[SHA256_SIZE];
    uint32_t path[PATH_STEPS] = {HD_HARDENED | PURPOSE, HD_HARDENED | APPLICATION};
    struct hd_key node;
    struct sha256 sha;
    size_t size = text_length(app_id, CHILD_APP_ID_MAX + 1);
    if (!app_id_good(app_id, size))
        return ERR_BAD_ARGUMENT;
    sha256_init(&sha);
    sha256_update(&sha, tag_text, sizeof(tag_text) - 1);
    sha256_update(&sha, publisher, CHILD_PUBLISHER_SIZE);
    sha256_update(&sha, app_id, size);
    sha256_final(&sha, tag);
    for (size_t i = 0; i < 4; i++)
        path[2 + i] = HD_HARDENED | get_be32(tag + 4 * i);
    err_t err = hd_path(secp, master, path, PATH_STEPS, &node);
    if (err != ERR_OK)
        return err;
    hmac_sha512(entropy_key, sizeof(entropy_key) - 1, node.secret, SECP_SECRET_SIZE, out);
    hd_key_wipe(&node);
    return ERR_OK;
}
