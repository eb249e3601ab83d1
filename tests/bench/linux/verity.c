// SPDX-License-Identifier: GPL-3.0-or-later
// The only program of a Linux machine with an ext4 disk: what reading a page of a file costs, with
// and without fs-verity. It says `bench NAME TICKS`, for one page each; then the machine stops.
//
// While a disk is read the processor would stand still and the counted clock would jump. So a
// second process of the class that runs only when nothing else does counts its rounds, and they are
// taken off: what is left are the instructions that the kernel and this program executed.
#include "say.h"
#include <asm/errno.h>
#include <linux/fadvise.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/sched.h>

enum {
    ROUNDS = 5,
    PAGES = 1024, // of the file (tests/bench/verity.py)
    PAGE = 4096,
    WAIT_TIMES = 1000, // 10 ms each
    ROUND_INSTRUCTIONS = 2,
};

#define DISK    "/dev/nvme0n1"
#define SUBJECT "/disk/file"
#define MODULE  "/module" // may be there: another implementation of SHA-256

void init_main(uint64_t first_instruction);

static uint8_t page[PAGE] __attribute__((aligned(PAGE)));
static const int64_t pause[2] = {0, 10000000}; // seconds, nanoseconds
static volatile uint64_t *idle;                // rounds of the second process

static void idle_begin(void)
{
    static const int32_t priority;

    // Safety: mapped just now.
    idle = (volatile uint64_t *)(uintptr_t)must(call6(__NR_mmap, 0, PAGE, PROT_READ | PROT_WRITE,
                                                      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE,
                                                      (uint64_t)-1, 0),
                                                "mmap");
    if (must(call6(__NR_clone, 0, 0, 0, 0, 0, 0), "clone") != 0)
        return;
    must(call3(__NR_sched_setscheduler, 0, SCHED_IDLE, at(&priority)), "sched_setscheduler");
    // Safety: exactly ROUND_INSTRUCTIONS for each count, on a page of its own.
    __asm__ volatile("1: incq (%0)\n jmp 1b" : : "r"(idle) : "memory");
    __builtin_unreachable();
}

struct mark {
    uint64_t tick, idle;
};

static struct mark mark_now(void)
{
    return (struct mark){ticks(), *idle};
}

static uint64_t since(struct mark start)
{
    uint64_t now = ticks();

    return now - start.tick - (*idle - start.idle) * ROUND_INSTRUCTIONS;
}

static int64_t subject_open(void)
{
    return must(call3(__NR_open, at(SUBJECT), 0, 0), SUBJECT);
}

static void caches_drop(int64_t file)
{
    static const char path[] = "/proc/sys/vm/drop_caches";
    int64_t control = must(call3(__NR_open, at(path), 1, 0), path);

    (void)call3(__NR_sync, 0, 0, 0);
    must(call6(__NR_fadvise64, (uint64_t)file, 0, 0, POSIX_FADV_DONTNEED, 0, 0), "fadvise64");
    must(call3(__NR_write, (uint64_t)control, at("3"), 1), path);
    must(call3(__NR_close, (uint64_t)control, 0, 0), "close");
}

// Instructions for a page when all are read in order.
static uint64_t read_all(int64_t file)
{
    must(call3(__NR_lseek, (uint64_t)file, 0, 0), "lseek");
    struct mark start = mark_now();
    for (int i = 0; i < PAGES; i++)
        if (call3(__NR_read, (uint64_t)file, at(page), PAGE) != PAGE)
            must(-1, "a whole page of a file");
    return since(start) / PAGES;
}

static void measure(const char *cold, const char *warm)
{
    uint64_t best_cold = UINT64_MAX, best_warm = UINT64_MAX;
    int64_t file = subject_open();

    for (int round = 0; round < ROUNDS; round++) {
        caches_drop(file);
        uint64_t took = read_all(file);
        best_cold = took < best_cold ? took : best_cold;
        took = read_all(file);
        best_warm = took < best_warm ? took : best_warm;
    }
    must(call3(__NR_close, (uint64_t)file, 0, 0), "close");
    say_number("bench ", cold, best_cold);
    say_number("bench ", warm, best_warm);
}

// The tree is made from pages that are in memory already.
static void seal(void)
{
    static const struct fsverity_enable_arg how = {
        .version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256, .block_size = PAGE};
    int64_t file = subject_open();

    (void)read_all(file);
    struct mark start = mark_now();
    must(call3(__NR_ioctl, (uint64_t)file, FS_IOC_ENABLE_VERITY, at(&how)), "FS_IOC_ENABLE_VERITY");
    say_number("bench ", "enable", since(start) / PAGES);
    must(call3(__NR_close, (uint64_t)file, 0, 0), "close");
}

static void mount(const char *what, const char *where, const char *kind, uint64_t flags)
{
    (void)call3(__NR_mkdir, at(where), 0755, 0);
    must(call6(__NR_mount, at(what), at(where), at(kind), flags, 0, 0), where);
}

static void module_load(void)
{
    int64_t file = call3(__NR_open, at(MODULE), 0, 0);

    if (file >= 0)
        must(call3(__NR_finit_module, (uint64_t)file, at(""), 0), "the module");
}

// The kernel says which implementation it takes, if it is allowed to.
static void kernel_talks(void)
{
    static const char path[] = "/proc/sys/kernel/printk";
    int64_t control = must(call3(__NR_open, at(path), 1, 0), path);

    must(call3(__NR_write, (uint64_t)control, at("7"), 1), path);
}

// What the second process's rounds do not explain of a wait: how wrong the others may be.
static void measure_wait(void)
{
    struct mark start = mark_now();

    (void)call3(__NR_nanosleep, at(pause), 0, 0);
    say_number("bench ", "a wait of 10 ms", since(start));
}

static void disk_wait(void)
{
    for (int i = 0; i < WAIT_TIMES; i++) {
        int64_t file = call3(__NR_open, at(DISK), 0, 0);

        if (file >= 0) {
            must(call3(__NR_close, (uint64_t)file, 0, 0), "close");
            return;
        }
        (void)call3(__NR_nanosleep, at(pause), 0, 0);
    }
    must(-1, DISK);
}

// A byte that changes on the disk, past the file system, has to be found: else nothing was
// verified.
static void spoil(void)
{
    int64_t file = subject_open(), disk = must(call3(__NR_open, at(DISK), 2, 0), DISK);
    int32_t block = PAGES / 2;

    must(call3(__NR_ioctl, (uint64_t)file, FIBMAP, at(&block)), "FIBMAP");
    uint64_t place = (uint64_t)block * PAGE;
    must(call6(__NR_pread64, (uint64_t)disk, at(page), PAGE, place, 0, 0), "read of the disk");
    page[0] ^= 1;
    must(call6(__NR_pwrite64, (uint64_t)disk, at(page), PAGE, place, 0, 0), "write to the disk");
    must(call3(__NR_fsync, (uint64_t)disk, 0, 0), "fsync");
    caches_drop(file);
    if (call6(__NR_pread64, (uint64_t)file, at(page), PAGE, PAGES / 2 * PAGE, 0, 0) != -EIO)
        must(-1, "fs-verity, which read a changed page");
}

void init_main(uint64_t first_instruction)
{
    (void)first_instruction;
    mount("none", "/dev", "devtmpfs", 0);
    mount("none", "/proc", "proc", 0);
    disk_wait();
    mount(DISK, "/disk", "ext4", MS_NOATIME);
    module_load();
    kernel_talks();
    idle_begin();
    measure_wait();
    measure("plain, cold", "plain, warm");
    seal();
    measure("verified, cold", "verified, warm");
    spoil();
    say("bench end\n");
    stop();
}
