// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/libc.h"
#include "gen/entropy.h"
#include "os/heap.h"
#include "os/ipc.h"
#include "os/stream.h"
#include "os/syscall.h"
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

enum {
    ARGUMENTS = 6,
    RANDOM_PIECE = 256,
    NSEC_PER_SEC = 1000000000,
    SET_FS = 0x1002, // ARCH_SET_FS of Linux's arch_prctl(2)
};

static long fd_stream(long fd)
{
    return fd == 1 ? STREAM_OUT : fd == 2 ? STREAM_ERROR : -EBADF;
}

static long do_write(const long *a)
{
    long stream = fd_stream(a[0]);
    if (stream < 0)
        return stream;
    stream_write((int)stream, (const char *)a[1], (size_t)a[2]);
    return a[2];
}

static long do_writev(const long *a)
{
    const struct iovec *pieces = (const struct iovec *)a[1];
    long stream = fd_stream(a[0]);
    long total = 0;
    if (stream < 0)
        return stream;
    for (long i = 0; i < a[2]; i++) {
        stream_write((int)stream, pieces[i].iov_base, pieces[i].iov_len);
        total += (long)pieces[i].iov_len;
    }
    return total;
}

// Standard output says that it is a terminal, so that stdio sends each line when it is complete: a
// service never exits, and a full buffer would come too late for whoever reads the log.
static long do_ioctl(const long *a)
{
    if (fd_stream(a[0]) < 0 || a[1] != TIOCGWINSZ)
        return -ENOTTY;
    *(struct winsize *)a[2] = (struct winsize){0};
    return 0;
}

static struct heap *heap_get(void)
{
    static struct heap heap;
    static bool begun;
    if (!begun) {
        // Safety: the steward mapped heap_pages pages there, read and write, all zero.
        heap_begin(&heap, (void *)start_page()->heap, start_page()->heap_pages);
        begun = true;
    }
    return &heap;
}

static size_t pages_of(long size)
{
    return (size_t)size / PAGE_SIZE + ((size_t)size % PAGE_SIZE != 0);
}

static long do_mmap(const long *a)
{
    void *address;
    if ((a[2] & PROT_EXEC) != 0)
        return -EPERM; // W^X: memory is never made executable
    if ((a[3] & MAP_ANONYMOUS) == 0 || (a[3] & MAP_FIXED) != 0 || a[1] <= 0)
        return -EINVAL;
    if (heap_take(heap_get(), pages_of(a[1]), &address) != ERR_OK)
        return -ENOMEM;
    return (long)address;
}

static long do_munmap(const long *a)
{
    err_t err = a[1] <= 0 ? ERR_BAD_ARGUMENT : heap_give(heap_get(), (void *)a[0], pages_of(a[1]));
    return err == ERR_OK ? 0 : -EINVAL;
}

// There is no trusted time of day: every clock counts from boot.
static long do_clock_gettime(const long *a)
{
    nsec_t now = sys_now();
    *(struct timespec *)a[1] = (struct timespec){.tv_sec = (time_t)(now / NSEC_PER_SEC),
                                                 .tv_nsec = (long)(now % NSEC_PER_SEC)};
    return 0;
}

static long do_getrandom(const long *a)
{
    uint8_t *data = (uint8_t *)a[0];
    size_t size = (size_t)a[1];
    for (size_t done = 0; done < size;) {
        size_t piece = size - done < RANDOM_PIECE ? size - done : RANDOM_PIECE;
        size_t got = 0;
        err_t err = entropy_random(data + done, piece, &got);
        if (err != ERR_OK)
            return err == ERR_DENIED ? -ENOSYS : -EAGAIN;
        done += got;
    }
    return (long)size;
}

// Thread-local storage. The kernel lets cells set their own FS base.
static long do_arch_prctl(const long *a)
{
    if (a[0] != SET_FS)
        return -EINVAL;
    // Safety: CR4.FSGSBASE is on; the base is kept across switches and used by this cell only.
    __asm__ volatile("wrfsbase %0" : : "r"(a[1]) : "memory");
    return 0;
}

static long do_thread_id(const long *a)
{
    (void)a;
    return 1;
}

static long do_exit(const long *a)
{
    stream_flush();
    sys_exit((uint64_t)a[0]);
}

long __os_syscall(long n, ...)
{
    static const struct {
        long number;
        long (*call)(const long a[ARGUMENTS]);
    } table[] = {
        {SYS_write,           do_write        },
        {SYS_writev,          do_writev       },
        {SYS_ioctl,           do_ioctl        },
        {SYS_mmap,            do_mmap         },
        {SYS_munmap,          do_munmap       },
        {SYS_clock_gettime,   do_clock_gettime},
        {SYS_getrandom,       do_getrandom    },
        {SYS_arch_prctl,      do_arch_prctl   },
        {SYS_set_tid_address, do_thread_id    },
        {SYS_gettid,          do_thread_id    },
        {SYS_exit,            do_exit         },
        {SYS_exit_group,      do_exit         },
    };
    long a[ARGUMENTS];
    va_list list;
    va_start(list, n);
    for (int i = 0; i < ARGUMENTS; i++)
        a[i] = va_arg(list, long); // callers pass all six
    va_end(list);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].number == n)
            return table[i].call(a);
    return -ENOSYS;
}
