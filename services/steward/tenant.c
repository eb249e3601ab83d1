// SPDX-License-Identifier: GPL-3.0-or-later
#include "tenant.h"
#include "format/code_tree.h"
#include "gen/audit_methods.h"
#include "gen/budget.h"
#include "gen/cell.h"
#include "gen/device.h"
#include "gen/frame.h"
#include "gen/interrupt.h"
#include "gen/port.h"
#include "gen/steward.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "image.h"
#include "os/ipc.h"
#include "os/random.h"
#include <string.h>

#define METHODS_ALL (~(uint64_t)0)

// What the kernel's objects take (abi/untyped.idl): a cell is two pages, its slots and its tables.
enum {
    FRAME_PAGES_MAX = STEWARD_WORK_PAGES,
    THREAD_PAGES = 1,
    CELL_BODY_PAGES = 2,
    SIGNAL_PAGES = 1,
    SLOT_SIZE = 64,
};

// State of one making: the first error ends it, `step` says where.
struct making {
    const struct house *h;
    const struct plan_cell *plan;
    uint32_t number;
    struct tenant *t;
    struct start_info *start; // the start page, mapped in the steward while it is filled
    const char *step;
};

static err_t object_add(struct making *m, uint32_t *slot)
{
    if (m->t->slot_count == TENANT_OBJECTS)
        return ERR_NO_SLOT;
    return slot_take(&m->h->memory->slots, slot);
}

// Note down the slot, or free it if making the object failed.
static err_t object_made(struct making *m, err_t err, uint32_t slot)
{
    if (err == ERR_OK)
        m->t->slots[m->t->slot_count++] = slot;
    else
        slot_give(&m->h->memory->slots, slot);
    return err;
}

static err_t frame_make(struct making *m, uint64_t pages, cap_t *frame)
{
    uint32_t slot;
    err_t err = object_add(m, &slot);
    if (err != ERR_OK)
        return err;
    err = untyped_retype_frame(m->t->piece, slot, pages, frame);
    return object_made(m, err, slot);
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// What an area holds from the start: `size` bytes, then zeroes. Those of an image are relocated.
struct content {
    const uint8_t *data;
    uint64_t size;
    const struct bundle_entry *image; // null: nothing to relocate
    const uint8_t *payload;           // that the image is in
    uint64_t base;                    // of the image in the cell
    uint64_t first;                   // image offset of `data`
};

// Put the next bytes of the content into an unmapped frame of `pages` pages.
static err_t frame_fill(cap_t frame, uint64_t pages, struct content *content)
{
    uint8_t *work = (uint8_t *)(uintptr_t)STEWARD_WORK_BASE;
    uint64_t size = min_u64(content->size, pages * PAGE_SIZE);
    err_t err = frame_map(frame, CAP_SELF, STEWARD_WORK_BASE, ACCESS_READ | ACCESS_WRITE);
    if (err != ERR_OK)
        return err;
    // Safety: mapped just now, read and write, and nowhere else.
    memcpy(work, content->data, size);
    if (content->image != NULL)
        image_relocate(content->image, content->payload, content->base, content->first,
                       pages * PAGE_SIZE, work);
    content->data += size;
    content->size -= size;
    content->first += pages * PAGE_SIZE;
    return frame_unmap(frame);
}

// Give the tenant `pages` zeroed pages at `address` with that content, or null.
static err_t area_make(struct making *m, uint64_t address, uint64_t pages, uint32_t access,
                       struct content *content)
{
    if (pages == 0)
        return ERR_OK;
    err_t err = cell_reserve(m->t->cell, address, pages);
    while (err == ERR_OK && pages != 0) {
        uint64_t part = min_u64(pages, FRAME_PAGES_MAX);
        cap_t frame = 0;
        err = frame_make(m, part, &frame);
        if (err == ERR_OK && content != NULL && content->size != 0)
            err = frame_fill(frame, part, content);
        if (err == ERR_OK)
            err = frame_map(frame, m->t->cell, address, access);
        pages -= part;
        address += part * PAGE_SIZE;
    }
    return err;
}

static err_t carve_cell(const struct making *m, uint32_t slot, cap_t *handle)
{
    return untyped_retype_cell(m->t->piece, slot, m->plan->slots,
                               plan_tables(m->h->view, m->number), handle);
}

static err_t carve_thread(const struct making *m, uint32_t slot, cap_t *handle)
{
    return untyped_retype_thread(m->t->piece, slot, handle);
}

static err_t carve_signal(const struct making *m, uint32_t slot, cap_t *handle)
{
    return untyped_retype_signal(m->t->piece, slot, handle);
}

static err_t carve_budget(const struct making *m, uint32_t slot, cap_t *handle)
{
    err_t err = untyped_retype_budget(m->t->piece, slot, handle);
    if (err == ERR_OK)
        err = budget_set(*handle, m->plan->budget_us * 1000ull, m->plan->period_us * 1000ull);
    return err == ERR_OK ? thread_budget(m->t->thread, *handle) : err;
}

uint64_t tenant_pages(const struct bundle_view *v, uint32_t number)
{
    return plan_pages(v, number) + plan_tables(v, number) + CELL_BODY_PAGES +
           (uint64_t)plan_cell(v, number)->slots * SLOT_SIZE / PAGE_SIZE + THREAD_PAGES +
           SIGNAL_PAGES;
}

// A cell, a thread, a signal and perhaps a budget out of a piece of memory that is just large
// enough for everything.
static err_t make_body(struct making *m)
{
    struct tenant *t = m->t;
    cap_t budget;
    const struct {
        const char *step;
        err_t (*carve)(const struct making *m, uint32_t slot, cap_t *handle);
        cap_t *handle;
    } parts[] = {
        {"address space", carve_cell,   &t->cell  },
        {"thread",        carve_thread, &t->thread},
        {"signal",        carve_signal, &t->signal},
        {"budget",        carve_budget, &budget   }
    };
    size_t count = sizeof parts / sizeof parts[0] - (m->plan->budget_us == 0);
    m->step = "memory";
    err_t err = t->piece != 0
                    ? ERR_OK
                    : memory_piece(m->h->memory, tenant_pages(m->h->view, m->number), &t->piece);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        uint32_t slot;
        m->step = parts[i].step;
        err = object_add(m, &slot);
        if (err == ERR_OK)
            err = object_made(m, parts[i].carve(m, slot, parts[i].handle), slot);
    }
    return err;
}

// Seal all pages of a frame, which is filled, from page `first` of the image on (T3).
static err_t frame_seal_all(struct making *m, cap_t frame, uint64_t pages, uint64_t first,
                            enum code_kind kind)
{
    static _Alignas(CODE_HASH) uint8_t proof[CODE_PROOF_MAX][CODE_HASH];
    const struct bundle_entry *e = plan_image(m->h->view, m->number);
    // Safety: plan_read has found the tree inside the payload, and of the size that its pages need.
    const uint8_t(*tree)[CODE_HASH] =
        (const uint8_t(*)[CODE_HASH])(plan_payload(m->h->view, m->number) + e->tree.offset);
    err_t err = ERR_OK;
    for (uint64_t i = 0; i < pages && err == ERR_OK; i++) {
        uint32_t hashes = code_proof(tree, image_sealed_pages(e), first + i, proof);
        err = frame_seal(frame, m->t->cell, i, (uint32_t)(first + i), kind,
                         (uint64_t)(uintptr_t)proof, hashes);
    }
    return err;
}

// Text or constants, from page `first` of the image on.
static err_t area_seal(struct making *m, uint64_t first, uint64_t pages, enum code_kind kind,
                       struct content *content)
{
    err_t err = ERR_OK;
    while (err == ERR_OK && pages != 0) {
        uint64_t part = min_u64(pages, FRAME_PAGES_MAX);
        cap_t frame = 0;
        err = frame_make(m, part, &frame);
        if (err == ERR_OK)
            err = frame_fill(frame, part, content);
        if (err == ERR_OK)
            err = frame_seal_all(m, frame, part, first, kind);
        pages -= part;
        first += part;
    }
    return err;
}

// Say what code the cell has, and where. Its tables first: the pages are sealed into them.
static err_t authorise(struct making *m)
{
    const struct bundle_entry *e = plan_image(m->h->view, m->number);
    uint64_t root[4];
    _Static_assert(sizeof root == CODE_HASH, "four words");
    memcpy(root, e->root, sizeof root);
    m->step = "code root";
    err_t err = cell_authorise(m->t->cell, m->t->places.code, image_sealed_pages(e), root[0],
                               root[1], root[2], root[3]);
    if (err == ERR_OK)
        err = cell_reserve(m->t->cell, m->t->places.code, image_sealed_pages(e));
    return err;
}

static err_t make_image(struct making *m)
{
    static const char *const steps[BUNDLE_PARTS] = {"code", "constants", "tables", "data"};
    const struct bundle_entry *e = plan_image(m->h->view, m->number);
    const uint8_t *payload = plan_payload(m->h->view, m->number);
    err_t err = authorise(m);
    for (unsigned i = 0; i < BUNDLE_PARTS && err == ERR_OK; i++) {
        const uint64_t first = (uint64_t)bundle_part_first(e, i) * PAGE_SIZE;
        uint64_t pages = bundle_part_pages(e, i) + (i == BUNDLE_DATA ? e->bss_pages : UINT64_C(0));
        struct content content = {.data = payload + e->part[i].offset,
                                  .size = e->part[i].size,
                                  .image = e,
                                  .payload = payload,
                                  .base = m->t->places.code,
                                  .first = first};
        m->step = steps[i];
        if (i == BUNDLE_TEXT || i == BUNDLE_RODATA)
            err = area_seal(m, first / PAGE_SIZE, pages,
                            i == BUNDLE_TEXT ? CODE_TEXT : CODE_CONSTANTS, &content);
        else
            err = area_make(m, m->t->places.code + first, pages,
                            i == BUNDLE_RELRO ? ACCESS_READ : ACCESS_READ | ACCESS_WRITE, &content);
    }
    return err;
}

// Heap, stack, lease area, and the page tables of the window, where pages of others will appear.
static err_t make_areas(struct making *m)
{
    const uint32_t access = ACCESS_READ | ACCESS_WRITE;
    const struct plan_cell *c = m->plan;
    const struct places *p = &m->t->places;
    m->step = "heap";
    err_t err = area_make(m, p->heap, c->heap_pages, access, NULL);
    if (err != ERR_OK)
        return err;
    m->step = "stack";
    err =
        area_make(m, p->stack - (uint64_t)c->stack_pages * PAGE_SIZE, c->stack_pages, access, NULL);
    if (err != ERR_OK)
        return err;
    m->step = "lease area";
    err = area_make(m, CELL_LEASE_BASE, CELL_LEASE_PAGES, access, NULL);
    if (err != ERR_OK)
        return err;
    m->step = "window";
    return cell_reserve(m->t->cell, CELL_WINDOW_BASE, CELL_WINDOW_PAGES);
}

// The services it may call, and the one it serves (T4).
static err_t make_services(struct making *m)
{
    uint32_t count, rights = RIGHT_WRITE;
    const struct plan_grant *grants = plan_grants(m->h->view, m->number, &count);
    if ((m->plan->flags & PLAN_APP) == 0)
        rights |= RIGHT_GRANT; // an app cannot pass on what it may call
    m->step = "permissions";
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_grant *g = &grants[i];
        if (m->h->endpoints[g->service] == 0)
            continue; // nobody serves there, or not any more
        err_t err =
            cell_derive(m->t->cell, m->h->endpoints[g->service], g->service, rights, g->methods, 0,
                        plan_identity(m->h->view, m->number), &m->start->services[g->service]);
        if (err != ERR_OK)
            return err;
    }
    if (m->plan->service == 0)
        return ERR_OK;
    m->step = "endpoint";
    return cell_derive(m->t->cell, m->h->endpoints[m->plan->service], SLOT_ENDPOINT, RIGHT_READ,
                       METHODS_ALL, 0, plan_identity(m->h->view, m->number), &m->start->endpoint);
}

// Move what was made in the steward's `slot` into the tenant's table; `err` is how making it went.
static err_t hand_over(struct making *m, err_t err, uint32_t slot, cap_t made, uint32_t target,
                       cap_t *handle)
{
    struct slots *slots = &m->h->memory->slots;
    if (err == ERR_OK) {
        err = cell_move(m->t->cell, made, target, handle);
        if (err != ERR_OK && slot_delete(slots, made) != ERR_OK)
            return err; // the slot stays taken
    }
    slot_give(slots, slot);
    return err;
}

static err_t make_port(struct making *m, uint32_t i)
{
    const struct plan_ports *p = &m->plan->ports[i];
    cap_t made = 0;
    uint32_t slot;
    err_t err = slot_take(&m->h->memory->slots, &slot);
    if (err != ERR_OK)
        return err;
    err = port_narrow(cap_first(INIT_PORTS), p->base, p->count, slot, &made);
    return hand_over(m, err, slot, made, SLOT_PORTS + i, &m->start->ports[i]);
}

static err_t make_mmio(struct making *m, uint32_t i)
{
    const struct plan_mmio *p = &m->plan->mmio[i];
    cap_t made = 0;
    uint32_t slot;
    err_t err = slot_take(&m->h->memory->slots, &slot);
    if (err != ERR_OK)
        return err;
    err = device_narrow(cap_first(INIT_DEVICES), p->first, p->pages, slot, &made);
    return hand_over(m, err, slot, made, SLOT_MMIO + i, &m->start->mmio[i]);
}

static err_t make_devices(struct making *m)
{
    err_t err = ERR_OK;
    m->step = "devices";
    for (uint32_t i = 0; i < START_DEVICES && err == ERR_OK; i++) {
        if (m->plan->ports[i].count != 0)
            err = make_port(m, i);
        if (err == ERR_OK && m->plan->mmio[i].pages != 0)
            err = make_mmio(m, i);
        if (err == ERR_OK && m->plan->interrupts[i] != 0)
            err = cell_derive(m->t->cell, cap_first(INIT_IRQ + m->plan->interrupts[i] - 1u),
                              SLOT_INTERRUPTS + i, RIGHT_READ | RIGHT_WRITE, METHODS_ALL, 0, 0,
                              &m->start->interrupts[i]);
    }
    return err;
}

static err_t make_own_memory(struct making *m)
{
    cap_t made = 0;
    uint32_t slot;
    if (m->plan->untyped_pages == 0)
        return ERR_OK;
    m->step = "memory of its own";
    err_t err = slot_take(&m->h->memory->slots, &slot);
    if (err != ERR_OK)
        return err;
    uint32_t rights = (m->plan->flags & PLAN_CELLS) != 0 ? RIGHT_ALL : RIGHT_ALL & ~RIGHT_EXECUTE;
    err = untyped_retype_untyped(m->t->piece, slot, m->plan->untyped_pages, rights, &made);
    return hand_over(m, err, slot, made, SLOT_UNTYPED, &m->start->untyped);
}

// Of the audit, the methods that the plan names.
static err_t make_audit(struct making *m)
{
    uint64_t step = (m->plan->flags & PLAN_AUDIT) != 0 ? UINT64_C(1) << AUDIT_METHOD_STEP : 0;
    uint64_t denials =
        (m->plan->flags & PLAN_DENIALS) != 0 ? UINT64_C(1) << AUDIT_METHOD_TAKE_DENIAL : 0;
    if ((step | denials) == 0)
        return ERR_OK;
    m->step = "audit";
    return cell_derive(m->t->cell, cap_first(INIT_AUDIT), SLOT_AUDIT, RIGHT_WRITE, step | denials,
                       0, 0, &m->start->audit);
}

// Have the tenant's faults sent here with its number as identity. The kernel keeps a capability of
// its own, so the one that says it so need not stay.
static err_t make_supervised(struct making *m)
{
    struct slots *slots = &m->h->memory->slots;
    uint32_t slot;
    cap_t told;
    err_t err = slot_take(slots, &slot);
    if (err != ERR_OK)
        return err;
    err = cell_derive(CAP_SELF, m->h->endpoints[STEWARD_SERVICE], slot, RIGHT_WRITE | RIGHT_GRANT,
                      METHODS_ALL, 0, plan_identity(m->h->view, m->number), &told);
    if (err != ERR_OK) {
        slot_give(slots, slot);
        return err;
    }
    err = cell_supervise(m->t->cell, told);
    err_t deleted = slot_delete(slots, told);
    return err != ERR_OK ? err : deleted;
}

// Signal, supervision, and the words of the start page.
static err_t make_rest(struct making *m)
{
    const struct plan_cell *c = m->plan;
    struct start_info *s = m->start;
    m->step = "signal";
    err_t err = cell_derive(m->t->cell, m->t->signal, SLOT_SIGNAL, RIGHT_READ | RIGHT_WRITE,
                            METHODS_ALL, 0, 0, &s->signal);
    if (err == ERR_OK)
        err = thread_bind(m->t->thread, m->t->signal);
    if (err != ERR_OK)
        return err;
    s->magic = START_MAGIC;
    memcpy(s->name, c->name, sizeof s->name);
    s->cell = plan_identity(m->h->view, m->number);
    s->heap = m->t->places.heap;
    s->heap_pages = c->heap_pages;
    s->tsc_hz = m->h->tsc_hz;
    memcpy(s->argument, c->argument, sizeof s->argument);
    for (int i = 0; i < 2; i++)
        s->random[i] = random_word();
    if ((c->flags & PLAN_SEED) != 0) {
        s->seed_sources = m->h->seed_sources;
        memcpy(s->seed, m->h->seed, sizeof s->seed);
    }
    m->step = "supervision";
    return make_supervised(m);
}

// The start page is filled in the steward's work area, then mapped in the tenant.
static err_t make_start(struct making *m)
{
    cap_t frame = 0;
    m->step = "start page";
    err_t err = cell_reserve(m->t->cell, CELL_START_BASE, 1);
    if (err == ERR_OK)
        err = frame_make(m, 1, &frame);
    if (err == ERR_OK)
        err = frame_map(frame, CAP_SELF, STEWARD_WORK_BASE, ACCESS_READ | ACCESS_WRITE);
    if (err != ERR_OK)
        return err;
    // Safety: mapped just now; nothing else uses the work area until it is unmapped below.
    m->start = (struct start_info *)(uintptr_t)STEWARD_WORK_BASE;
    err = make_services(m);
    if (err == ERR_OK)
        err = make_devices(m);
    if (err == ERR_OK)
        err = make_own_memory(m);
    if (err == ERR_OK)
        err = make_audit(m);
    if (err == ERR_OK)
        err = make_rest(m);
    if (err != ERR_OK)
        wipe_bytes(m->start, PAGE_SIZE);
    err_t unmapped = frame_unmap(frame);
    if (err == ERR_OK)
        err = unmapped;
    if (err != ERR_OK)
        return err;
    m->step = "start page";
    // Whoever gets the seed wipes it when it has been used, so that page can be written.
    return frame_map(frame, m->t->cell, CELL_START_BASE,
                     (m->plan->flags & PLAN_SEED) != 0 ? ACCESS_READ | ACCESS_WRITE : ACCESS_READ);
}

err_t tenant_make(const struct house *h, uint32_t number, struct tenant *t, const char **step)
{
    struct making m = {.h = h, .plan = plan_cell(h->view, number), .number = number, .t = t};
    t->places = places_draw(image_pages(plan_image(h->view, number)), m.plan->heap_pages,
                            m.plan->stack_pages);
    err_t err = make_body(&m);
    if (err == ERR_OK)
        err = make_image(&m);
    if (err == ERR_OK)
        err = make_areas(&m);
    if (err == ERR_OK)
        err = make_start(&m);
    *step = m.step;
    if (err == ERR_OK) {
        t->state = TENANT_MADE;
        return ERR_OK;
    }
    err_t stopped = tenant_stop(h->memory, t);
    return stopped != ERR_OK ? stopped : err;
}

err_t tenant_start(const struct house *h, uint32_t number, struct tenant *t)
{
    const struct plan_cell *c = plan_cell(h->view, number);
    uint32_t flags = ((c->flags & PLAN_FPU) != 0 ? (uint32_t)THREAD_FPU : 0) |
                     ((c->flags & PLAN_SECRET) != 0 ? (uint32_t)THREAD_SECRET : 0);
    err_t err =
        thread_start(t->thread, t->cell, t->places.code + plan_image(h->view, number)->start,
                     t->places.stack, CELL_START_BASE, c->priority, flags);
    if (err != ERR_OK)
        return err;
    t->state = TENANT_RUNNING;
    // It cannot have run yet: its priority is lower than the steward's.
    return thread_window(t->thread, CELL_WINDOW_BASE, CELL_WINDOW_PAGES);
}

err_t tenant_stop(struct memory *m, struct tenant *t)
{
    err_t err = t->state == TENANT_RUNNING ? thread_stop(t->thread) : ERR_OK;
    if (err == ERR_OK && t->piece != 0)
        err = cell_revoke(CAP_SELF, t->piece); // T1
    if (err != ERR_OK)
        return err;
    while (t->slot_count != 0)
        slot_give(&m->slots, t->slots[--t->slot_count]); // T2
    t->state = TENANT_STOPPED;
    return ERR_OK;
}

err_t tenant_wipe(struct memory *m, struct tenant *t)
{
    uint64_t left = 0, free;
    err_t err = t->piece != 0 ? untyped_info(t->piece, &left, &free) : ERR_OK;
    while (err == ERR_OK && left != 0) {
        uint64_t part = min_u64(left, FRAME_PAGES_MAX);
        uint32_t slot;
        cap_t frame;
        err = t->slot_count == TENANT_OBJECTS ? ERR_NO_SLOT : slot_take(&m->slots, &slot);
        if (err != ERR_OK)
            break;
        err = untyped_retype_frame(t->piece, slot, part, &frame);
        if (err == ERR_OK)
            t->slots[t->slot_count++] = slot;
        else
            slot_give(&m->slots, slot);
        left -= part;
    }
    err_t stopped = tenant_stop(m, t);
    return err != ERR_OK ? err : stopped;
}
