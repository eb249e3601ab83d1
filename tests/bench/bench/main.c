// SPDX-License-Identifier: GPL-3.0-or-later
// Measures what the kernel's operations cost, in ticks of the time-stamp counter. In the emulator's counting mode
// (tests/bench/run) a tick is an executed instruction, of the kernel's and of both programs together.
#include "../echo/echo.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/text.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { ROUNDS = 9, LOOPS = 1000, SERVICE_LINK = 4, PRIORITY = 90, LEASE_PAGES = 16 };
enum { METHOD_ECHO = 1, METHOD_LIBRARY = 2, METHOD_CHANGE = 3 };

static cap_t echo;   // the other cell
static cap_t inside; // a thread of this cell
static cap_t frame, slot_source;
static uint32_t slot_free;

static uint64_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void say(const char *name, uint64_t least, uint64_t middle)
{
    char buffer[128];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, "bench ");
    text_string(&t, name);
    text_char(&t, ' ');
    text_decimal(&t, least);
    text_char(&t, ' ');
    text_decimal(&t, middle);
    probe_say(buffer);
}

// Run `once` LOOPS times in each of ROUNDS rounds; the least and the middle round, for one time.
static void measure(const char *name, err_t (*once)(void))
{
    uint64_t rounds[ROUNDS];
    err_t err = once(); // the first time is another matter: caches of the emulator, tables of the kernel
    for (int r = 0; r < ROUNDS; r++) {
        uint64_t start = ticks();
        for (int i = 0; i < LOOPS; i++)
            err |= once();
        uint64_t took = ticks() - start;
        int at = r;
        for (; at > 0 && rounds[at - 1] > took; at--)
            rounds[at] = rounds[at - 1];
        rounds[at] = took;
    }
    if (err == ERR_OK)
        say(name, rounds[0] / LOOPS, rounds[ROUNDS / 2] / LOOPS);
    else
        probe_eq(err, ERR_OK, name);
}

static err_t once_nothing(void)
{
    return ERR_OK;
}

static err_t once_null(void)
{
    uint64_t word = raw_word(SYS_NULL, 0);
    // Safety: abi/syscall.h; SYS_NULL changes no other register.
    __asm__ volatile("syscall" : "+a"(word) : : "rcx", "r11", "memory");
    return (err_t)word;
}

// A stub as a compiler would make one for a method without arguments and results.
static err_t stub_0(cap_t to)
{
    uint64_t word = raw_word(SYS_CALL, METHOD_ECHO);
    // Safety: abi/syscall.h.
    __asm__ volatile("syscall"
                     : "+a"(word), "+D"(to)
                     :
                     : "rcx", "r11", "rsi", "rdx", "r8", "r9", "r10", "rbx", "r12", "r13", "memory");
    return (err_t)word & 0xff;
}

static uint64_t words[MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6};

// And for one with six of each.
static err_t stub_6(cap_t to)
{
    uint64_t word = raw_word(SYS_CALL, METHOD_ECHO);
    register uint64_t r8 __asm__("r8") = words[2];
    register uint64_t r9 __asm__("r9") = words[3];
    register uint64_t r10 __asm__("r10") = words[4];
    // Safety: abi/syscall.h.
    __asm__ volatile("syscall"
                     : "+a"(word), "+D"(to), "+S"(words[0]), "+d"(words[1]), "+r"(r8), "+r"(r9), "+r"(r10),
                       "+b"(words[5])
                     :
                     : "rcx", "r11", "r12", "r13", "memory");
    words[2] = r8;
    words[3] = r9;
    words[4] = r10;
    return (err_t)word & 0xff;
}

static err_t once_call_0(void)
{
    return stub_0(echo);
}

static err_t once_call_6(void)
{
    return stub_6(echo);
}

static err_t once_inside_0(void)
{
    return stub_0(inside);
}

static err_t once_inside_6(void)
{
    return stub_6(inside);
}

static err_t once_lend_1(void)
{
    return raw_lend(echo, METHOD_ECHO, LEASE_LEND, TEST_PAGES_BASE, 1);
}

static err_t once_lend_16(void)
{
    return raw_lend(echo, METHOD_ECHO, LEASE_LEND, TEST_PAGES_BASE, LEASE_PAGES);
}

static err_t once_lend_mut_1(void)
{
    return raw_lend(echo, METHOD_ECHO, LEASE_LEND_MUT, TEST_PAGES_BASE, 1);
}

static err_t once_library(void)
{
    uint64_t w[MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6};
    return ipc_call(echo, METHOD_LIBRARY, w);
}

static err_t once_map(void)
{
    err_t err = frame_unmap(frame);
    return err | frame_map(frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE);
}

static err_t once_copy(void)
{
    cap_t copy = 0;
    err_t err = cell_derive(CAP_SELF, slot_source, slot_free, RIGHT_ALL, ~0ull, 0, 0, &copy);
    return err | cell_delete(CAP_SELF, copy);
}

static void inside_run(uint64_t endpoint)
{
    echo_loop(endpoint, ~0ull);
    test_thread_rest();
}

static cap_t faults;
static struct syscall fault;

static err_t once_fault(void)
{
    fault.word = raw_word(SYS_REPLY_RECV, 0);
    fault.target = faults;
    syscall_enter(&fault);
    return syscall_error(&fault);
}

// A cell that does nothing but fault: its answer lets it fault again at the same place.
static err_t fault_prepare(void)
{
    static const uint8_t undefined[] = {0x0f, 0x0b};
    cap_t memory = start_page()->untyped, cell = 0, thread = 0, code = 0;
    err_t err = untyped_retype_cell(memory, test_slot(), 64, 8, &cell);
    if (err == ERR_OK)
        err = untyped_retype_endpoint(memory, test_slot(), &faults);
    if (err == ERR_OK)
        err = cell_supervise(cell, faults);
    uint64_t address = TEST_PAGES_BASE + 0x100000;
    if (err == ERR_OK)
        err = test_pages(address, 1, &code);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < sizeof undefined; i++)
        ((volatile uint8_t *)address)[i] = undefined[i];
    err = frame_unmap(code);
    if (err == ERR_OK)
        err = cell_reserve(cell, CELL_CODE_BASE, 1);
    if (err == ERR_OK)
        err = frame_map(code, cell, CELL_CODE_BASE, ACCESS_READ | ACCESS_EXECUTE);
    if (err == ERR_OK)
        err = untyped_retype_thread(memory, test_slot(), &thread);
    if (err == ERR_OK)
        err = thread_start(thread, cell, CELL_CODE_BASE, 0, 0, PRIORITY, 0);
    return err == ERR_OK ? raw_recv(faults, 0, 0, &fault) : err;
}

static void prepare(void)
{
    struct test_thread t;
    echo = ipc_service(SERVICE_LINK);
    err_t err = untyped_retype_endpoint(start_page()->untyped, test_slot(), &inside);
    slot_source = inside;
    slot_free = test_slot();
    if (err == ERR_OK)
        err = test_thread_start(&t, inside_run, inside, PRIORITY);
    if (err == ERR_OK)
        err = test_pages(TEST_PAGES_BASE, LEASE_PAGES, &frame);
    probe_eq(err, ERR_OK, "preparation");
}

static void measure_map(void)
{
    cap_t many = frame;
    probe_eq(frame_unmap(many), ERR_OK, "unmap");
    probe_eq(untyped_retype_frame(start_page()->untyped, test_slot(), 1, &frame), ERR_OK, "one page");
    probe_eq(frame_map(frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE), ERR_OK, "map");
    measure("map_unmap", once_map);
}

int main(void)
{
    static const struct {
        const char *name;
        err_t (*once)(void);
    } all[] = {
        {"loop",        once_nothing   },
        {"null",        once_null      },
        {"call_0",      once_call_0    },
        {"call_6",      once_call_6    },
        {"inside_0",    once_inside_0  },
        {"inside_6",    once_inside_6  },
        {"lend_1",      once_lend_1    },
        {"lend_16",     once_lend_16   },
        {"lend_mut_1",  once_lend_mut_1},
        {"copy_delete", once_copy      },
    };
    prepare();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        measure(all[i].name, all[i].once);
    measure_map();
    probe_eq(fault_prepare(), ERR_OK, "a cell that faults");
    measure("fault", once_fault);
    uint64_t w[MESSAGE_WORDS] = {0};
    probe_eq(raw_call(echo, METHOD_CHANGE, w), ERR_PEER_DEAD, "the other way");
    measure("library_6", once_library);
    return probe_end();
}
