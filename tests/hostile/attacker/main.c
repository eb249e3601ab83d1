// SPDX-License-Identifier: GPL-3.0-or-later
#include "attack.h"
#include "gen/log.h"
#include "os/ipc.h"
#include "os/text.h"
#include <string.h>

static const struct {
    const char *name;
    const char *(*run)(void);
} attacks[] = {
#define ATTACK(name) {#name, attack_##name},
#include "attacks.def"
#undef ATTACK
};

static void line(const char *a, const char *b)
{
    char buffer[200];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, a);
    text_string(&t, b);
    err_t err = log_write((const uint8_t *)buffer, t.length);
    (void)err; // a verdict that is missing counts as a failure
}

uint64_t attack_random(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;
    // xorshift64 (Marsaglia 2003).
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void attack_say(const char *text, uint64_t value)
{
    char buffer[100];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, text);
    text_char(&t, ' ');
    text_hex(&t, value);
    line(buffer, "");
}

int main(void)
{
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        if (strcmp(start_page()->argument, attacks[i].name) != 0)
            continue;
        const char *got = attacks[i].run();
        line(got ? "broke out: " : "refused", got ? got : "");
        return got != NULL;
    }
    line("broke out: ", "there is no such attack");
    return 1;
}
