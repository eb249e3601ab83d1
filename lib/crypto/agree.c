// SPDX-License-Identifier: GPL-3.0-or-later
// The library's arithmetic for this one curve, without what it needs for others.
#include "crypto/agree.h"

#include "crypto/wipe.h"

#include <stdbool.h>
#include <string.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/sp.h>

enum { COORDINATE = AGREE_PUBLIC / 2 };

// The curve's order (FIPS 186-4, D.1.2.3).
static const uint8_t order[AGREE_SECRET] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

// 0 < secret < order, without a branch on the secret.
static bool secret_good(const uint8_t secret[AGREE_SECRET])
{
    uint32_t any = 0, borrow = 0;
    for (uint32_t i = AGREE_SECRET; i-- > 0;) {
        any |= secret[i];
        borrow = ((uint32_t)secret[i] - order[i] - borrow) >> 31;
    }
    return any != 0 && borrow != 0;
}

static int point_begin(ecc_point *p)
{
    memset(p, 0, sizeof *p);
    return mp_init(p->x) | mp_init(p->y) | mp_init(p->z);
}

static int number_write(const mp_int *n, uint8_t out[COORDINATE])
{
    return mp_to_unsigned_bin_len_ct(n, out, COORDINATE);
}

err_t agree_p256(const uint8_t secret[static AGREE_SECRET],
                 const uint8_t theirs[static AGREE_PUBLIC], uint8_t mine[static AGREE_PUBLIC],
                 uint8_t shared[static AGREE_SHARED])
{
    ecc_point base, point;
    mp_int number;
    uint8_t made[AGREE_PUBLIC + AGREE_SHARED];
    if (!secret_good(secret))
        return ERR_BAD_ARGUMENT;
    bool good = point_begin(&base) == 0 && point_begin(&point) == 0 && mp_init(&number) == 0 &&
                mp_read_unsigned_bin(&number, secret, AGREE_SECRET) == 0 &&
                mp_read_unsigned_bin(point.x, theirs, COORDINATE) == 0 &&
                mp_read_unsigned_bin(point.y, theirs + COORDINATE, COORDINATE) == 0 &&
                mp_set(point.z, 1) == 0 && sp_ecc_is_point_256(point.x, point.y) == 0;
    // The group has no small subgroups: a point of the curve is all that it has to be.
    good = good && sp_ecc_mulmod_base_256(&number, &base, 1, NULL) == 0 &&
           sp_ecc_mulmod_256(&number, &point, &point, 1, NULL) == 0 &&
           number_write(base.x, made) == 0 && number_write(base.y, made + COORDINATE) == 0 &&
           number_write(point.x, made + AGREE_PUBLIC) == 0;
    if (good) {
        memcpy(mine, made, AGREE_PUBLIC);
        memcpy(shared, made + AGREE_PUBLIC, AGREE_SHARED);
    }
    wipe(&number, sizeof number);
    wipe(&base, sizeof base);
    wipe(&point, sizeof point);
    wipe(made, sizeof made);
    return good ? ERR_OK : ERR_BAD_DATA;
}
