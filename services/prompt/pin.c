// SPDX-License-Identifier: GPL-3.0-or-later
#include "pin.h"

#include <string.h>

#include "crypto/wipe.h"
#include "gen/vault.h"
#include "terminal.h"
#include "words.h"

enum storage_state {
    STORAGE_NONE = 0,
    STORAGE_EMPTY = 1,
    STORAGE_LOCKED = 2,
    STORAGE_DAMAGED = 3,
    STORAGE_FAILED = 4,
};

enum verdict { RIGHT = 1, WRONG = 2, WIPED = 3, OTHER_SYSTEM = 4, LOCKED_OUT = 5 };
enum { WITH_TPM = 2 };

static struct {
    uint32_t state, protection, left;
} kept;

// What is kept; nothing if the vault does not say.
static void kept_ask(void)
{
    if (vault_storage(&kept.state, &kept.protection, &kept.left) != ERR_OK)
        kept.state = STORAGE_NONE;
}

bool pin_locked(void)
{
    kept_ask();
    return kept.state == STORAGE_LOCKED;
}

void pin_greet(void)
{
    kept_ask();
    if (kept.state == STORAGE_LOCKED) {
        terminal_text(kept.protection == WITH_TPM
                          ? "A seed is kept on this device, under a PIN and the TPM. "
                          : "A seed is kept on this device, under a PIN alone: there is no TPM. ");
        terminal_number(kept.left, 1, ' ');
        terminal_text(" tries are left.\nType your PIN, or `wipe` to give the seed up.\n");
    } else if (kept.state == STORAGE_DAMAGED) {
        terminal_text(
            "What was kept on this device is damaged, or something else. Your words bring "
            "the keys\nback; to keep them again, type `wipe` first.\n");
    } else if (kept.state == STORAGE_FAILED) {
        terminal_text("The flash memory fails: nothing can be kept. Restart the device.\n");
    }
}

static void verdict_say(uint32_t verdict, uint32_t left)
{
    if (verdict == WRONG) {
        terminal_text("Wrong PIN. ");
        terminal_number(left, 1, ' ');
        terminal_text(" more, and everything that is kept here is wiped.\n");
    } else if (verdict == WIPED) {
        terminal_text("Wrong PIN, one too many: everything that was kept here is wiped. Your words "
                      "bring the\nkeys back.\n");
    } else if (verdict == OTHER_SYSTEM) {
        terminal_text("The TPM does not open the seed for this system: it is not the one that may. "
                      "Boot the\none that kept it, or one that was signed as its successor.\n");
    } else if (verdict == LOCKED_OUT) {
        terminal_text("The TPM wants a pause after wrong PINs. Try again in some minutes.\n");
    } else if (verdict != RIGHT) {
        terminal_text("The TPM that helped to keep this seed is not here. Put it back, or type "
                      "`wipe` and\nuse your words.\n");
    }
}

static void trouble_say(void)
{
    terminal_text("The vault could not do that. Try again; if this stays, restart the device.\n");
}

static const uint8_t *pin_of(const struct line *line)
{
    return (const uint8_t *)line->text;
}

// What the vault can be given: it takes PIN_MAX bytes.
static size_t pin_size(const struct line *line)
{
    return line->length < VAULT_UNLOCK_PIN_SIZE ? line->length : VAULT_UNLOCK_PIN_SIZE;
}

static bool pin_take(struct line *line, const char *sign)
{
    bool taken = terminal_line(line, sign, true);
    return taken && !line_is(line, "cancel");
}

bool pin_unlock(void)
{
    struct line line = {.length = 0};
    uint32_t verdict = 0, left = 0;
    bool open = false;
    if (!terminal_line(&line, "PIN> ", true)) {
        line_wipe(&line);
        return false;
    }
    if (line_is(&line, "wipe")) {
        pin_wipe();
    } else if (line.length > 0 && !line.odd && !line.overlong) {
        terminal_text("One moment ...\n");
        terminal_flush();
        if (vault_unlock(pin_of(&line), pin_size(&line), &verdict, &left))
            trouble_say();
        else
            verdict_say(verdict, left);
        open = verdict == RIGHT;
    } else {
        terminal_text("Type the digits of your PIN, or `wipe` to give the seed up.\n");
    }
    line_wipe(&line); // P4
    terminal_forget();
    if (open)
        terminal_text("The seed is open.\n");
    return open;
}

// A new PIN, typed twice, handed to the vault with the old one. False: not kept.
static bool pin_set(const struct line *old)
{
    struct line line = {.length = 0}, again = {.length = 0};
    uint32_t verdict = 0, left = 0;
    bool done = false, over = false;
    while (!done && !over) {
        over =
            !pin_take(&line, "new PIN> ") || line_is(&line, "skip") || !pin_take(&again, "again> ");
        if (over)
            break;
        if (!line_is(&again, line.text) || line.odd || line.overlong) {
            terminal_text("These two differ. Type a new PIN.\n");
            continue;
        }
        terminal_text("One moment ...\n");
        terminal_flush();
        err_t err = vault_protect(pin_of(old), pin_size(old), pin_of(&line), pin_size(&line),
                                  &verdict, &left);
        if (err == ERR_BAD_ARGUMENT) {
            terminal_text(
                "A PIN has 6 to 12 digits, not all the same, not in a row like 123456.\n");
            continue;
        }
        over = true;
        if (err)
            trouble_say();
        else
            verdict_say(verdict, left);
        done = !err && verdict == RIGHT;
    }
    line_wipe(&line); // P4
    line_wipe(&again);
    terminal_forget();
    return done;
}

void pin_offer(void)
{
    static const struct line nothing;
    kept_ask();
    if (kept.state == STORAGE_EMPTY) {
        terminal_text("It can be kept for the next time. Choose a PIN of 6 to 12 digits; `skip` "
                      "keeps nothing.\n");
        if (pin_set(&nothing)) {
            terminal_text("The seed is kept under this PIN.\n");
            return;
        }
    }
    terminal_text("The seed is kept in memory only and is lost at power-off.\n");
}

void pin_change(void)
{
    struct line old = {.length = 0};
    kept_ask();
    if (kept.state == STORAGE_EMPTY) {
        pin_offer();
        return;
    }
    if (kept.state != STORAGE_LOCKED) {
        terminal_text("There is no place to keep a seed in.\n");
        return;
    }
    if (pin_take(&old, "old PIN> ") && pin_set(&old))
        terminal_text("The PIN is changed.\n");
    line_wipe(&old); // P4
    terminal_forget();
}

void pin_words(void)
{
    struct line line = {.length = 0};
    char words[VAULT_WORDS_WORDS_SIZE + 1] = {0};
    size_t used = 0;
    uint32_t verdict = 0, left = 0;
    kept_ask();
    if (kept.state != STORAGE_LOCKED) {
        terminal_text("No seed is kept under a PIN: there are no words to show.\n");
        return;
    }
    if (pin_take(&line, "PIN> ")) {
        terminal_text("One moment ...\n");
        terminal_flush();
        if (vault_words(pin_of(&line), pin_size(&line), (uint8_t *)words, sizeof words - 1, &used,
                        &verdict, &left))
            trouble_say();
        else if (verdict == RIGHT)
            words_show(words);
        else
            verdict_say(verdict, left);
    }
    wipe(words, sizeof words); // P4
    line_wipe(&line);
    terminal_forget();
}

void pin_wipe(void)
{
    struct line line = {.length = 0};
    terminal_text(
        "This overwrites what is kept and forgets the seed; only your words bring it back."
        "\nType `wipe` once more to do it.\n");
    bool meant = terminal_line(&line, "> ", false) && line_is(&line, "wipe");
    if (!meant)
        terminal_text("Nothing was wiped.\n");
    else if (vault_forget())
        terminal_text("The seed is forgotten, but the flash memory failed: it is wiped at the next "
                      "start.\n");
    else
        terminal_text("Everything is wiped.\n");
}
