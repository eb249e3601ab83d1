// SPDX-License-Identifier: GPL-3.0-or-later
// A server's loop with nothing in it: each message is answered with its own words.
#pragma once
#include "tests/cells/raw.h"

// Until a message has method `last`, which is not answered, or receiving fails.
static inline void echo_loop(cap_t endpoint, uint64_t last)
{
    register uint64_t r14 __asm__("r14") = 0; // no slot for capabilities
    register uint64_t r15 __asm__("r15") = 0; // no deadline
    uint64_t word = raw_word(SYS_RECV, 0);
    do {
        cap_t to = endpoint;
        // Safety: abi/syscall.h. The message's words stay in their registers until the answer takes them.
        __asm__ volatile("syscall"
                         : "+a"(word), "+D"(to)
                         : "r"(r14), "r"(r15)
                         : "rcx", "r11", "rsi", "rdx", "r8", "r9", "r10", "rbx", "r12", "r13", "memory");
        if ((word & 0xff) != ERR_OK || (word >> RESULT_METHOD_SHIFT & METHOD_MAX) == last)
            return;
        word = raw_word(SYS_REPLY_RECV, 0);
    } while (1);
}
