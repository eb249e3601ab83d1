// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"

// Six words one by one, so that they travel in registers and never through memory.
__attribute__((always_inline)) static inline void words_copy(uint64_t *to, const uint64_t *from)
{
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
    to[4] = from[4];
    to[5] = from[5];
}
_Static_assert(MESSAGE_WORDS == 6, "words_copy");

// Whether a message was taken that still waits for its reply. One thread, so one flag.
static bool serving;

const struct start_info *start_page(void)
{
    // Safety: the steward mapped the page there before this cell began.
    return (const struct start_info *)CELL_START_BASE;
}

cap_t ipc_service(uint32_t service)
{
    const struct start_info *start = start_page();
    // The steward has another kind of start page, and calls nobody.
    return service < START_SERVICES && start->magic == START_MAGIC ? start->services[service] : 0;
}

uint8_t *ipc_lease_area(void)
{
    // Safety: CELL_LEASE_PAGES pages are mapped there, read and write.
    return (uint8_t *)CELL_LEASE_BASE;
}

__attribute__((always_inline)) static inline err_t call(struct syscall *s, cap_t to,
                                                        uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    s->word |= (uint64_t)SYS_CALL << CALL_OP_SHIFT | (method & METHOD_MAX);
    s->target = to;
    words_copy(s->w, w);
    syscall_enter(s);
    words_copy(w, s->w);
    return syscall_error(s);
}

err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    return (err_t)(syscall_words(method & METHOD_MAX, to, w) & 0xff);
}

err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                     size_t pages)
{
    if (pages == 0 || pages > CELL_LEASE_PAGES)
        return ERR_TOO_LARGE;
    struct syscall s = {.word = (uint64_t)lease_kind << CALL_LEASE_SHIFT,
                        .lease = CELL_LEASE_BASE | pages};
    return call(&s, to, method, w);
}

// Enter with a receiving operation and unpack what comes.
__attribute__((always_inline)) static inline err_t receive(struct syscall *s, struct message *m)
{
    syscall_enter(s);
    serving = false;
    if (syscall_error(s) != ERR_OK) {
        *m = (struct message){0};
        return syscall_error(s);
    }
    if ((s->word & RESULT_SIGNAL) != 0) {
        *m = (struct message){.signal = true, .bits = s->w[0]};
        return ERR_OK;
    }
    // Safety: a lease's pages are mapped in this cell's window until the reply; without one it is
    // 0.
    *m = (struct message){.method = s->word >> RESULT_METHOD_SHIFT & METHOD_MAX,
                          .identity = s->target,
                          .lease = (void *)(s->lease & ~(uint64_t)(PAGE_SIZE - 1)),
                          .lease_pages = s->lease & (PAGE_SIZE - 1),
                          .lease_kind = (uint32_t)(s->word >> RESULT_LEASE_SHIFT & 3),
                          .cap = s->cap,
                          .oneway = (s->word & RESULT_SEND) != 0};
    words_copy(m->w, s->w);
    serving = !m->oneway;
    return ERR_OK;
}

err_t ipc_recv(cap_t endpoint, nsec_t deadline, struct message *m)
{
    ASSERT(!serving, "a message was never answered");
    struct syscall s = {
        .word = (uint64_t)SYS_RECV << CALL_OP_SHIFT, .target = endpoint, .deadline = deadline};
    return receive(&s, m);
}

err_t ipc_reply_recv(cap_t endpoint, nsec_t deadline, struct message *m)
{
    if (!serving)
        return ipc_recv(endpoint, deadline, m);
    ASSERT(m->error != REPLY_LATER, "an operation put off its reply without keeping it");
    struct syscall s = {.word = (uint64_t)SYS_REPLY_RECV << CALL_OP_SHIFT |
                                (uint64_t)(m->error & 0xff) << CALL_ERROR_SHIFT,
                        .target = endpoint,
                        .deadline = deadline};
    words_copy(s.w, m->w);
    return receive(&s, m);
}

err_t ipc_keep(uint64_t *token)
{
    struct syscall s = {.word = (uint64_t)SYS_KEEP << CALL_OP_SHIFT};
    syscall_enter(&s);
    if (syscall_error(&s) != ERR_OK)
        return syscall_error(&s);
    serving = false;
    *token = s.w[0];
    return ERR_OK;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    struct syscall s = {.word = (uint64_t)SYS_REPLY << CALL_OP_SHIFT | (uint64_t)(error & 0xff)
                                                                           << CALL_ERROR_SHIFT,
                        .target = token};
    words_copy(s.w, w);
    syscall_enter(&s);
    return syscall_error(&s);
}
