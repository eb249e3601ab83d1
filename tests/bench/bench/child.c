// SPDX-License-Identifier: GPL-3.0-or-later
#include "child.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "tests/cells/code.h"
#include <string.h>

#define CHILD_CODE      __attribute__((section(".text.entry"), no_stack_protector))
#define CHILD_STACK_TOP 0x0000000040000000u
#define WORK_BASE       0x0000000090000000u // where the child's code is filled in

enum {
    CODE_PAGES = 2,
    STACK_PAGES = 2,
    CHILD_SLOTS = 64,
    CHILD_TABLES = 10,
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

// An unmapped frame with these pages.
static err_t filled(uint64_t pages, const void *content, cap_t *frame)
{
    err_t err = untyped_retype_frame(start_page()->untyped, child_slot(), pages, frame);

    if (err == ERR_OK)
        err = frame_map(*frame, CAP_SELF, WORK_BASE, ACCESS_READ | ACCESS_WRITE);
    if (err != ERR_OK)
        return err;
    // Safety: mapped just now.
    memcpy((void *)(uintptr_t)WORK_BASE, content, pages * PAGE_SIZE);
    return frame_unmap(*frame);
}

static err_t stack(const struct child *c)
{
    const uint64_t base = CHILD_STACK_TOP - STACK_PAGES * PAGE_SIZE;
    cap_t frame;
    err_t err = cell_reserve(c->cell, base, STACK_PAGES);

    if (err == ERR_OK)
        err = untyped_retype_frame(start_page()->untyped, child_slot(), STACK_PAGES, &frame);
    return err == ERR_OK ? frame_map(frame, c->cell, base, ACCESS_READ | ACCESS_WRITE) : err;
}

// Of the program's own first pages, which hold the section .text.entry.
static uint8_t leaves[CODE_PAGES][CODE_HASH];

static uint64_t code_begin(void)
{
    return (uint64_t)(uintptr_t)child_serve & -(uint64_t)PAGE_SIZE;
}

// The code root is that of these pages alone: whoever may make cells may say what code they run.
static err_t authorise(const struct child *c)
{
    uint64_t root[4];

    for (uint32_t i = 0; i < CODE_PAGES; i++)
        code_leaf_of((const void *)(uintptr_t)(code_begin() + i * PAGE_SIZE), i, CODE_TEXT,
                     leaves[i]);
    code_node_of(leaves[0], leaves[1], (uint8_t *)root);
    return cell_authorise(c->cell, code_begin(), CODE_PAGES, root[0], root[1], root[2], root[3]);
}

static err_t code(struct child *c)
{
    static uint8_t proof[CODE_HASH] __attribute__((aligned(CODE_HASH)));
    cap_t frame;
    err_t err = cell_reserve(c->cell, code_begin(), CODE_PAGES);

    if (err == ERR_OK)
        err = authorise(c);
    if (err == ERR_OK)
        err = filled(CODE_PAGES, (const void *)(uintptr_t)code_begin(), &frame);
    for (uint32_t i = 0; i < CODE_PAGES && err == ERR_OK; i++) {
        memcpy(proof, leaves[1 - i], CODE_HASH);
        err = frame_seal(frame, c->cell, i, i, CODE_TEXT, (uint64_t)(uintptr_t)proof, 1);
    }
    return err;
}

static err_t parts(struct child *c, cap_t endpoint, uint32_t rights, cap_t supervisor)
{
    err_t err = cell_reserve(CAP_SELF, WORK_BASE, CODE_PAGES);

    if (err == ERR_OK)
        err = code(c);
    if (err == ERR_OK)
        err = stack(c);
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
        err = thread_start(c->thread, c->cell, (uint64_t)(uintptr_t)run, CHILD_STACK_TOP - 8,
                           c->endpoint, 100, 0);
    return err == ERR_OK ? thread_window(c->thread, CELL_WINDOW_BASE, WINDOW_PAGES) : err;
}
