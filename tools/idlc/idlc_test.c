// SPDX-License-Identifier: GPL-3.0-or-later
// Reads good files and checks what was understood; reads every bad file and checks the complaint,
// and that no message is without a bad file.
#include "idlc/model.h"
#include "tests/unit.h"

#include <dirent.h>
#include <stdlib.h>

static bool seen[IDL_MESSAGE_COUNT];

static void provoke(const char *path)
{
    static struct idl bad, good;
    struct idl *files[] = {&good, &bad};
    struct complaint c = {0};
    char line[1024] = "", wanted[2048];
    FILE *f = fopen(path, "rb");

    if (!CHECK(f != NULL))
        return;
    CHECK(fgets(line, sizeof(line), f) && strncmp(line, "# expect: ", 10) == 0);
    line[strcspn(line, "\n")] = 0;
    fclose(f);
    CHECK(idl_read_file(&good, "tests/idlc/trip.idl", &c));
    CHECK(!idl_read_file(&bad, path, &c) || !idl_check_all(files, 2, &c));
    snprintf(wanted, sizeof(wanted), "%s%s", path, line + 10);
    if (!CHECK(strcmp(c.text, wanted) == 0))
        fprintf(stderr, "    said   %s\n    wanted %s\n", c.text, wanted);
    seen[c.number] = true;
    idl_free(&bad);
    idl_free(&good);
}

static void test_bad_files(void)
{
    const char *folder = "tests/idlc/bad";
    DIR *dir = opendir(folder);
    struct dirent *entry;
    struct complaint c = {0};
    struct idl idl;

    if (!CHECK(dir != NULL))
        return;
    while ((entry = readdir(dir)) != NULL) {
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".idl"))
            provoke(path);
    }
    closedir(dir);
    CHECK(!idl_read_file(&idl, "tests/idlc/none.idl", &c));
    seen[c.number] = true;
    for (unsigned i = 1; i < IDL_MESSAGE_COUNT; i++)
        if (!CHECK(seen[i]))
            fprintf(stderr, "    no bad file provokes message %u of tools/idlc/messages.def\n", i);
}

static void test_layout(void)
{
    static struct idl idl;
    struct complaint c = {0};
    const struct idl_method *both;
    char sentence[64];

    if (!CHECK(idl_read_file(&idl, "tests/idlc/trip.idl", &c)))
        fprintf(stderr, "    %s\n", c.text);
    CHECK_EQ(idl.number, 60);
    CHECK_EQ(idl.method_count, 11);
    CHECK(idl_text_sentence(&idl.about, sentence, sizeof(sentence)));
    CHECK(strcmp(sentence, "Every shape that a method can have, for the test of the interfa") == 0);
    both = &idl.methods[4];
    CHECK_EQ(both->args[1].offset, 0);
    CHECK_EQ(both->args[2].offset, 24);
    CHECK_EQ(both->args[3].offset, 24 + 8 + 104);
    CHECK_EQ(both->args[4].offset, 136 + 40);
    CHECK_EQ(both->lease_size, 176 + 8 + 104);
    CHECK(both->lease_mut && !idl.methods[2].lease_mut);
    CHECK(idl.methods[5].retired && idl.methods[5].number == 6);
    CHECK_EQ(idl.methods[8].attributes, IDL_SECRET | IDL_CONSENT);
    idl_free(&idl);
}

// Whatever stands in a file, reading it ends, in success or in a complaint.
static void test_damaged(void)
{
    static struct idl idl;
    static char original[8192];
    FILE *f = fopen("tests/idlc/trip.idl", "rb");
    size_t size = f ? fread(original, 1, sizeof(original), f) : 0;

    CHECK(size > 500);
    if (f)
        fclose(f);
    srand(1);
    for (int round = 0; round < 4000; round++) {
        struct complaint c = {0};
        size_t n = round % 2 ? (size_t)rand() % size : size;
        char *copy = malloc(n + 1);
        if (!copy)
            abort();
        memcpy(copy, original, n);
        for (int i = 0; i < round % 5; i++)
            copy[(size_t)rand() % (n + 1)] = " \n#():,->abz019_"[rand() % 16];
        bool good = idl_read(&idl, "trip.idl", copy, n, &c);
        CHECK(good == (c.number == 0));
        idl_free(&idl);
    }
}

int main(void)
{
    test_layout();
    test_bad_files();
    test_damaged();
    return unit_done();
}
