// SPDX-License-Identifier: GPL-3.0-or-later
// Devices' memory: where a capability for it can be mapped, and that the mapping ends with it. How
// each test was seen to fail stands above it.
#include "../test/bed.h"
#include "device.h"
#include "gen/device_methods.h"

enum { CELL = 100, ENDPOINT = 130, DEVICES = 6, MINE = 40, OTHER = 41 };
#define DEVICE_AT 0xfed00000u
#define KEPT_AT   0xfee00000u

static struct cell *root;
static struct thread *first, *driver;

static uint64_t on_first(cap_t object, uint64_t method, struct bed_args a)
{
    return bed_object(first, object, method, a);
}

// The driver's capability for `pages` pages of the device.
static cap_t give(uint64_t address, uint64_t pages)
{
    CHECK_EQ(on_first(handle_of(DEVICES), DEVICE_METHOD_NARROW, ARGS(address >> 12, pages, 150)),
             ERR_OK);
    CHECK_EQ(on_first(handle_of(CELL), CELL_METHOD_MOVE, ARGS(first->regs.w[0], MINE)), ERR_OK);
    return first->regs.w[0];
}

static void setup(void)
{
    root = host_boot(2048);
    first = bed_first(root);
    cap_make(cap_root, &root->slots[DEVICES], OBJECT_DEVICE, 0, 1 << 28,
             RIGHT_ALL & ~RIGHT_EXECUTE);
    driver = bed_cell(first, CELL, 4, 100);
}

static pte_t *entry(vaddr_t address)
{
    return space_entry(driver->cell, address);
}

static uint64_t map(cap_t c, vaddr_t at, uint32_t access)
{
    return bed_object(driver, c, DEVICE_METHOD_MAP, ARGS(at, access));
}

// Seen to fail: without PTE_UNCACHED; without PTE_NO_EXECUTE; device_map without is_kept.
static void mapped(void)
{
    const vaddr_t at = CELL_WINDOW_BASE + BED_WINDOW_PAGES * PAGE_SIZE;
    cap_t c;

    setup();
    c = give(DEVICE_AT, 2);
    CHECK_EQ(map(c, at, ACCESS_READ | ACCESS_EXECUTE), ERR_DENIED);
    CHECK_EQ(map(c, at, ACCESS_WRITE), ERR_BAD_ARGUMENT);
    CHECK_EQ(map(c, BED_HEAP, ACCESS_READ), ERR_EXISTS);
    CHECK_EQ(map(c, 0xa0000000, ACCESS_READ), ERR_BAD_ADDRESS);
    CHECK_EQ(map(c, 0xffff800000000000, ACCESS_READ), ERR_BAD_ADDRESS);
    CHECK_EQ(map(c, at, ACCESS_READ | ACCESS_WRITE), ERR_OK);
    CHECK_EQ(*entry(at + PAGE_SIZE), (DEVICE_AT + PAGE_SIZE) | PTE_PRESENT | PTE_WRITE | PTE_USER |
                                         PTE_UNCACHED | PTE_NO_EXECUTE);
    CHECK_EQ(map(c, at + 4 * PAGE_SIZE, ACCESS_READ), ERR_EXISTS); // once
    CHECK_EQ(bed_object(driver, c, DEVICE_METHOD_UNMAP, ARGS(0)), ERR_OK);
    CHECK_EQ(bed_object(driver, c, DEVICE_METHOD_UNMAP, ARGS(0)), ERR_NOT_FOUND);
    CHECK_EQ(*entry(at), 0);
    CHECK_EQ(map(c, at, ACCESS_READ), ERR_OK);
    CHECK(!(*entry(at) & PTE_WRITE));
    host_shutdown();
    setup();
    CHECK_EQ(map(give(KEPT_AT - PAGE_SIZE, 2), at, ACCESS_READ), ERR_DENIED); // its last page
    host_shutdown();
    setup();
    CHECK_EQ(map(give(DEVICE_AT, DEVICE_PAGES_MAX + 1), at, ACCESS_READ), ERR_TOO_LARGE);
    host_shutdown();
}

enum loss { DELETE, MOVE, REVOKE, LOSSES };

// Seen to fail: cap_delete, cap_move without device_cut.
static void cut(enum loss what)
{
    const vaddr_t at = CELL_WINDOW_BASE + BED_WINDOW_PAGES * PAGE_SIZE;
    cap_t c;

    setup();
    c = give(DEVICE_AT, 1);
    CHECK_EQ(map(c, at, ACCESS_READ), ERR_OK);
    this_cpu()->top = driver->cell->top;
    if (what == DELETE)
        CHECK_EQ(bed_object(driver, CAP_SELF, CELL_METHOD_DELETE, ARGS(c)), ERR_OK);
    else if (what == MOVE)
        CHECK_EQ(bed_object(driver, CAP_SELF, CELL_METHOD_MOVE, ARGS(c, OTHER)), ERR_OK);
    else
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(DEVICES))), ERR_OK);
    CHECK_EQ(*entry(at), 0);
    CHECK_EQ(map(c, at, ACCESS_READ), ERR_BAD_CAPABILITY);
    host_shutdown();
}

// It is neither lent nor moved nor derived nor passed on. Seen to fail: lease_differs without
// PTE_UNCACHED; cap_may_derive without OBJECT_DEVICE.
static void kept_to_itself(void)
{
    const vaddr_t at = CELL_WINDOW_BASE + BED_WINDOW_PAGES * PAGE_SIZE;
    cap_t c, to;

    setup();
    c = give(DEVICE_AT, 1);
    CHECK_EQ(map(c, at, ACCESS_READ | ACCESS_WRITE), ERR_OK);
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(ENDPOINT)),
             ERR_OK);
    to = bed_grant(first, CELL, handle_of(ENDPOINT), OTHER, RIGHT_WRITE, ~0ull, 0);
    CHECK_EQ(on_first(handle_of(5), THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE, 1)),
             ERR_BAD_ADDRESS);
    CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_RESERVE, ARGS(CELL_WINDOW_BASE, 1)), ERR_OK);
    CHECK_EQ(on_first(handle_of(5), THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE, 1)), ERR_OK);
    for (enum sys_lease kind = LEASE_LEND; kind <= LEASE_LEND_MUT; kind++) {
        bed_syscall(first, call_word(SYS_RECV, 0, 0), handle_of(ENDPOINT), ARGS(0));
        CHECK_EQ(first->state, THREAD_RECEIVING);
        driver->regs.r12 = at | 1;
        CHECK_EQ(bed_syscall(driver, call_word(SYS_CALL, 1, kind), to, ARGS(0)), ERR_BAD_ADDRESS);
        driver->regs.r13 = c;
        CHECK_EQ(bed_syscall(driver, call_word(SYS_CALL, 1, 0) | CALL_CAP, to, ARGS(0)),
                 ERR_BAD_ARGUMENT);
        endpoint_leave(first);
        sched_ready(first);
    }
    CHECK_EQ(bed_object(driver, CAP_SELF, CELL_METHOD_DERIVE, ARGS(c, 50, RIGHT_ALL, ~0ull)),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_object(driver, c, DEVICE_METHOD_NARROW, ARGS(0, 2, 50)), ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_object(driver, c, DEVICE_METHOD_NARROW, ARGS(1, 1, 50)), ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_object(driver, c, DEVICE_METHOD_NARROW, ARGS(0, 1, 50)), ERR_OK);
    CHECK_EQ(driver->cell->slots[50].identity, 0); // a mapping is not narrowed along
    host_shutdown();
}

// The driver's cell ends. Seen to fail: cap_delete without device_cut (cell_reap_table looks for a
// record of a page that has none).
static void driver_dies(void)
{
    struct cell *cell;

    setup();
    CHECK_EQ(map(give(DEVICE_AT, 1), CELL_WINDOW_BASE + BED_WINDOW_PAGES * PAGE_SIZE, ACCESS_READ),
             ERR_OK);
    cell = driver->cell;
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_DELETE, ARGS(handle_of(CELL + i))), ERR_OK);
    CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
    CHECK_EQ(frame_of_kernel(cell)->use, FRAME_FREE);
    CHECK(!cap_has_child(&root->slots[DEVICES])); // it can be given again
    host_shutdown();
}

int main(void)
{
    device_keep(KEPT_AT, 1);
    mapped();
    for (int what = 0; what < LOSSES; what++)
        cut((enum loss)what);
    kept_to_itself();
    driver_dies();
    return unit_done();
}
