// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake.h"
#include "abi/consent.h"
#include "abi/syscall.h"
#include "gen/budget.h"
#include "gen/cell.h"
#include "gen/device.h"
#include "gen/frame.h"
#include "gen/interrupt.h"
#include "gen/port.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/random.h"
#include "os/syscall.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct fake_kernel kernel;

// What stands in the steward's table, by slot. What was moved out of it keeps its parent here until
// somebody else gets the slot; frames keep theirs themselves.
static struct {
    cap_t parent;
    bool there;
    uint64_t pages, carved; // of memory
} made[STEWARD_SLOTS];

enum { IMAGE_PAGE = 8, IMAGE_STRIDE = 6, PLAN_PAGE = 2, GRANTS = 4 };

// Every byte of the image's page n is `first` + n; then the tree, and two relocations.
static void image_put(struct fake_bundle *b, struct bundle_entry *e, uint32_t at, uint8_t first)
{
    static const uint32_t pages[BUNDLE_PARTS] = {2, 1, 1, 1};
    static const uint32_t relocs[FAKE_RELOCS] = {FAKE_RELOC_TABLE, FAKE_RELOC_DATA};
    uint8_t *payload = b->bytes + BUNDLE_HEADER_SIZE;
    for (unsigned i = 0; i < BUNDLE_PARTS; i++) {
        e->part[i] = (struct bundle_span){at, pages[i] * PAGE_SIZE};
        for (uint32_t k = 0; k < pages[i]; k++, at += PAGE_SIZE)
            memset(payload + at, first++, PAGE_SIZE);
    }
    e->bss_pages = 2;
    e->start = 16;
    e->tree = (struct bundle_span){at, FAKE_TREE * CODE_HASH};
    for (unsigned i = 0; i < FAKE_TREE; i++)
        memset(payload + at + i * CODE_HASH, (int)(0x80 + i), CODE_HASH);
    memset(e->root, 0x80 + FAKE_TREE - 1, CODE_HASH);
    e->relocs = (struct bundle_span){at + FAKE_TREE * CODE_HASH, sizeof relocs};
    memcpy(payload + e->relocs.offset, relocs, sizeof relocs);
}

static void cell_put(struct fake_bundle *b, uint32_t i, const char *name, uint32_t service,
                     uint32_t priority)
{
    struct plan_cell *c = &b->cells[i];
    strcpy(c->name, name);
    strcpy(c->app_id, name);
    c->image = i;
    c->service = service;
    c->priority = priority;
    c->heap_pages = 3;
    c->stack_pages = 4;
    c->slots = 128;
    struct bundle_entry *e = &b->entries[i];
    strcpy(e->name, name);
    e->kind = BUNDLE_CELL;
    image_put(b, e, (IMAGE_PAGE + i * IMAGE_STRIDE) * PAGE_SIZE, (uint8_t)(i * 16 + 1));
}

struct house fake_house(const struct bundle_view *v, struct memory *memory, uint32_t untyped,
                        cap_t endpoints[START_SERVICES])
{
    static const uint8_t seed[BOOT_SEED_SIZE];
    memory_begin(memory, untyped);
    for (uint32_t i = 0; i < START_SERVICES; i++)
        endpoints[i] = 1000 + i;
    return (struct house){.view = v, .memory = memory, .endpoints = endpoints, .seed = seed};
}

struct plan_grant fake_grant(const struct fake_bundle *b, uint32_t i)
{
    struct plan_grant g;
    memcpy(&g, b->grants + i * sizeof g, sizeof g);
    return g;
}

void fake_grant_put(struct fake_bundle *b, uint32_t i, const struct plan_grant *g)
{
    memcpy(b->grants + i * sizeof *g, g, sizeof *g);
}

void fake_bundle_make(struct fake_bundle *b)
{
    memset(b, 0, sizeof *b);
    b->header = (struct bundle_header *)b->bytes;
    b->entries = (struct bundle_entry *)(b->bytes + BUNDLE_HEADER_SIZE);
    b->plan = (struct plan *)(b->bytes + BUNDLE_HEADER_SIZE + PLAN_PAGE * PAGE_SIZE);
    b->ceiling = (struct plan_ceiling *)(b->plan + 1);
    b->cells = (struct plan_cell *)(b->ceiling + 1);
    b->grants = (uint8_t *)(b->cells + FAKE_CELLS);
    *b->header = (struct bundle_header){.magic = BUNDLE_MAGIC,
                                        .format = BUNDLE_FORMAT,
                                        .entry_count = FAKE_CELLS + 1,
                                        .payload_pages = FAKE_PAGES - 1};
    *b->plan = (struct plan){.magic = PLAN_MAGIC,
                             .version = PLAN_VERSION,
                             .cell_count = FAKE_CELLS,
                             .grant_count = GRANTS};
    cell_put(b, FAKE_STEWARD, "steward", 1, 250);
    cell_put(b, FAKE_CONSOLE, "console", 2, 200);
    cell_put(b, FAKE_LOG, "log", 3, 210);
    cell_put(b, FAKE_ENTROPY, "entropy", 5, 190);
    cell_put(b, FAKE_APP, "app", 0, 100);
    b->cells[FAKE_CONSOLE].ports[0] = (struct plan_ports){0x3f8, 8};
    b->cells[FAKE_CONSOLE].mmio[0] = (struct plan_mmio){0xfed00, 1};
    b->cells[FAKE_CONSOLE].interrupts[0] = 4 + 1;
    b->cells[FAKE_CONSOLE].flags = PLAN_RESTART;
    b->cells[FAKE_LOG].flags = PLAN_RESTART;
    b->cells[FAKE_ENTROPY].flags = PLAN_SEED | PLAN_FPU;
    b->cells[FAKE_APP].flags = PLAN_APP | PLAN_FPU | PLAN_SECRET;
    b->cells[FAKE_APP].budget_us = 2000;
    b->cells[FAKE_APP].period_us = 10000;
    strcpy(b->cells[FAKE_APP].argument, "hello");
    const struct plan_grant grants[GRANTS] = {
        {FAKE_CONSOLE, 3, 1 << 1,          0              },
        {FAKE_LOG,     1, 1 << 1 | 1 << 4, 0              },
        {FAKE_APP,     3, 1 << 1,          0              },
        {FAKE_APP,     5, 1 << 2,          1 << 1 | 1 << 3}
    };
    for (uint32_t i = 0; i < GRANTS; i++)
        fake_grant_put(b, i, &grants[i]);
    b->entries[FAKE_CELLS] = (struct bundle_entry){
        .name = "plan", .kind = BUNDLE_PLAN, .part = {{PLAN_PAGE * PAGE_SIZE, PAGE_SIZE}}};
}

void fake_kernel_reset(void)
{
    for (uint32_t i = 0; i < kernel.frame_count; i++)
        if (kernel.frames[i].mapped && kernel.frames[i].cell == CAP_SELF)
            munmap((void *)kernel.frames[i].address, kernel.frames[i].pages * PAGE_SIZE);
    for (uint32_t i = 0; i < kernel.frame_count; i++)
        free(kernel.frames[i].memory);
    munmap((void *)(uintptr_t)STEWARD_WORK_BASE, (size_t)STEWARD_WORK_PAGES * PAGE_SIZE);
    kernel = (struct fake_kernel){0};
    memset(made, 0, sizeof made);
}

const struct fake_frame *fake_mapped(uint64_t address)
{
    for (uint32_t i = 0; i < kernel.frame_count; i++)
        if (kernel.frames[i].mapped && kernel.frames[i].cell != CAP_SELF &&
            kernel.frames[i].address == address)
            return &kernel.frames[i];
    return NULL;
}

const struct fake_seal *fake_sealed(uint64_t address)
{
    for (uint32_t i = 0; i < kernel.seal_count; i++)
        if (kernel.seals[i].address == address)
            return &kernel.seals[i];
    return NULL;
}

// Whether this call is the one that is to fail.
static err_t next_call(void)
{
    return ++kernel.calls == kernel.fail_at ? ERR_NO_MEMORY : ERR_OK;
}

static bool below(cap_t handle, cap_t ancestor)
{
    for (; handle > CAP_SELF && slot_of(handle) >= INIT_FREE; handle = made[slot_of(handle)].parent)
        if (made[slot_of(handle)].parent == ancestor)
            return true;
    return false;
}

static err_t object_new(cap_t self, uint32_t slot, uint64_t pages, cap_t *handle)
{
    err_t err = next_call();
    const uint32_t from = slot_of(self);
    if (err == ERR_OK && from >= INIT_FREE && made[from].carved + pages > made[from].pages)
        err = ERR_NO_MEMORY;
    if (err != ERR_OK)
        return err;
    made[from].carved += pages;
    kernel.objects++;
    if (self == kernel.piece)
        kernel.carved += pages;
    *handle = (cap_t)1 << 32 | slot;
    made[slot].parent = self;
    made[slot].there = true;
    made[slot].pages = made[slot].carved = 0;
    return ERR_OK;
}

err_t untyped_retype_untyped(cap_t self, uint32_t slot, uint64_t pages, uint32_t rights,
                             cap_t *handle)
{
    (void)rights;
    err_t err = object_new(self, slot, pages, handle);
    if (err == ERR_OK && slot_of(self) < INIT_FREE) {
        kernel.piece = *handle;
        kernel.piece_pages = pages;
        kernel.carved = 0;
    }
    if (err == ERR_OK)
        made[slot].pages = pages;
    return err;
}

err_t untyped_retype_frame(cap_t self, uint32_t slot, uint64_t pages, cap_t *handle)
{
    if (pages > STEWARD_WORK_PAGES)
        return ERR_BAD_ARGUMENT;
    err_t err = object_new(self, slot, pages, handle);
    if (err == ERR_OK)
        kernel.frames[kernel.frame_count++] = (struct fake_frame){
            .handle = *handle, .from = self, .pages = pages, .memory = calloc(pages, PAGE_SIZE)};
    return err;
}

err_t untyped_retype_cell(cap_t self, uint32_t slot, uint32_t slots, uint32_t tables, cap_t *handle)
{
    err_t err = object_new(self, slot, 2 + slots * 64u / PAGE_SIZE + tables, handle);
    if (err == ERR_OK) {
        kernel.cell = *handle;
        kernel.code_pages = 0;
    }
    return err;
}

err_t untyped_retype_thread(cap_t self, uint32_t slot, cap_t *handle)
{
    return object_new(self, slot, 1, handle);
}

err_t untyped_retype_endpoint(cap_t self, uint32_t slot, cap_t *handle)
{
    return object_new(self, slot, 0, handle);
}

err_t untyped_retype_signal(cap_t self, uint32_t slot, cap_t *handle)
{
    return object_new(self, slot, 0, handle);
}

err_t untyped_retype_budget(cap_t self, uint32_t slot, cap_t *handle)
{
    return object_new(self, slot, 0, handle);
}

err_t untyped_info(cap_t self, uint64_t *pages, uint64_t *left)
{
    const bool piece = slot_of(self) >= INIT_FREE;
    *pages = piece ? made[slot_of(self)].pages : 1000;
    *left = piece ? *pages - made[slot_of(self)].carved : 100;
    return ERR_OK;
}

err_t cell_derive(cap_t self, cap_t source, uint32_t slot, uint32_t rights, uint64_t methods,
                  uint64_t expiry, uint64_t identity, cap_t *handle)
{
    err_t err = next_call();
    uint32_t consent = slot - CONSENT_SLOT_FIRST;
    if (err != ERR_OK || (expiry != 0 && consent >= CONSENT_SLOTS))
        return err != ERR_OK ? err : ERR_BAD_ARGUMENT;
    if (consent < CONSENT_SLOTS && self != CAP_SELF) {
        if (kernel.slots_full >> consent & 1)
            return ERR_EXISTS;
        kernel.slots_full |= (uint64_t)1 << consent;
    }
    *handle = (cap_t)1 << 32 | slot;
    kernel.derives[kernel.derive_count++] =
        (struct fake_derive){self, source, slot, rights, methods, identity, expiry, *handle};
    if (self == CAP_SELF) {
        kernel.objects++;
        made[slot].parent = source;
        made[slot].there = true;
    }
    return ERR_OK;
}

err_t cell_move(cap_t self, cap_t source, uint32_t slot, cap_t *handle)
{
    (void)self;
    err_t err = next_call();
    if (err != ERR_OK)
        return err;
    kernel.objects--;
    made[slot_of(source)].there = false;
    *handle = (cap_t)1 << 32 | slot;
    return ERR_OK;
}

err_t cell_delete(cap_t self, cap_t handle)
{
    uint32_t consent = slot_of(handle) - CONSENT_SLOT_FIRST;
    if (self != CAP_SELF && consent < CONSENT_SLOTS) {
        if (!(kernel.slots_full >> consent & 1))
            return ERR_BAD_CAPABILITY;
        kernel.slots_full &= ~((uint64_t)1 << consent);
        return ERR_OK;
    }
    kernel.objects--;
    made[slot_of(handle)].there = false;
    return ERR_OK;
}

static void frames_revoke(cap_t handle)
{
    uint32_t kept = 0, seals = 0;
    for (uint32_t i = 0; i < kernel.seal_count; i++)
        if (!below(kernel.seals[i].cell, handle))
            kernel.seals[seals++] = kernel.seals[i];
    kernel.seal_count = seals;
    for (uint32_t i = 0; i < kernel.frame_count; i++) {
        struct fake_frame *f = &kernel.frames[i];
        if (f->from != handle && !below(f->from, handle)) {
            kernel.frames[kept++] = *f;
            continue;
        }
        if (f->mapped && f->cell == CAP_SELF)
            munmap((void *)f->address, f->pages * PAGE_SIZE);
        free(f->memory);
    }
    kernel.frame_count = kept;
}

// All that was carved out of a piece goes; endpoints have nothing below them here.
err_t cell_revoke(cap_t self, cap_t handle)
{
    uint32_t derives = 0;
    (void)self;
    kernel.revokes++;
    if (kernel.busy == handle)
        return ERR_BUSY;
    frames_revoke(handle);
    for (uint32_t i = 0; i < kernel.derive_count; i++)
        if (kernel.derives[i].cell != CAP_SELF && !below(kernel.derives[i].cell, handle))
            kernel.derives[derives++] = kernel.derives[i];
    kernel.derive_count = derives;
    if (below(kernel.cell, handle))
        kernel.code_pages = 0;
    for (uint32_t i = INIT_FREE; i < STEWARD_SLOTS; i++) {
        if (!made[i].there || !below((cap_t)1 << 32 | i, handle))
            continue;
        made[i].there = false;
        kernel.objects--;
    }
    made[slot_of(handle)].carved = 0;
    if (handle == kernel.piece)
        kernel.carved = 0;
    return ERR_OK;
}

err_t cell_reserve(cap_t self, uint64_t address, uint64_t pages)
{
    (void)self;
    (void)address;
    kernel.reserved += pages;
    return next_call();
}

err_t cell_authorise(cap_t self, uint64_t base, uint64_t pages, uint64_t root0, uint64_t root1,
                     uint64_t root2, uint64_t root3)
{
    if (self != kernel.cell || kernel.code_pages != 0)
        return ERR_EXISTS;
    if (root1 != root0 || root2 != root0 || root3 != root0) // all its bytes are alike
        return ERR_BAD_ARGUMENT;
    kernel.code = base;
    kernel.code_pages = pages;
    kernel.code_root = root0;
    return next_call();
}

err_t cell_supervise(cap_t self, cap_t endpoint)
{
    (void)self;
    (void)endpoint;
    return next_call();
}

static struct fake_frame *frame_find(cap_t handle)
{
    for (uint32_t i = kernel.frame_count; i-- > 0;)
        if (kernel.frames[i].handle == handle && kernel.frames[i].memory != NULL)
            return &kernel.frames[i];
    return NULL;
}

err_t frame_map(cap_t self, cap_t cell, uint64_t address, uint32_t access)
{
    struct fake_frame *f = frame_find(self);
    err_t err = next_call();
    if (err != ERR_OK || f == NULL || f->mapped)
        return err != ERR_OK ? err : ERR_EXISTS;
    munmap((void *)(uintptr_t)STEWARD_WORK_BASE, (size_t)STEWARD_WORK_PAGES * PAGE_SIZE);
    f->mapped = true;
    f->cell = cell;
    f->address = address;
    f->access = access;
    if (cell != CAP_SELF)
        return ERR_OK;
    void *at = mmap((void *)address, f->pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != (void *)address)
        return ERR_EXISTS;
    memcpy(at, f->memory, f->pages * PAGE_SIZE);
    return ERR_OK;
}

err_t frame_unmap(cap_t self)
{
    struct fake_frame *f = frame_find(self);
    if (f == NULL || !f->mapped)
        return ERR_NOT_FOUND;
    if (f->cell == CAP_SELF) {
        memcpy(f->memory, (void *)f->address, f->pages * PAGE_SIZE);
        munmap((void *)f->address, f->pages * PAGE_SIZE);
    }
    f->mapped = false;
    return next_call();
}

// The real kernel hashes; this one writes down what it would have to judge.
err_t frame_seal(cap_t self, cap_t cell, uint64_t page, uint32_t index, uint32_t kind,
                 uint64_t proof, uint32_t hashes)
{
    const struct fake_frame *f = frame_find(self);
    const uint8_t *hash = (const uint8_t *)(uintptr_t)proof;
    if (f == NULL || f->mapped || cell != kernel.cell || page >= f->pages ||
        index >= kernel.code_pages || proof % 32 != 0 || hashes > 2)
        return ERR_BAD_ARGUMENT;
    if (fake_sealed(kernel.code + (uint64_t)index * PAGE_SIZE) != NULL)
        return ERR_EXISTS;
    struct fake_seal *s = &kernel.seals[kernel.seal_count++];
    *s = (struct fake_seal){.address = kernel.code + (uint64_t)index * PAGE_SIZE,
                            .cell = cell,
                            .index = index,
                            .kind = kind,
                            .hashes = hashes,
                            .memory = f->memory + page * PAGE_SIZE};
    for (uint32_t i = 0; i < hashes; i++)
        s->siblings[i] = hash[i * CODE_HASH];
    return next_call();
}

err_t port_narrow(cap_t self, uint32_t offset, uint32_t count, uint32_t slot, cap_t *handle)
{
    if (self != cap_first(INIT_PORTS) || offset != 0x3f8 || count != 8)
        return ERR_BAD_ARGUMENT;
    return object_new(self, slot, 0, handle);
}

err_t device_narrow(cap_t self, uint64_t offset, uint64_t count, uint32_t slot, cap_t *handle)
{
    if (self != cap_first(INIT_DEVICES) || offset != 0xfed00 || count != 1)
        return ERR_BAD_ARGUMENT;
    return object_new(self, slot, 0, handle);
}

err_t thread_start(cap_t self, cap_t cell, uint64_t entry, uint64_t stack, uint64_t argument,
                   uint32_t priority, uint32_t flags)
{
    (void)self;
    (void)cell;
    if (argument != CELL_START_BASE)
        return ERR_BAD_ARGUMENT;
    kernel.stack = stack;
    kernel.starts++;
    kernel.entry = entry;
    kernel.priority = priority;
    kernel.flags = flags;
    return next_call();
}

err_t budget_set(cap_t self, uint64_t amount, uint64_t period)
{
    (void)self;
    kernel.amount = amount;
    kernel.period = period;
    return next_call();
}

err_t thread_budget(cap_t self, cap_t budget)
{
    (void)self;
    (void)budget;
    kernel.budgets++;
    return next_call();
}

err_t thread_stop(cap_t self)
{
    (void)self;
    kernel.stops++;
    return ERR_OK;
}

err_t thread_window(cap_t self, uint64_t address, uint64_t pages)
{
    (void)self;
    return address == CELL_WINDOW_BASE && pages == CELL_WINDOW_PAGES ? next_call()
                                                                     : ERR_BAD_ARGUMENT;
}

err_t thread_bind(cap_t self, cap_t signal)
{
    (void)self;
    (void)signal;
    return next_call();
}

uint64_t random_word(void)
{
    return kernel.random++;
}

err_t ipc_keep(uint64_t *token)
{
    *token = ++kernel.token;
    return ERR_OK;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    kernel.answered = token;
    kernel.answer = error;
    kernel.answer_word = w[0];
    kernel.answers++;
    return ERR_OK;
}

nsec_t sys_now(void)
{
    return kernel.now;
}

_Noreturn void panic(const char *file, int line, const char *why)
{
    fprintf(stderr, "%s:%d: panic: %s\n", file, line, why);
    abort();
}
