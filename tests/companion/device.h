// SPDX-License-Identifier: GPL-3.0-or-later
// A process that plays the device: the wallet's own logic behind a Unix socket, with accidents.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct accident {
    size_t drop_after[4]; // bytes received since the link stands, then it is dropped; 0: no more
    bool drop_waiting;    // drop it once while the person is being asked
    bool restart;         // and the wallet starts anew
    bool gone;            // and does not come back
    unsigned damage;      // flip a bit in every answer of which this divides the number; 0: none
    unsigned swallow;     // or do not send it
    bool twice;           // send answers twice
    bool noise;           // send random bytes before each answer
    bool silent;          // never answer
    bool nonsense;        // answer with well-formed frames of random content
    unsigned slow_ms;     // think before each answer
    // In the playing process, before the first byte, and after each turn of the wallet; may be
    // null.
    void (*prepare)(void);
    void (*watch)(uint32_t state); // enum companion_state
};

// Play until device_end. The socket exists when this returns.
pid_t device_play(const char *path, const struct accident *accident);
void device_end(pid_t device);
