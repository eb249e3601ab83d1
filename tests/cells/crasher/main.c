// SPDX-License-Identifier: GPL-3.0-or-later
// A program that ends badly, in the way that its argument names. What the steward says about it is
// the test.
#include "gen/log.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include <string.h>

// The compiler must not see that these addresses are bad.
static volatile uint8_t *at(uintptr_t address)
{
    __asm__ volatile("" : "+r"(address));
    return (volatile uint8_t *)address;
}

static void crash_null(void)
{
    *at(0);
}

static void crash_write(void)
{
    *at((uintptr_t)crash_write) = 1;
}

static void crash_jump(void)
{
    ((void (*)(void))(uintptr_t)at(CELL_PLACES))();
}

static void crash_stack(void)
{
    volatile uint8_t page[PAGE_SIZE];
    page[0] = 1;
    if (page[0] == 1)
        crash_stack();
    page[1] = page[0];
}

static void crash_divide(void)
{
    int zero = 0;
    __asm__ volatile("" : "+r"(zero));
    __asm__ volatile("cltd; idivl %0" : : "r"(zero), "a"(1) : "edx", "cc");
}

static void crash_undefined(void)
{
    __asm__ volatile("ud2");
}

static void crash_vector(void)
{
    __asm__ volatile("fldz" : : : "memory");
}

static void crash_word(void)
{
    struct syscall s = {.word = ~(uint64_t)0};
    syscall_enter(&s);
}

// The protector of this very function finds out at its end.
static void crash_canary(void)
{
    uint8_t buffer[16];
    volatile uint8_t *end = at((uintptr_t)buffer);
    for (int i = 0; i < 64; i++)
        end[i] = 0x41;
}

static void crash_panic(void)
{
    PANIC("on purpose");
}

static void crash_exit(void)
{
    sys_exit(42);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {
        {"null",      crash_null     },
        {"write",     crash_write    },
        {"jump",      crash_jump     },
        {"stack",     crash_stack    },
        {"divide",    crash_divide   },
        {"undefined", crash_undefined},
        {"vector",    crash_vector   },
        {"word",      crash_word     },
        {"canary",    crash_canary   },
        {"panic",     crash_panic    },
        {"exit",      crash_exit     },
    };
    static const char survived[] = "not ok: it went on";
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(start_page()->argument, ways[i].name) == 0)
            ways[i].run();
    return log_write((const uint8_t *)survived, sizeof survived - 1) != ERR_OK;
}
