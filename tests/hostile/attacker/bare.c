// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare.h"
#include "abi/layout.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"

__asm__(".text\n"
        ".globl bare_run\n"
        "bare_run:\n"
        "    movq %rdi, %rbp\n"
        "1:  movq (%rbp), %rax\n"
        "    movq 8(%rbp), %rdi\n"
        "    movq 16(%rbp), %rsi\n"
        "    movq 24(%rbp), %rdx\n"
        "    xorl %r8d, %r8d\n"
        "    xorl %r9d, %r9d\n"
        "    xorl %r10d, %r10d\n"
        "    xorl %ebx, %ebx\n"
        "    movq 32(%rbp), %r12\n"
        "    xorl %r13d, %r13d\n"
        "    xorl %r14d, %r14d\n"
        "    movq 40(%rbp), %r15\n"
        "    syscall\n"
        "    incq 56(%rbp)\n"
        "    cmpq $0, 48(%rbp)\n"
        "    je 1b\n"
        "2:  movl $0x700, %eax\n" // SYS_WAIT
        "    movq 48(%rbp), %rdi\n"
        "    xorl %r15d, %r15d\n"
        "    syscall\n"
        "    jmp 2b\n");
_Static_assert(SYS_WAIT << CALL_OP_SHIFT == 0x700, "bare_run");

static cap_t threads[512];

uint32_t bare_start(struct bare *calls, uint32_t count, uint32_t slot, uint32_t priority)
{
    for (uint32_t i = 0; i < count; i++) {
        cap_t *thread = &threads[slot + i];
        // The stack pointer is never used.
        if (untyped_retype_thread(start_page()->untyped, slot + i, thread) != ERR_OK ||
            thread_start(*thread, CAP_SELF, (uint64_t)(uintptr_t)bare_run, CELL_PLACES,
                         (uint64_t)(uintptr_t)&calls[i], priority, 0) != ERR_OK)
            return i;
    }
    return count;
}

cap_t bare_thread(uint32_t slot)
{
    return threads[slot];
}
