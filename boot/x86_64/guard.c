// SPDX-License-Identifier: GPL-3.0-or-later
// What the compiler's stack protector links against: the first two names in the ELF loader, the
// other two in the PE loader, where the canary on the stack is also combined with the frame's
// address before and after.
#include "x86_64/guard.h"

#include "crypto/wipe.h"
#include "x86_64/hardware.h"
#include "x86_64/say.h"

uint64_t __stack_chk_guard, __security_cookie;
_Noreturn void __stack_chk_fail(void);
void __security_check_cookie(uint64_t found);

// What lies on the stack is somebody else's now; to stop takes nothing of it.
GUARD_NONE void __stack_chk_fail(void)
{
    stop(BOOT_STOP_STACK);
}

GUARD_NONE void __security_check_cookie(uint64_t found)
{
    if (found != __security_cookie)
        stop(BOOT_STOP_STACK);
}

// The lowest byte is zero, so that no string function can read or write across the canary.
GUARD_NONE static void guard_set(uint64_t canary)
{
    __stack_chk_guard = __security_cookie = canary & ~(uint64_t)0xff;
}

GUARD_NONE void guard_begin(void)
{
    struct seed_input input = {.sources = 0};
    uint64_t canary = 0;
    hardware_random(&input);
    for (unsigned i = 0; i < SEED_WORDS; i++)
        canary = (canary ^ input.rdseed[i] ^ input.rdrand[i] ^ input.ticks[i]) *
                 0x9e3779b97f4a7c15u; // odd: loses nothing
    wipe(&input, sizeof input);
    guard_set(canary ^ canary >> 32);
}

GUARD_NONE void guard_change(struct dice *dice)
{
    guard_set(dice_below(dice, UINT64_MAX));
}
