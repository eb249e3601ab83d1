// SPDX-License-Identifier: GPL-3.0-or-later
// A good profile gives the plan it should; each bad file gives its complaint, and no complaint is
// without a bad file. A test file holds several files of a source tree, each behind `#=== PATH`.
#include "inspect.h"
#include "plan.h"
#include "tests/manifest/tree.h"
#include "tests/unit.h"

#include <dirent.h>
#include <stdlib.h>

static bool seen[PROFILE_MESSAGE_COUNT];

static char *file_text(const char *path)
{
    char *text = calloc(1, 65536);
    FILE *f = fopen(path, "rb");

    if (!CHECK(text && f) || !CHECK(fread(text, 1, 65535, f) > 0))
        exit(1);
    fclose(f);
    return text;
}

// The manifest of an app that is packed by itself, for a device that allows little; the caller
// frees cell->text.
static bool app_read(struct memory_tree *tree, struct profile_cell *cell, struct complaint *c)
{
    static const char profile[] =
        "[apps]\nmost = 1\nmemory = \"1M\"\nheap = \"64K\"\nstack = \"32K\"\n"
        "budget = \"5ms per 10ms\"\n[apps.permissions]\n"
        "log = [\"write\"]\nvault = [\"status\", \"account\"]\n"
        "steward = [\"request\"]\n";
    struct plan_ceiling ceiling;

    CHECK(ceiling_read_text(profile, sizeof(profile) - 1, "profile", &ceiling, c));
    *cell = (struct profile_cell){.manifest = "package/manifest.toml"};
    cell->text = tree_read(tree, cell->manifest, &cell->text_size);
    return CHECK(cell->text != NULL) && manifest_read_app(cell, &ceiling, c);
}

static void provoke(const char *path, const char *good)
{
    static struct profile profile;
    static struct profile_cell app;
    struct memory_tree tree = {0};
    struct source source = {&tree, tree_read};
    struct complaint c = {0};
    char *bad = file_text(path), *expect = strstr(bad, "# expect: ");
    char wanted[1024] = "";

    tree_add(&tree, good);
    tree_add(&tree, bad);
    if (strstr(bad, "#=== package/")) {
        CHECK(!app_read(&tree, &app, &c));
        free(app.text);
    } else {
        CHECK(!profile_read(&profile, &source, "profiles/test.toml", &c));
    }
    if (CHECK(expect != NULL))
        snprintf(wanted, sizeof(wanted), "%.*s", (int)strcspn(expect + 10, "\n"), expect + 10);
    if (!CHECK(strcmp(c.text, wanted) == 0))
        fprintf(stderr, "    file   %s\n    said   %s\n    wanted %s\n", path, c.text, wanted);
    seen[c.number] = true;
    profile_free(&profile);
    free(bad);
}

// More permissions than a plan holds take more services than there are yet.
static void test_too_many_grants(void)
{
    static struct profile profile;
    struct complaint c = {0};

    profile.cell_count = PROFILE_CELLS;
    strcpy(profile.cells[0].plan.name, "steward");
    strcpy(profile.cells[0].program, "steward");
    profile.cells[0].plan.priority = STEWARD_PRIORITY;
    for (size_t i = 1; i < PROFILE_CELLS; i++)
        for (size_t s = 1; s < 12; s++)
            profile.cells[i].permissions[s].service = (uint32_t)s;
    CHECK(!profile_check(&profile, &c) && c.number == PROFILE_TOO_MANY_GRANTS);
    seen[c.number] = true;
}

static void test_bad_files(const char *good)
{
    const char *folder = "tests/manifest/bad";
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (!CHECK(dir != NULL))
        return;
    while ((entry = readdir(dir)) != NULL) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".toml"))
            provoke(path, good);
    }
    closedir(dir);
    test_too_many_grants();
    for (unsigned i = 1; i < PROFILE_MESSAGE_COUNT; i++)
        if (!CHECK(seen[i]))
            fprintf(stderr, "    no bad file provokes message %u of profile_messages.def\n", i);
}

static void check_plan(const struct plan_view *v)
{
    const struct plan_cell *console = &v->cells[2], *wallet = &v->cells[4];
    uint32_t vault = service_by_name("vault")->number;

    CHECK_EQ(v->plan->cell_count, 5);
    CHECK_EQ(v->plan->grant_count, 6);
    CHECK(strcmp(v->cells[0].name, "steward") == 0 && v->cells[0].priority == STEWARD_PRIORITY);
    CHECK_EQ(v->cells[0].flags, PLAN_SECRET | PLAN_RESTART);
    CHECK_EQ(v->cells[1].image, 11);
    CHECK_EQ(console->flags,
             PLAN_FPU | PLAN_SEED | PLAN_AUDIT | PLAN_DENIALS); // restart = false
    CHECK(console->heap_pages == 16 && console->stack_pages == 256 && console->untyped_pages == 2);
    CHECK(console->budget_us == 250 && console->period_us == 3600000000u);
    CHECK(console->slots == 512 && console->interrupts[0] == 5 && console->interrupts[1] == 4);
    CHECK(console->ports[0].base == 0x3f8 && console->ports[1].count == 4);
    CHECK(console->ports[2].count == 0 && console->interrupts[2] == 0);
    CHECK(strcmp(console->argument, "loud") == 0);
    CHECK(strcmp(wallet->name, "purse") == 0 && strcmp(wallet->app_id, "purse") == 0);
    CHECK(wallet->flags == PLAN_APP && wallet->service == 0 && wallet->publisher[0] == 0x10);
    CHECK(wallet->budget_us == 3000 && wallet->period_us == 7000);
    CHECK(strcmp(wallet->argument, "x") == 0 && wallet->stack_pages == 4);
    CHECK_EQ(plan_methods(v, 4, vault), 1u << 1 | 1u << 3); // status, offer
    CHECK_EQ(plan_methods(v, 4, 1), 1u << 6);               // request
    CHECK_EQ(plan_consent(v, 4, vault), 1u << 2);
    CHECK_EQ(plan_consent(v, 4, 1), 0);
    CHECK(v->ceiling->apps == 3 && v->ceiling->pages == 256 && v->ceiling->heap_pages == 256);
    CHECK(v->ceiling->stack_pages == 16 && v->ceiling->priority == 100);
    CHECK(v->ceiling->budget_us == 1000 && v->ceiling->period_us == 10000);
    CHECK_EQ(v->ceiling->methods[vault], 1u << 1 | 1u << 2);
    CHECK_EQ(v->ceiling->methods[1], 0);
}

static void test_app(void)
{
    static const char text[] =
        "#=== package/manifest.toml\nname = \"note\"\nversion = \"1.2\"\nnumber = 3\n"
        "priority = 90\npublisher = \"whoever\"\n[permissions]\nvault = [\"status\"]\n";
    static struct profile_cell app;
    struct memory_tree tree = {0};
    struct complaint c = {0};

    tree_add(&tree, text);
    if (!CHECK(app_read(&tree, &app, &c)))
        fprintf(stderr, "    %s\n", c.text);
    CHECK(app.number == 3 && strcmp(app.version, "1.2") == 0 && app.plan.flags == PLAN_APP);
    CHECK(app.plan.publisher[0] == 0 && app.permissions[service_by_name("vault")->number].methods);
    free(app.text);
}

// What reads as a plan can be drawn.
static void draw(const struct plan_view *view)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        abort();
    inspect_svg(f, view, "any <&> title");
    CHECK(fclose(f) == 0 && size > 1000 && strcmp(text + size - 7, "</svg>\n") == 0);
    free(text);
}

// Packages with many services make more cells than an image may have: no picture, and no harm.
static void test_difference(void)
{
    enum { CELLS = 64 };
    static struct plan_cell cells[2][CELLS];
    const struct plan_ceiling ceiling = {0};
    struct plan plan = {0};
    struct plan_view views[2];
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        abort();
    for (int side = 0; side < 2; side++) {
        views[side] = (struct plan_view){&plan, &ceiling, cells[side], NULL};
        for (uint32_t i = 0; i < CELLS; i++)
            snprintf(cells[side][i].name, BUNDLE_NAME, "%s%u", side ? "new" : "old", i);
    }
    plan.cell_count = CELLS;
    CHECK(inspect_svg_difference(f, &views[0], &views[0], "too many") == ERR_TOO_LARGE);
    plan.cell_count = PLAN_CELLS_MAX / 2 + 1;
    CHECK(inspect_svg_difference(f, &views[0], &views[1], "too many together") == ERR_TOO_LARGE);
    plan.cell_count = PLAN_CELLS_MAX / 2;
    CHECK(inspect_svg_difference(f, &views[0], &views[1], "just as many") == ERR_OK);
    fclose(f);
    free(text);
}

// Whoever compares by name must not be shown one cell for two.
static void check_twins(uint8_t *plan, size_t size)
{
    struct plan_cell *cells =
        (struct plan_cell *)(void *)(plan + sizeof(struct plan) + sizeof(struct plan_ceiling));
    struct plan_view view;
    struct plan_cell kept = cells[1];

    memcpy(cells[1].name, cells[0].name, sizeof(kept.name));
    CHECK(plan_read(plan, size, &view) == ERR_BAD_DATA);
    cells[1] = kept;
    cells[1].service = cells[0].service;
    CHECK(plan_read(plan, size, &view) == ERR_BAD_DATA);
    cells[1] = kept;
}

// The plan of the good profile; then every single damaged byte of it is refused or can be drawn.
static void test_plan(const char *good)
{
    static struct profile profile;
    static const uint32_t image[PROFILE_CELLS] = {10, 11, 12, 13, 14};
    struct memory_tree tree = {0};
    struct source source = {&tree, tree_read};
    struct complaint c = {0};
    struct plan_view view;
    size_t size = 0;
    uint8_t *plan;

    tree_add(&tree, good);
    if (!CHECK(profile_read(&profile, &source, "profiles/test.toml", &c))) {
        fprintf(stderr, "    %s\n", c.text);
        return;
    }
    CHECK_EQ(profile.rollback_index, 7);
    plan = plan_make(&profile, image, &size);
    profile_free(&profile);
    plan = realloc(plan, size); // exactly
    if (!plan)
        abort();
    if (CHECK(plan_read(plan, size, &view) == ERR_OK))
        check_plan(&view);
    check_twins(plan, size);
    CHECK(plan_read(plan, size - 1, &view) == ERR_BAD_DATA);
    CHECK(plan_read(plan, 7, &view) == ERR_BAD_DATA);
    for (size_t i = 0; i < size; i++) {
        uint8_t kept = plan[i];
        plan[i] = (uint8_t)(i % 2 ? kept ^ 0xff : kept + 1);
        if (plan_read(plan, size, &view) == ERR_OK)
            draw(&view);
        if (i < sizeof(struct plan))
            CHECK(plan_read(plan, size, &view) == ERR_BAD_DATA);
        plan[i] = kept;
    }
    free(plan);
}

// Whatever stands in the files, reading them ends, with a complaint if it did not succeed.
static void test_damaged(const char *good)
{
    static struct profile profile;
    size_t size = strlen(good);

    srand(1);
    for (int round = 0; round < 3000; round++) {
        struct memory_tree tree = {0};
        struct source source = {&tree, tree_read};
        struct complaint c = {0};
        char *copy = strdup(good);
        if (!copy)
            abort();
        for (int i = 0; i < 1 + round % 3; i++)
            copy[(size_t)rand() % size] = " \n\"[]{}=,.#-az09_K/"[rand() % 19];
        tree_add(&tree, copy);
        bool fine = profile_read(&profile, &source, "profiles/test.toml", &c);
        CHECK(fine == (c.number == 0));
        profile_free(&profile);
        free(copy);
    }
}

int main(void)
{
    char *good = file_text("tests/manifest/good.toml");

    test_plan(good);
    test_difference();
    test_app();
    test_bad_files(good);
    test_damaged(good);
    free(good);
    return unit_done();
}
