// SPDX-License-Identifier: GPL-3.0-or-later
// The first and only program of a Linux machine: measures what comes nearest to the operations of
// tests/bench/bench with the same method and says `bench NAME TICKS` and, for shorter rounds,
// `brief NAME TICKS` for each; then the machine stops. Two processes, one CPU, no library. What
// cannot be done ends in `failed: WHAT`.
#include "say.h"
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/uio.h>
#include <stddef.h>

enum {
    ROUNDS = 5,
    TIMES = 1000,
    PART = 100,
    PAGE = 4096,
    AF_UNIX_ = 1, // socket(2)
    SOCK_SEQPACKET_ = 5,
    WORDS = 6,
    READ_END = 0,
    WRITE_END = 1,
    FAULT_LENGTH = 2, // bytes of the instruction that faults
};

struct action { // what rt_sigaction takes
    void (*handler)(int, void *, void *);
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
};

void signal_return(void);
void init_main(uint64_t first_instruction);

static int32_t request[2], answer[2], sockets[2];
static uint8_t page[PAGE] __attribute__((aligned(PAGE)));
static volatile uint32_t *shared; // whose turn it is: 0 the caller's, 1 the server's
static int64_t memory;            // a file of one page without a name
static int64_t other;             // the process that calls, for the server; the server, for it

// The compiler may ask for this one by name.
void *memset(void *to, int byte, size_t length)
{
    uint8_t *p = to;
    while (length--)
        *p++ = (uint8_t)byte;
    return to;
}

static void measure(const char *name, void (*once)(void))
{
    uint64_t best = UINT64_MAX, brief = UINT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = ticks(), now = start;

        for (int part = 0; part < TIMES / PART; part++) {
            uint64_t before = now;

            for (int i = 0; i < PART; i++)
                once();
            now = ticks();
            uint64_t took = (now - before) / PART;
            brief = took < brief ? took : brief;
        }
        uint64_t took = (now - start) / TIMES;
        best = took < best ? took : best;
    }
    say_number("bench ", name, best);
    say_number("brief ", name, brief);
}

// A second process that does `serve` for ever, while this one measures `once`.
static void measure_with(const char *name, void (*serve)(void), void (*once)(void))
{
    int64_t caller = call3(__NR_getpid, 0, 0, 0);
    int64_t child = must(call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0), "clone");

    if (child == 0) {
        other = caller;
        for (;;)
            serve();
    }
    other = child;
    measure(name, once);
    must(call3(__NR_kill, (uint64_t)child, SIGKILL, 0), "kill");
    must(call6(__NR_wait4, (uint64_t)child, 0, 0, 0, 0, 0), "wait4");
    *shared = 0;
}

static void do_null(void)
{
    (void)call3(__NR_getppid, 0, 0, 0);
}

static void move(int64_t number, int32_t file, void *data, size_t length)
{
    if (call3(number, (uint64_t)file, at(data), length) != (int64_t)length)
        must(-1, "a whole read or write");
}

static void do_pipe(void)
{
    move(__NR_write, request[WRITE_END], page, 1);
    move(__NR_read, answer[READ_END], page, 1);
}

static void do_pipe_words(void)
{
    move(__NR_write, request[WRITE_END], page, WORDS * sizeof(uint64_t));
    move(__NR_read, answer[READ_END], page, WORDS * sizeof(uint64_t));
}

static void serve_pipe_words(void)
{
    move(__NR_read, request[READ_END], page, WORDS * sizeof(uint64_t));
    move(__NR_write, answer[WRITE_END], page, WORDS * sizeof(uint64_t));
}

static void serve_pipe(void)
{
    move(__NR_read, request[READ_END], page, 1);
    move(__NR_write, answer[WRITE_END], page, 1);
}

static void do_socket(void)
{
    move(__NR_write, sockets[0], page, WORDS * sizeof(uint64_t));
    move(__NR_read, sockets[0], page, WORDS * sizeof(uint64_t));
}

static void serve_socket(void)
{
    move(__NR_read, sockets[1], page, WORDS * sizeof(uint64_t));
    move(__NR_write, sockets[1], page, WORDS * sizeof(uint64_t));
}

// Sleep until it is `turn`'s.
static void turn_wait(uint32_t turn)
{
    uint32_t now;

    while ((now = __atomic_load_n(shared, __ATOMIC_ACQUIRE)) != turn)
        (void)call6(__NR_futex, at(shared), FUTEX_WAIT, now, 0, 0, 0);
}

static void turn_pass(uint32_t to)
{
    __atomic_store_n(shared, to, __ATOMIC_RELEASE);
    (void)call3(__NR_futex, at(shared), FUTEX_WAKE, 1);
}

static void do_futex(void)
{
    turn_pass(1);
    turn_wait(0);
}

static void serve_futex(void)
{
    turn_wait(1);
    turn_pass(0);
}

// A page of the caller for the server, three ways: through a pipe; the page itself put into a
// pipe and read out of it; fetched from the caller's memory.
static void do_page_pipe(void)
{
    *shared = 1;
    move(__NR_write, request[WRITE_END], page, PAGE);
    turn_wait(0);
}

static void serve_page_pipe(void)
{
    move(__NR_read, request[READ_END], page, PAGE);
    turn_pass(0);
}

static void do_page_splice(void)
{
    struct iovec part = {page, PAGE};

    *shared = 1;
    if (call6(__NR_vmsplice, (uint64_t)request[WRITE_END], at(&part), 1, 0, 0, 0) != PAGE)
        must(-1, "vmsplice");
    turn_wait(0);
}

static void do_page_fetch(void)
{
    turn_pass(1);
    turn_wait(0);
}

static void serve_page_fetch(void)
{
    static uint8_t copy[PAGE];
    struct iovec here = {copy, PAGE}, there = {page, PAGE};

    turn_wait(1);
    if (call6(__NR_process_vm_readv, (uint64_t)other, at(&here), 1, at(&there), 1, 0) != PAGE)
        must(-1, "process_vm_readv");
    turn_pass(0);
}

static uint64_t map(uint64_t flags, int64_t file)
{
    return (uint64_t)must(
        call6(__NR_mmap, 0, PAGE, PROT_READ | PROT_WRITE, flags, (uint64_t)file, 0), "mmap");
}

static void touch_and_unmap(uint64_t address)
{
    // Safety: mapped just now.
    *(volatile uint8_t *)(uintptr_t)address = 1;
    must(call3(__NR_munmap, address, PAGE, 0), "munmap");
}

// A new page, which the kernel zeroes; and one that exists and has its contents already.
static void do_map_new(void)
{
    touch_and_unmap(map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1));
}

static void do_map_new_fault(void)
{
    touch_and_unmap(map(MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

static void do_map_old(void)
{
    touch_and_unmap(map(MAP_SHARED | MAP_POPULATE, memory));
}

static void do_map_old_fault(void)
{
    touch_and_unmap(map(MAP_SHARED, memory));
}

static void do_dup(void)
{
    int64_t copy = must(call3(__NR_dup, (uint64_t)request[READ_END], 0, 0), "dup");

    must(call3(__NR_close, (uint64_t)copy, 0, 0), "close");
}

static void on_fault(int number, void *info, void *context)
{
    struct ucontext *interrupted = context;

    (void)number;
    (void)info;
    interrupted->uc_mcontext.rip += FAULT_LENGTH;
}

static void do_fault(void)
{
    // Safety: nothing is mapped at 0; the handler goes on behind this instruction of two bytes.
    __asm__ volatile("movb %%al, (%0)" : : "r"(0l) : "memory");
}

static void prepare(void)
{
    struct action action = {on_fault, SA_SIGINFO | 0x04000000u /* SA_RESTORER */, signal_return, 0};

    must(call3(__NR_pipe, at(request), 0, 0), "pipe");
    must(call3(__NR_pipe, at(answer), 0, 0), "pipe");
    must(call6(__NR_socketpair, AF_UNIX_, SOCK_SEQPACKET_, 0, at(sockets), 0, 0), "socketpair");
    must(call6(__NR_rt_sigaction, SIGSEGV, at(&action), 0, sizeof action.mask, 0, 0), "sigaction");
    // Safety: mapped just now.
    shared = (volatile uint32_t *)(uintptr_t)map(MAP_SHARED | MAP_ANONYMOUS, -1);
    memory = must(call3(__NR_memfd_create, at("page"), 0, 0), "memfd_create");
    must(call3(__NR_ftruncate, (uint64_t)memory, PAGE, 0), "ftruncate");
}

// What this kernel says that it protects against on this processor.
static void say_protections(void)
{
    static const char *const names[] = {"meltdown", "spectre_v1", "spectre_v2",
                                        "spec_store_bypass"};
    static char path[64], text[256];

    (void)call3(__NR_mkdir, at("/sys"), 0755, 0);
    must(call6(__NR_mount, at("none"), at("/sys"), at("sysfs"), 0, 0, 0), "mount sysfs");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static const char folder[] = "/sys/devices/system/cpu/vulnerabilities/";
        size_t n = 0;

        for (const char *c = folder; *c; c++)
            path[n++] = *c;
        for (const char *c = names[i]; *c; c++)
            path[n++] = *c;
        path[n] = 0;
        int64_t file = must(call3(__NR_open, at(path), 0, 0), path);
        int64_t length = must(call3(__NR_read, (uint64_t)file, at(text), sizeof text - 1), path);
        text[length] = 0;
        say("protection ");
        say(names[i]);
        say(": ");
        say(text);
    }
}

static void measure_all(void)
{
    prepare();
    measure("null", do_null);
    measure("map + unmap new, populated", do_map_new);
    measure("map + unmap new, touched", do_map_new_fault);
    measure("map + unmap shared, populated", do_map_old);
    measure("map + unmap shared, touched", do_map_old_fault);
    measure("copy + delete", do_dup);
    measure("fault to handler and back", do_fault);
    measure_with("call by pipe", serve_pipe, do_pipe);
    measure_with("call of 6 words by pipe", serve_pipe_words, do_pipe_words);
    measure_with("call by futex", serve_futex, do_futex);
    measure_with("call of 6 words by seqpacket", serve_socket, do_socket);
    measure_with("page by pipe", serve_page_pipe, do_page_pipe);
    measure_with("page by vmsplice", serve_page_pipe, do_page_splice);
    measure_with("page by process_vm_readv", serve_page_fetch, do_page_fetch);
    say("bench end\n");
}

// The first process is special to the kernel (its faults are told on the console): a second one
// measures.
void init_main(uint64_t first_instruction)
{
    say_number("bench ", "start", first_instruction);
    say_protections();
    int64_t child = must(call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0), "clone");
    if (child == 0) {
        measure_all();
        (void)call3(__NR_exit_group, 0, 0, 0);
    }
    must(call6(__NR_wait4, (uint64_t)child, 0, 0, 0, 0, 0), "wait4");
    stop();
}
