// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzz entry natively for a bounded number of inputs: good ones from fuzz_seed, mutated, and
// random bytes. `fuzz_NAME [seed [count]]`; CELLA_FUZZ_SEED and CELLA_FUZZ_COUNT say the same.
// `fuzz_NAME corpus FOLDER` writes the good inputs into files, for libFuzzer to begin with (`make
// fuzz`).
#include "tests/seed.h"

#include <limits.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A good input to start from; gives its size, 0 after the last. An entry may go without.
__attribute__((weak)) size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

enum { INPUT_MAX = 1 << 16, SEEDS_MAX = 64, COUNT = 20000 };

static uint64_t state;

// splitmix64 (Steele, Lea, Flood, 2014)
static uint64_t draw(void)
{
    state += 0x9e3779b97f4a7c15;
    uint64_t z = state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static size_t below(size_t n)
{
    return n == 0 ? 0 : (size_t)(draw() % n);
}

// One change: a bit, a byte, an interesting byte, a piece removed, repeated or cut off.
static size_t mutate(uint8_t *data, size_t size)
{
    static const uint8_t special[] = {0, 1, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff};
    size_t at = below(size);
    size_t length = 1 + below(8);
    if (size == 0)
        return 0;
    switch (draw() % 6) {
    case 0:
        data[at] = (uint8_t)(data[at] ^ 1u << draw() % 8);
        return size;
    case 1:
        data[at] = (uint8_t)draw();
        return size;
    case 2:
        data[at] = special[below(sizeof(special))];
        return size;
    case 3:
        length = length < size - at ? length : size - at;
        memmove(data + at, data + at + length, size - at - length);
        return size - length;
    case 4:
        length = length < size - at ? length : size - at;
        if (size + length > INPUT_MAX)
            return size;
        memmove(data + at + length, data + at, size - at);
        return size + length;
    default:
        return at;
    }
}

// An allocation of just that size, so that the sanitizer sees every read beyond it.
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size + (size == 0));
    if (exact == NULL)
        abort();
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static uint8_t seeds[SEEDS_MAX][INPUT_MAX];
static size_t sizes[SEEDS_MAX];

static size_t seeds_make(void)
{
    size_t count = 0;
    while (fuzz_seed != NULL && count < SEEDS_MAX &&
           (sizes[count] = fuzz_seed((unsigned)count, seeds[count], INPUT_MAX)) != 0)
        count++;
    return count;
}

static int corpus_write(const char *folder, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s/seed-%zu", folder, i);
        FILE *file = fopen(name, "wb");
        if (file == NULL || fwrite(seeds[i], sizes[i], 1, file) != 1 || fclose(file) != 0) {
            fprintf(stderr, "%s: cannot be written - name a folder that you may write to\n", name);
            return 1;
        }
    }
    return 0;
}

// A random input, or a good one with a few changes.
static size_t input_make(uint8_t *data, size_t count)
{
    size_t size = 1 + below(512);
    if (count != 0 && draw() % 8 != 0) {
        size_t from = below(count);
        size = sizes[from];
        memcpy(data, seeds[from], size);
        for (size_t changes = 1 + below(4); changes > 0; changes--)
            size = mutate(data, size);
        return size;
    }
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)draw();
    return size;
}

int main(int argc, char **argv)
{
    static uint8_t data[INPUT_MAX];
    size_t count = seeds_make();
    if (argc == 3 && strcmp(argv[1], "corpus") == 0)
        return corpus_write(argv[2], count);
    state = test_seed(argc, argv);
    uint64_t rounds = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", COUNT);
    printf("%llu inputs from %zu, ", (unsigned long long)rounds, count);
    fflush(stdout);
    for (size_t i = 0; i < count; i++)
        run(seeds[i], sizes[i]);
    for (uint64_t n = 0; n < rounds; n++) {
        size_t size = input_make(data, count);
        run(data, size);
    }
    printf("none crashed\n");
    return 0;
}
