// SPDX-License-Identifier: GPL-3.0-or-later
// The derivation tree against a model: random derive, move, delete and revoke, compared after each
// step. `cap_test [seed [steps]]`.
#include "../test/bed.h"
#include "tests/seed.h"

enum { SLOTS = 40, STEPS = 100000, FIRST = 100 };

struct model {
    bool used;
    int parent; // slot, -1: the root's original
    uint8_t rights;
    uint64_t methods;
    nsec_t expiry;
    uint64_t identity;
    uint32_t generation;
};

static struct model model[SLOTS];
static uint64_t seed;

static uint32_t roll(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static cap_t model_handle(int i)
{
    return (cap_t)model[i].generation << 32 | (uint32_t)(FIRST + i);
}

static void model_remove(int i)
{
    for (int k = 0; k < SLOTS; k++)
        if (model[k].used && model[k].parent == i)
            model[k].parent = model[i].parent;
    model[i].used = false;
}

static bool model_below(int i, int top)
{
    for (int k = model[i].parent; k >= 0; k = model[k].parent)
        if (k == top)
            return true;
    return false;
}

static void compare(const struct cell *cell)
{
    for (int i = 0; i < SLOTS; i++) {
        const struct cap *c = &cell->slots[FIRST + i];

        CHECK_EQ(c->type != OBJECT_NONE, model[i].used);
        CHECK_EQ(c->generation, model[i].generation);
        if (!model[i].used)
            continue;
        CHECK_EQ(c->rights, model[i].rights);
        CHECK_EQ(c->methods, model[i].methods);
        CHECK_EQ(c->expiry, model[i].expiry);
        CHECK_EQ(c->identity, model[i].identity);
    }
}

// Walk the kernel's tree below one capability: links agree in both directions, and it holds whom
// the model says (I2).
static int walk(const struct cell *cell, int i)
{
    const struct cap *c = &cell->slots[FIRST + i];
    int found = 0;

    for (uint32_t link = c->first; link && link != cap_link(c);) {
        const struct cap *k = cap_at(link);
        int at = (int)(k - cell->slots) - FIRST;

        CHECK(at >= 0 && at < SLOTS && model[at].used && model[at].parent == i);
        CHECK_EQ(c->first == link, k->prev == cap_link(c));
        found++;
        if (c->last == link) {
            CHECK_EQ(k->next, cap_link(c));
            break;
        }
        link = k->next;
    }
    return found;
}

static void tree(const struct cell *cell)
{
    for (int i = 0; i < SLOTS; i++) {
        int children = 0;

        if (!model[i].used)
            continue;
        for (int k = 0; k < SLOTS; k++)
            children += model[k].used && model[k].parent == i;
        CHECK_EQ(walk(cell, i), children);
    }
}

static void derive(struct thread *t, int from, int to)
{
    uint8_t rights = (uint8_t)roll(32);
    uint64_t methods = seed, identity = roll(4) ? 0 : 1 + roll(2);
    nsec_t expiry = roll(3) ? 0 : 1000 + roll(1000);
    err_t expected = ERR_OK;
    uint64_t got = bed_object(
        t, CAP_SELF, CELL_METHOD_DERIVE,
        ARGS(model_handle(from), (uint64_t)(FIRST + to), rights, methods, expiry, identity));

    if (!model[from].used)
        expected = ERR_BAD_CAPABILITY;
    else if (model[to].used)
        expected = ERR_EXISTS;
    else if (identity && model[from].identity && identity != model[from].identity)
        expected = ERR_BAD_ARGUMENT;
    CHECK_EQ(got, expected);
    if (expected != ERR_OK)
        return;
    model[to].used = true;
    model[to].generation++;
    model[to].parent = from;
    model[to].rights = model[from].rights & rights;
    model[to].methods = model[from].methods & methods;
    model[to].expiry = !expiry || (model[from].expiry && model[from].expiry < expiry)
                           ? model[from].expiry
                           : expiry;
    model[to].identity = model[from].identity ? model[from].identity : identity;
}

static void move(struct thread *t, int from, int to)
{
    uint64_t got =
        bed_object(t, CAP_SELF, CELL_METHOD_MOVE, ARGS(model_handle(from), (uint64_t)(FIRST + to)));
    uint32_t generation = model[to].generation;

    CHECK_EQ(got, !model[from].used ? ERR_BAD_CAPABILITY : model[to].used ? ERR_EXISTS : ERR_OK);
    if (got != ERR_OK)
        return;
    model[to] = model[from];
    model[to].generation = generation + 1;
    for (int k = 0; k < SLOTS; k++)
        if (model[k].used && model[k].parent == from)
            model[k].parent = to;
    model[from].used = false;
}

static void revoke(struct thread *t, int of)
{
    uint64_t got = bed_object(t, CAP_SELF, CELL_METHOD_REVOKE, ARGS(model_handle(of)));
    bool below[SLOTS];

    CHECK_EQ(got, !model[of].used                   ? ERR_BAD_CAPABILITY
                  : model[of].rights & RIGHT_REVOKE ? ERR_OK
                                                    : ERR_DENIED);
    if (got != ERR_OK)
        return;
    for (int k = 0; k < SLOTS; k++)
        below[k] = model[k].used && model_below(k, of);
    for (int k = 0; k < SLOTS; k++)
        if (below[k])
            model_remove(k);
}

int main(int argc, char **argv)
{
    struct cell *cell = host_boot(1024);
    struct thread *t = bed_first(cell);

    uint64_t steps = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", STEPS);

    seed = test_seed(argc, argv);
    CHECK_EQ(bed_object(t, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(FIRST)),
             ERR_OK);
    model[0] = (struct model){true, -1, RIGHT_ALL, ~0ull, 0, 0, 1};
    for (uint64_t step = 0; step < steps; step++) {
        int a = (int)roll(SLOTS), b = (int)roll(SLOTS);

        switch (roll(8)) {
        case 0:
            if (a == 0 || a == b ||
                model[a].parent < 0) // the original stays, so that there is always something
                break;
            CHECK_EQ(bed_object(t, CAP_SELF, CELL_METHOD_DELETE, ARGS(model_handle(a))),
                     model[a].used ? ERR_OK : ERR_BAD_CAPABILITY);
            if (model[a].used)
                model_remove(a);
            break;
        case 1:
            move(t, a, b);
            break;
        case 2:
            if (roll(10) == 0)
                revoke(t, a);
            break;
        default:
            derive(t, a, b);
        }
        compare(cell);
        if (step % 16 == 0)
            tree(cell);
    }
    host_shutdown();
    return unit_done();
}
