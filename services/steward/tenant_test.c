// SPDX-License-Identifier: GPL-3.0-or-later
#include "abi/syscall.h"
#include "fake.h"
#include "tenant.h"
#include "tests/unit.h"

static struct fake_bundle b;
static struct bundle_view v;
static struct memory memory;
static cap_t endpoints[START_SERVICES];
static uint8_t seed[BOOT_SEED_SIZE];
static const struct house house = {.view = &v,
                                   .memory = &memory,
                                   .endpoints = endpoints,
                                   .tsc_hz = 12345,
                                   .seed = seed,
                                   .seed_sources = BOOT_SEED_RDSEED};
static struct tenant t;
static const char *step;

static void begin(void)
{
    const char *why;
    uint32_t culprit;
    fake_kernel_reset();
    fake_bundle_make(&b);
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_OK);
    memory_begin(&memory, 2);
    t = (struct tenant){0};
    for (uint32_t i = 0; i < START_SERVICES; i++)
        endpoints[i] = 1000 + i;
    memset(seed, 0x5e, sizeof seed);
}

static unsigned slots_used(void)
{
    unsigned n = 0;
    for (size_t i = 0; i < STEWARD_SLOTS / 64; i++)
        n += (unsigned)__builtin_popcountll(memory.slots.used[i]);
    return n;
}

static const struct fake_derive *derived(uint32_t slot)
{
    for (uint32_t i = 0; i < kernel.derive_count; i++)
        if (kernel.derives[i].cell == kernel.cell && kernel.derives[i].slot == slot)
            return &kernel.derives[i];
    return NULL;
}

static unsigned derived_count(void)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < kernel.derive_count; i++)
        n += kernel.derives[i].cell == kernel.cell;
    return n;
}

static void check_area(uint64_t address, uint64_t pages, uint32_t access, int first, int second)
{
    const struct fake_frame *f = fake_mapped(address);
    if (!CHECK(f != NULL))
        return;
    CHECK_EQ(f->pages, pages);
    CHECK_EQ(f->access, access);
    CHECK_EQ(f->memory[0], first);
    CHECK_EQ(f->memory[PAGE_SIZE - 1], first);
    CHECK_EQ(f->memory[(pages - 1) * PAGE_SIZE], second);
}

static void check_word(uint64_t address, size_t offset, uint64_t wanted)
{
    const struct fake_frame *f = fake_mapped(address);
    uint64_t word = 0;
    if (!CHECK(f != NULL))
        return;
    memcpy(&word, f->memory + offset, sizeof word);
    CHECK_EQ(word, wanted);
}

static void check_sealed(uint32_t index, enum code_kind kind, int fill, uint32_t hashes, int first,
                         int second)
{
    const struct fake_seal *s = fake_sealed(t.places.code + (uint64_t)index * PAGE_SIZE);
    if (!CHECK(s != NULL))
        return;
    CHECK(s->index == index && s->kind == kind && s->hashes == hashes);
    CHECK(s->memory[0] == fill && s->memory[PAGE_SIZE - 1] == fill);
    CHECK(s->siblings[0] == first && s->siblings[1] == second);
}

// Every run of a cell lies elsewhere.
static void test_places(void)
{
    begin();
    kernel.random = 77;
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    const struct places before = t.places;
    const struct start_info *s = (const struct start_info *)fake_mapped(CELL_START_BASE)->memory;
    CHECK_EQ(s->heap, before.heap);
    CHECK_EQ(tenant_stop(&memory, &t), ERR_OK);
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    CHECK(t.places.code != before.code && t.places.heap != before.heap);
    CHECK(t.places.stack != before.stack);
}

static void test_areas(void)
{
    const uint32_t rw = ACCESS_READ | ACCESS_WRITE;
    begin();
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    const struct places *p = &t.places;
    CHECK_EQ(kernel.code, p->code);
    CHECK_EQ(kernel.code_pages, FAKE_SEALED);
    CHECK_EQ(kernel.code_root, 0x8585858585858585);
    check_sealed(0, CODE_TEXT, 0x41, 2, 0x81, 0x84);
    check_sealed(1, CODE_TEXT, 0x42, 2, 0x80, 0x84);
    check_sealed(2, CODE_CONSTANTS, 0x43, 1, 0x83, 0);
    CHECK_EQ(kernel.seal_count, FAKE_SEALED);
    check_area(p->code + 3 * PAGE_SIZE, 1, ACCESS_READ, 0x44, 0x44);
    check_area(p->code + 4 * PAGE_SIZE, 3, rw, 0x45, 0);
    check_word(p->code + 3 * PAGE_SIZE, 8, 0x4444444444444444 + p->code);
    check_word(p->code + 3 * PAGE_SIZE, 16, 0x4444444444444444);
    check_word(p->code + 4 * PAGE_SIZE, 8, 0x4545454545454545);
    check_word(p->code + 4 * PAGE_SIZE, 16, 0x4545454545454545 + p->code);
    check_area(p->heap, 3, rw, 0, 0);
    check_area(p->stack - 4 * PAGE_SIZE, 4, rw, 0, 0);
    check_area(CELL_LEASE_BASE, CELL_LEASE_PAGES, rw, 0, 0);
    for (uint32_t i = 0; i < kernel.frame_count; i++) { // T3, and nothing stays in the steward
        CHECK((kernel.frames[i].access & ACCESS_EXECUTE) == 0 || !kernel.frames[i].mapped);
        CHECK(kernel.frames[i].cell == kernel.cell || !kernel.frames[i].mapped);
    }
    CHECK(kernel.carved <= kernel.piece_pages); // T1
    CHECK_EQ(tenant_start(&house, FAKE_APP, &t), ERR_OK);
    CHECK_EQ(kernel.entry, p->code + 16);
    CHECK_EQ(kernel.stack, p->stack);
    CHECK_EQ(kernel.priority, 100);
    CHECK_EQ(kernel.flags, THREAD_FPU | THREAD_SECRET);
    CHECK(kernel.budgets == 1 && kernel.amount == 2000000 && kernel.period == 10000000);
}

static void test_app_permissions(void)
{
    begin();
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    const struct fake_derive *log = derived(3), *entropy = derived(5);
    CHECK_EQ(derived_count(), 3); // log, entropy, its signal: nothing else
    if (!CHECK(log != NULL) || !CHECK(entropy != NULL) || !CHECK(derived(SLOT_SIGNAL) != NULL))
        return;
    CHECK_EQ(log->source, 1003);
    CHECK_EQ(log->rights, RIGHT_WRITE); // no GRANT
    CHECK_EQ(log->methods, 1 << 1);
    CHECK_EQ(log->identity, FAKE_APP);
    CHECK_EQ(entropy->methods, 1 << 2);
    const struct fake_frame *f = fake_mapped(CELL_START_BASE);
    if (!CHECK(f != NULL))
        return;
    CHECK_EQ(f->access, ACCESS_READ);
    const struct start_info *s = (const struct start_info *)f->memory;
    CHECK_EQ(s->magic, START_MAGIC);
    CHECK_EQ(s->cell, FAKE_APP);
    CHECK(strcmp(s->name, "app") == 0);
    CHECK(strcmp(s->argument, "hello") == 0);
    CHECK_EQ(s->services[3], cap_first(3));
    CHECK_EQ(s->services[1], 0);
    CHECK_EQ(s->endpoint, 0);
    CHECK_EQ(s->ports[0], 0);
    CHECK_EQ(s->untyped, 0);
    CHECK_EQ(s->heap_pages, 3);
    CHECK_EQ(s->tsc_hz, 12345);
    CHECK_EQ(s->seed_sources, 0);
    for (size_t i = 0; i < sizeof s->seed; i++)
        CHECK_EQ(s->seed[i], 0);
}

// Of the audit exactly what the plan says. Seen to fail: make_audit that derives all methods.
static void test_audit(void)
{
    static const struct {
        uint32_t flags;
        uint64_t methods;
    } cases[] = {
        {PLAN_AUDIT,                1 << 1         },
        {PLAN_DENIALS,              1 << 2         },
        {PLAN_AUDIT | PLAN_DENIALS, 1 << 1 | 1 << 2},
    };
    begin();
    CHECK_EQ(tenant_make(&house, FAKE_LOG, &t, &step), ERR_OK);
    CHECK(derived(SLOT_AUDIT) == NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin();
        b.cells[FAKE_LOG].flags |= cases[i].flags;
        CHECK_EQ(tenant_make(&house, FAKE_LOG, &t, &step), ERR_OK);
        const struct fake_derive *audit = derived(SLOT_AUDIT);
        if (!CHECK(audit != NULL))
            return;
        CHECK_EQ(audit->source, cap_first(INIT_AUDIT));
        CHECK_EQ(audit->rights, RIGHT_WRITE);
        CHECK_EQ(audit->methods, cases[i].methods);
        const struct fake_frame *f = fake_mapped(CELL_START_BASE);
        CHECK_EQ(((const struct start_info *)f->memory)->audit, audit->handle);
    }
}

static void test_driver(void)
{
    begin();
    CHECK_EQ(tenant_make(&house, FAKE_CONSOLE, &t, &step), ERR_OK);
    const struct fake_derive *serves = derived(SLOT_ENDPOINT), *irq = derived(SLOT_INTERRUPTS);
    if (!CHECK(serves != NULL) || !CHECK(irq != NULL) || !CHECK(derived(3) != NULL))
        return;
    CHECK_EQ(serves->rights, RIGHT_READ); // it cannot call itself
    CHECK_EQ(serves->source, 1002);
    CHECK_EQ(derived(3)->rights, RIGHT_WRITE | RIGHT_GRANT);
    CHECK_EQ(irq->source, cap_first(INIT_IRQ + 4));
    const struct start_info *s = (const struct start_info *)fake_mapped(CELL_START_BASE)->memory;
    CHECK_EQ(s->endpoint, cap_first(SLOT_ENDPOINT));
    CHECK_EQ(s->ports[0], cap_first(SLOT_PORTS));
    CHECK_EQ(s->mmio[0], cap_first(SLOT_MMIO));
    CHECK_EQ(s->interrupts[0], cap_first(SLOT_INTERRUPTS));
}

static void test_seed(void)
{
    begin();
    CHECK_EQ(tenant_make(&house, FAKE_ENTROPY, &t, &step), ERR_OK);
    const struct start_info *s = (const struct start_info *)fake_mapped(CELL_START_BASE)->memory;
    CHECK_EQ(s->seed_sources, BOOT_SEED_RDSEED);
    CHECK_EQ(fake_mapped(CELL_START_BASE)->access, ACCESS_READ | ACCESS_WRITE); // to wipe it
    CHECK_MEM(s->seed, seed, sizeof seed);
}

static void test_large(void)
{
    begin();
    b.cells[FAKE_APP].heap_pages = 2500;
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    CHECK_EQ(fake_mapped(t.places.heap)->pages, 1024);
    CHECK_EQ(fake_mapped(t.places.heap + 2048 * PAGE_SIZE)->pages, 452);
    CHECK(kernel.carved <= kernel.piece_pages);
}

static void test_own_memory(void)
{
    begin();
    b.cells[FAKE_APP].untyped_pages = 100;
    CHECK_EQ(tenant_make(&house, FAKE_APP, &t, &step), ERR_OK);
    const struct start_info *s = (const struct start_info *)fake_mapped(CELL_START_BASE)->memory;
    CHECK_EQ(s->untyped, cap_first(SLOT_UNTYPED));
    CHECK(kernel.carved <= kernel.piece_pages);
}

static void test_stop(void)
{
    begin();
    unsigned before = slots_used();
    CHECK_EQ(tenant_make(&house, FAKE_CONSOLE, &t, &step), ERR_OK);
    CHECK_EQ(tenant_start(&house, FAKE_CONSOLE, &t), ERR_OK);
    CHECK(slots_used() > before + 1);
    cap_t piece = t.piece;
    CHECK_EQ(tenant_stop(&memory, &t), ERR_OK);
    CHECK_EQ(kernel.stops, 1);
    CHECK_EQ(kernel.revokes, 1); // T1
    CHECK_EQ(t.state, TENANT_STOPPED);
    CHECK_EQ(slots_used(), before + 1); // T2: only the piece is kept
    CHECK_EQ(kernel.objects, 1);
    // The next run lives in the same piece and gets the same.
    CHECK_EQ(tenant_make(&house, FAKE_CONSOLE, &t, &step), ERR_OK);
    CHECK_EQ(t.piece, piece);
    CHECK(derived(3) != NULL);
    CHECK_EQ(tenant_stop(&memory, &t), ERR_OK);
    CHECK_EQ(kernel.stops, 1); // it had not run
    CHECK_EQ(slots_used(), before + 1);
}

// Whichever kernel call fails: an error, a step to name, and nothing left behind.
static void test_failures(void)
{
    uint32_t calls;
    begin();
    b.cells[FAKE_CONSOLE].untyped_pages = 10;
    CHECK_EQ(tenant_make(&house, FAKE_CONSOLE, &t, &step), ERR_OK);
    calls = kernel.calls;
    for (uint32_t i = 1; i <= calls; i++) {
        begin();
        b.cells[FAKE_CONSOLE].untyped_pages = 10;
        unsigned before = slots_used();
        kernel.fail_at = i;
        err_t err = tenant_make(&house, FAKE_CONSOLE, &t, &step);
        if (err == ERR_OK) { // the first piece of memory had no room; the second had
            CHECK_EQ(i, 1);
            continue;
        }
        CHECK_EQ(err, ERR_NO_MEMORY);
        CHECK(step != NULL && step[0] != '\0');
        CHECK_EQ(t.state, TENANT_STOPPED);
        CHECK_EQ(slots_used(), before + (t.piece != 0));
        CHECK_EQ(kernel.objects, t.piece != 0);
    }
}

int main(void)
{
    test_areas();
    test_places();
    test_app_permissions();
    test_driver();
    test_audit();
    test_seed();
    test_large();
    test_own_memory();
    test_stop();
    test_failures();
    fake_kernel_reset();
    return unit_done();
}
