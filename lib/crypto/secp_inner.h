// SPDX-License-Identifier: GPL-3.0-or-later
// Shared by secp.c and secp_sign.c only: the library's view of a struct secp.
#pragma once
#include "crypto/secp.h"
#include <secp256k1.h>

static inline const secp256k1_context *secp_inner(const struct secp *secp)
{
    return (const secp256k1_context *)(const void *)secp->context;
}
