// SPDX-License-Identifier: GPL-3.0-or-later
// The other side of random system calls: answers at once, later, never or twice, reads and writes
// what it is lent, hands capabilities on. Chance comes from the calls' own words.
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { TOKENS = 8, PAUSE = 5000000 /* ns */, OLD = 4 };

static uint64_t tokens[TOKENS];
static uint32_t kept;
static cap_t gift;

static void answer_kept(uint32_t leave)
{
    while (kept > leave) {
        kept--;
        err_t err = raw_reply(tokens[kept], ERR_OK, kept);
        (void)err; // whoever waited may be gone
    }
}

// Touch both ends of what was lent.
static void touch(const struct syscall *s)
{
    volatile uint8_t *at = (volatile uint8_t *)(s->lease & ~(uint64_t)(PAGE_SIZE - 1));
    uint64_t pages = s->lease & (PAGE_SIZE - 1);
    if (pages == 0)
        return;
    uint8_t last = at[pages * PAGE_SIZE - 1];
    if ((s->word >> RESULT_LEASE_SHIFT & 3) != LEASE_LEND)
        at[0] = (uint8_t)(last + 1);
}

int main(void)
{
    const cap_t endpoint = start_page()->endpoint;
    struct syscall s = {0};
    err_t err = untyped_retype_signal(start_page()->untyped, test_slot(), &gift);
    bool serving = false;
    while (err == ERR_OK || err == ERR_TIMED_OUT) {
        uint64_t dice = s.w[0] ^ s.w[1] >> 7 ^ s.w[2] >> 13;
        if (err == ERR_TIMED_OUT)
            answer_kept(0);
        if (serving && dice % 8 < 2 && kept < TOKENS) {
            uint64_t token = raw_keep();
            if (token != 0)
                tokens[kept++] = token;
        }
        if (dice % 8 == 2)
            answer_kept(OLD);
        s.cap = gift;
        s.word = raw_word(SYS_REPLY_RECV, 0) | (dice >> 8 & 0xf) << CALL_ERROR_SHIFT |
                 (dice % 16 == 5 ? CALL_CAP : 0);
        if (dice % 8 == 3) // dropped: the caller learns that nobody answered
            s.word = raw_word(SYS_RECV, 0);
        s.target = endpoint;
        s.slot = 0;
        s.deadline = sys_now() + PAUSE;
        syscall_enter(&s);
        err = syscall_error(&s);
        serving = err == ERR_OK && !(s.word & (RESULT_SIGNAL | RESULT_SEND));
        if (err == ERR_OK && !(s.word & RESULT_SIGNAL))
            touch(&s);
    }
    return (int)err;
}
