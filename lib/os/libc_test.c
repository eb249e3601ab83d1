// SPDX-License-Identifier: GPL-3.0-or-later
// What musl asks for, natively: the log, the entropy service, the clock and the heap are fakes.
#include "abi/layout.h"
#include "gen/entropy.h"
#include "gen/log.h"
#include "os/ipc.h"
#include "os/libc.h"
#include "os/syscall.h"
#include "tests/unit.h"
#include <errno.h>
#include <setjmp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

enum { HEAP_PAGES = 64 };

static struct start_info start = {.heap_pages = HEAP_PAGES};
static char logged[4096];
static err_t entropy_error;
static jmp_buf out;
static uint64_t status;

const struct start_info *start_page(void)
{
    return &start;
}

err_t log_write(const uint8_t *text, size_t size)
{
    CHECK(size <= LOG_WRITE_TEXT_SIZE);
    snprintf(logged + strlen(logged), sizeof logged - strlen(logged), "%.*s|", (int)size,
             (const char *)text);
    return ERR_OK;
}

err_t entropy_random(uint8_t *data, size_t size, size_t *length)
{
    *length = size > 100 ? 100 : size;
    memset(data, 0x5a, *length);
    return entropy_error;
}

nsec_t sys_now(void)
{
    return 12345678901;
}

_Noreturn void sys_exit(uint64_t code)
{
    status = code;
    longjmp(out, 1);
}

static long call(long n, long a, long b, long c, long d)
{
    return __os_syscall(n, a, b, c, d, -1L, 0L);
}

static void test_output(void)
{
    static char big[600];
    logged[0] = '\0';
    CHECK_EQ(call(SYS_write, 1, (long)"one\ntw", 6, 0), 6);
    CHECK(strcmp(logged, "one|") == 0);
    struct iovec pieces[] = {
        {"o",     1},
        {"",      0},
        {"\n\nx", 3}
    };
    CHECK_EQ(call(SYS_writev, 1, (long)pieces, 3, 0), 4);
    CHECK(strcmp(logged, "one|two||") == 0);
    CHECK_EQ(call(SYS_write, 2, (long)"err\n", 4, 0), 4); // streams do not mix
    CHECK(strcmp(logged, "one|two||err|") == 0);
    CHECK_EQ(call(SYS_write, 3, (long)"no", 2, 0), -EBADF);
    logged[0] = '\0';
    memset(big, 'b', sizeof big);
    CHECK_EQ(call(SYS_write, 2, (long)big, sizeof big, 0), sizeof big);
    CHECK_EQ(strlen(logged), 513); // the log's longest line, then the rest waits
    struct winsize size;
    CHECK_EQ(call(SYS_ioctl, 1, TIOCGWINSZ, (long)&size, 0), 0);
    CHECK_EQ(call(SYS_ioctl, 0, TIOCGWINSZ, (long)&size, 0), -ENOTTY);
}

static void test_memory(void)
{
    void *area = mmap(NULL, HEAP_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(area != MAP_FAILED);
    start.heap = (uintptr_t)area;
    const long flags = MAP_PRIVATE | MAP_ANONYMOUS;
    long p = call(SYS_mmap, 0, 5000, PROT_READ | PROT_WRITE, flags);
    CHECK_EQ(p, (uintptr_t)area + PAGE_SIZE);
    CHECK_EQ(call(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, flags), -EPERM);
    CHECK_EQ(call(SYS_mmap, p, 4096, PROT_READ, flags | MAP_FIXED), -EINVAL);
    CHECK_EQ(call(SYS_mmap, 0, 0, PROT_READ, flags), -EINVAL);
    CHECK_EQ(call(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE), -EINVAL); // a file
    CHECK_EQ(call(SYS_mmap, 0, 1L << 40, PROT_READ, flags), -ENOMEM);
    CHECK_EQ(call(SYS_munmap, p, 5000, 0, 0), 0);
    CHECK_EQ(call(SYS_munmap, p, 5000, 0, 0), -EINVAL);
    CHECK_EQ(call(SYS_mmap, 0, 4096, PROT_READ, flags), p);
}

static void test_others(void)
{
    struct timespec ts;
    uint8_t random[301] = {0};
    CHECK_EQ(call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&ts, 0, 0), 0);
    CHECK_EQ(ts.tv_sec, 12);
    CHECK_EQ(ts.tv_nsec, 345678901);
    CHECK_EQ(call(SYS_getrandom, (long)random, 300, 0, 0), 300);
    CHECK(random[0] == 0x5a && random[299] == 0x5a && random[300] == 0);
    entropy_error = ERR_DENIED;
    CHECK_EQ(call(SYS_getrandom, (long)random, 300, 0, 0), -ENOSYS);
    entropy_error = ERR_BAD_STATE;
    CHECK_EQ(call(SYS_getrandom, (long)random, 300, 0, 0), -EAGAIN);
    CHECK_EQ(call(SYS_set_tid_address, 0, 0, 0, 0), 1);
    CHECK_EQ(call(SYS_arch_prctl, 0, 0, 0, 0), -EINVAL);
    CHECK_EQ(call(SYS_openat, 0, 0, 0, 0), -ENOSYS);
    CHECK_EQ(call(-1, 0, 0, 0, 0), -ENOSYS);
}

int main(void)
{
    test_output();
    test_memory();
    test_others();
    logged[0] = '\0';
    CHECK_EQ(call(SYS_write, 1, (long)"last", 4, 0), 4);
    if (setjmp(out) == 0)
        call(SYS_exit_group, 3, 0, 0, 0);
    CHECK_EQ(status, 3);
    CHECK(strstr(logged, "last|") != NULL);
    return unit_done();
}
