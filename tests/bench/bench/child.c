// SPDX-License-Identifier: GPL-3.0-or-later
#include "child.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include <string.h>

#define CHILD_CODE __attribute__((section(".text.entry"), no_stack_protector))
#define WORK_BASE  0x0000000090000000u // where the child's code is filled in

enum {
    CODE_PAGES = 2,
    STACK_PAGES = 2,
    CHILD_SLOTS = 64,
    CHILD_TABLES = 6,
    SLOT_ENDPOINT = 1,
    WINDOW_PAGES = 256
};

CHILD_CODE void child_serve(uint64_t endpoint)
{
    struct syscall s = {.word = (uint64_t)SYS_RECV << CALL_OP_SHIFT, .target = endpoint};

    for (;;) {
        syscall_enter(&s);
        s.word = (uint64_t)SYS_REPLY_RECV << CALL_OP_SHIFT;
        s.target = endpoint;
    }
}

CHILD_CODE void child_fault(uint64_t unused)
{
    (void)unused;
    // Safety: the instruction that is defined to be undefined; the supervisor lets it run again.
    for (;;)
        __asm__ volatile("ud2");
}

static err_t area(struct child *c, uint64_t address, uint64_t pages, uint32_t access,
                  const void *fill)
{
    cap_t frame;
    err_t err = cell_reserve(c->cell, address, pages);

    if (err == ERR_OK)
        err = untyped_retype_frame(start_page()->untyped, child_slot(), pages, &frame);
    if (err == ERR_OK && fill) {
        err = frame_map(frame, CAP_SELF, WORK_BASE, ACCESS_READ | ACCESS_WRITE);
        if (err != ERR_OK)
            return err;
        // Safety: mapped just now.
        memcpy((void *)(uintptr_t)WORK_BASE, fill, pages * PAGE_SIZE);
        err = frame_unmap(frame);
    }
    return err == ERR_OK ? frame_map(frame, c->cell, address, access) : err;
}

static err_t parts(struct child *c, cap_t endpoint, uint32_t rights, cap_t supervisor)
{
    err_t err = cell_reserve(CAP_SELF, WORK_BASE, CODE_PAGES);

    if (err == ERR_OK)
        err = area(c, CELL_CODE_BASE, CODE_PAGES, ACCESS_READ | ACCESS_EXECUTE,
                   (const void *)CELL_CODE_BASE);
    if (err == ERR_OK)
        err = area(c, CELL_STACK_TOP - STACK_PAGES * PAGE_SIZE, STACK_PAGES,
                   ACCESS_READ | ACCESS_WRITE, NULL);
    if (err == ERR_OK)
        err = cell_reserve(c->cell, CELL_WINDOW_BASE, WINDOW_PAGES);
    if (err == ERR_OK)
        err = cell_derive(c->cell, endpoint, SLOT_ENDPOINT, rights, ~0ull, 0, 0, &c->endpoint);
    if (err == ERR_OK && supervisor)
        err = cell_supervise(c->cell, supervisor);
    return err;
}

err_t child_make(struct child *c, void (*run)(uint64_t), cap_t endpoint, uint32_t rights,
                 cap_t supervisor)
{
    cap_t memory = start_page()->untyped;
    err_t err = untyped_retype_cell(memory, child_slot(), CHILD_SLOTS, CHILD_TABLES, &c->cell);

    if (err == ERR_OK)
        err = untyped_retype_thread(memory, child_slot(), &c->thread);
    if (err == ERR_OK)
        err = parts(c, endpoint, rights, supervisor);
    if (err == ERR_OK)
        err = thread_start(c->thread, c->cell, (uint64_t)(uintptr_t)run, CELL_STACK_TOP - 8,
                           c->endpoint, 100, 0);
    return err == ERR_OK ? thread_window(c->thread, CELL_WINDOW_BASE, WINDOW_PAGES) : err;
}
