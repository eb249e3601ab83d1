// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as profile, manifests and publishers, in place of some files of a good source tree:
// refused with a number of profile_messages.def and a place, or there is a plan that can be read.
#include "plan.h"
#include "tests/manifest/tree.h"

#include <dirent.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// At link time these take the place of the reader of TOML (build.mk): a file of the good tree that
// the input leaves alone is parsed once, not for each input.
const struct setting *__real_settings_read(const char *text, size_t size, const char **reason,
                                           unsigned *line);
const struct setting *__wrap_settings_read(const char *text, size_t size, const char **reason,
                                           unsigned *line);
void __real_settings_free(const struct setting *document);
void __wrap_settings_free(const struct setting *document);

enum { TEXT_MAX = 1 << 16 };

static char good[TEXT_MAX];
static struct memory_tree good_tree;
static const struct setting *parsed[FILES_MAX]; // of the good tree's files; never freed

static void require(bool cond)
{
    if (!cond)
        abort();
}

static size_t file_read(const char *path, char *out, size_t max)
{
    FILE *f = fopen(path, "rb");
    require(f != NULL);
    const size_t size = fread(out, 1, max, f);
    require(fclose(f) == 0);
    return size;
}

// The good tree, then each bad file.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    struct dirent **names = NULL;
    char path[512] = "tests/manifest/good.toml";
    const int count = scandir("tests/manifest/bad", &names, NULL, alphasort);
    size_t size = 0;
    require(count > 2); // the folder itself and the one above come first
    if (number > 0 && number + 1 < (unsigned)count)
        snprintf(path, sizeof path, "tests/manifest/bad/%s", names[number + 1]->d_name);
    if (number + 1 < (unsigned)count)
        size = file_read(path, (char *)out, max);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return size;
}

static void good_load(void)
{
    const char *reason;
    unsigned line;
    good[file_read("tests/manifest/good.toml", good, sizeof good - 1)] = 0;
    tree_add(&good_tree, good);
    for (size_t i = 0; i < good_tree.count; i++) {
        const struct memory_file *file = &good_tree.files[i];
        parsed[i] = __real_settings_read(file->text, file->size, &reason, &line);
        require(parsed[i] != NULL);
    }
}

const struct setting *__wrap_settings_read(const char *text, size_t size, const char **reason,
                                           unsigned *line)
{
    for (size_t i = 0; i < good_tree.count; i++)
        if (size == good_tree.files[i].size && memcmp(text, good_tree.files[i].text, size) == 0)
            return parsed[i];
    return __real_settings_read(text, size, reason, line);
}

void __wrap_settings_free(const struct setting *document)
{
    for (size_t i = 0; i < good_tree.count; i++)
        if (document == parsed[i])
            return;
    __real_settings_free(document);
}

static void plan_require(const struct profile *profile)
{
    static uint32_t image[PROFILE_CELLS];
    struct plan_view view;
    size_t size = 0;
    uint8_t *plan = plan_make(profile, image, &size);
    require(plan != NULL && plan_read(plan, size, &view) == ERR_OK);
    require(view.plan->cell_count == profile->cell_count);
    free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct profile profile;
    static struct memory_tree tree;
    struct source source = {&tree, tree_read};
    struct complaint c = {0};
    char *text = malloc(size + 1);
    require(text != NULL);
    if (good[0] == 0)
        good_load();
    tree = good_tree;
    if (size != 0)
        memcpy(text, data, size);
    text[size] = 0;
    tree_add(&tree, text);
    if (profile_read(&profile, &source, "profiles/test.toml", &c))
        plan_require(&profile);
    else
        require(c.number < PROFILE_MESSAGE_COUNT && c.text[0] != 0);
    profile_free(&profile);
    free(text);
    return 0;
}
