// SPDX-License-Identifier: GPL-3.0-or-later
// What `idlc probe` writes, and what it calls.
#pragma once
#include "os/ipc.h"

struct probe {
    const char *name; // of the service
    void (*dispatch)(struct message *m);
    void (*const *calls)(void); // one for each method: call its stub
    size_t call_count;
    const unsigned *sends; // how often each sends its message to a server that dies of it
};

extern const struct probe probe_table[];
extern const size_t probe_count;

void probe_read(const uint8_t *data, size_t size); // reads all of it
void probe_fill(uint8_t *data, size_t size);       // writes all of it
size_t probe_used(size_t capacity);                // how much an operation says it wrote
uint64_t probe_word(void);
err_t probe_error(void);         // what an operation answers
size_t probe_size(size_t limit); // of a client's buffer, sometimes over the limit
uint8_t *probe_new(size_t size); // exactly that
void probe_free(uint8_t *data, size_t room, size_t used); // used must be at most room
void probe_result(err_t error);                           // what a stub returned
