// SPDX-License-Identifier: GPL-3.0-or-later
// In every fuzz program. With CELLA_FUZZ_SEEDS it writes its good inputs into that folder and
// ends, so that libFuzzer begins with inputs of today's format even where the corpus is of an older
// one.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// A good input to start from; gives its size, 0 after the last. An entry may go without.
__attribute__((weak)) size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerInitialize(int *argc, char ***argv);

// What one input frees is far below the quarantine, so that the sanitizer sees every use of it; its
// own 256 MB are fresh pages again and again. ASAN_OPTIONS in the environment goes before.
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8:malloc_context_size=8";
}

enum { INPUT_MAX = 1 << 16, SEEDS_MAX = 64 };

static _Alignas(8) uint8_t input[INPUT_MAX];

static int seed_write(const char *folder, unsigned number, size_t size)
{
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s/seed-%u", folder, number);
    FILE *file = fopen(name, "wb");
    if (file == NULL || fwrite(input, size, 1, file) != 1 || fclose(file) != 0) {
        fprintf(stderr, "%s: cannot be written - name a folder that you may write to\n", name);
        return 1;
    }
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *folder = getenv("CELLA_FUZZ_SEEDS");
    (void)argc;
    (void)argv;
    if (folder == NULL)
        return 0;
    for (unsigned number = 0; fuzz_seed != NULL && number < SEEDS_MAX; number++) {
        const size_t size = fuzz_seed(number, input, sizeof input);
        if (size == 0)
            break;
        if (seed_write(folder, number, size) != 0)
            exit(1);
    }
    exit(0);
}
