// SPDX-License-Identifier: GPL-3.0-or-later
// What the two halves of the message test have agreed on. pong stands where the link driver would:
// only method numbers matter to the kernel, so it takes those of gen/link.h and gives them another
// meaning.
#pragma once

enum pong_method {
    PONG_ECHO = 1,  // the words come back in reverse order, the last one plus the caller's identity
    PONG_LEASE = 2, // w0: pages that must have come; the sum of all bytes comes back, each byte is
                    // inverted if it may be
    PONG_LATER = 3, // kept; the next PONG_ECHO answers it first, with its w0 + 1
    PONG_SIGNAL = 4, // a signal capability comes along: raise w0 of it, later too; w1: 1 to say how
                     // the last raise went
};
