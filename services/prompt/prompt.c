// SPDX-License-Identifier: GPL-3.0-or-later
#include "prompt.h"

#include <string.h>

#include "abi/boot_info.h"
#include "apps.h"
#include "ask.h"
#include "crypto/hash.h"
#include "format/fingerprint.h"
#include "gen/attest.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "pin.h"
#include "question.h"
#include "terminal.h"
#include "vouch.h"
#include "words.h"

enum { MILLISECOND = 1000000, GREETINGS_MAX = 3 };

static struct {
    bool seeded;                            // the vault has a seed
    bool greeted;                           // "Ready." stands on the console
    bool lost;                              // so does that the vault is gone for good
    bool signed_on;                         // "> " stands there, before there is a seed
    uint8_t key[VAULT_DEVICE_KEY_KEY_SIZE]; // the device key that stands there; zero: none
    struct line line;
} prompt;

static void boot_show(void)
{
    uint8_t profile[32], version[32], digest[32];
    uint32_t entry = 0, secure_boot = 0;
    uint64_t rollback_index = 0;
    if (steward_boot_report(profile, version, digest, &entry, &secure_boot, &rollback_index)) {
        terminal_text("Cella\nWhat was booted cannot be said: restart the device.\n");
        return;
    }
    terminal_text("Cella ");
    terminal_field(version, sizeof version);
    terminal_text("  profile ");
    terminal_field(profile, sizeof profile);
    terminal_text("  bundle ");
    terminal_hex(digest, 8);
    terminal_text(entry != BOOT_UEFI              ? "\nboot: direct (unmeasured)\n"
                  : secure_boot == BOOT_SECURE_ON ? "\nboot: UEFI, Secure Boot on\n"
                                                  : "\nboot: UEFI, Secure Boot OFF\n");
}

// Who enrols this machine's TPM compares it; nothing in a profile without attest.
static void tpm_show(void)
{
    uint8_t key[ATTEST_KEY_KEY_SIZE], digest[HASH_SIZE];
    char fingerprint[FINGERPRINT_TEXT];
    err_t err = attest_key(key);
    if (err == ERR_NOT_FOUND)
        terminal_text("no TPM: nothing attests what runs here\n");
    if (err)
        return;
    hash_bytes(key, sizeof key, digest);
    fingerprint_text(digest, fingerprint);
    terminal_text("TPM key    ");
    terminal_text(fingerprint);
    terminal_text("\n");
}

static void key_show(void)
{
    uint8_t key[VAULT_DEVICE_KEY_KEY_SIZE];
    char fingerprint[FINGERPRINT_TEXT];
    if (vault_device_key(key)) {
        terminal_text("No device key: there is not enough randomness. Restart the device.\n");
        return;
    }
    terminal_text("device key ");
    memcpy(prompt.key, key, sizeof key);
    fingerprint_text(key, fingerprint);
    terminal_text(fingerprint);
    terminal_text("\ndevice public key ");
    terminal_hex(key, sizeof key);
    terminal_text("\n");
}

// A vault that was started again while there was no seed has lost nothing but its device key.
static void key_follow(void)
{
    uint8_t key[VAULT_DEVICE_KEY_KEY_SIZE];
    if (vault_device_key(key) || memcmp(key, prompt.key, sizeof key) == 0)
        return;
    terminal_text("The vault has started again: it has another device key.\n");
    terminal_calm();
    key_show();
    terminal_flush();
    if (terminal_trouble())
        memset(prompt.key, 0, sizeof prompt.key); // so it is shown the next time
}

// After a failure that may last: whoever has a lower priority gets on meanwhile.
static void prompt_rest(void)
{
    uint64_t bits;
    err_t err =
        sys_wait(start_page()->signal, sys_now() + (nsec_t)PROMPT_LOOK_MS * MILLISECOND, &bits);
    (void)err; // nobody raises it, so this is TIMED_OUT
}

static void greet(void)
{
    uint32_t state = 0, network = 0, fingerprint = 0;
    terminal_text("\n");
    boot_show();
    tpm_show();
    key_show();
    if (vault_status(&state, &network, &fingerprint) == ERR_OK && state != 0) {
        prompt.seeded = true; // this cell started again, the vault did not
        terminal_text("This console has started again. What was typed before counts for nothing.\n"
                      "There is a seed. Network: ");
        terminal_text(words_network(network));
        terminal_text(".\n");
    } else {
        pin_greet();
        if (!pin_locked())
            terminal_text(
                "There is no seed on this device.\nType `restore` to enter your words, or "
                "`create` to make new ones.\n");
    }
    terminal_flush();
}

void prompt_begin(void)
{
    memset(&prompt, 0, sizeof prompt);
    terminal_forget();
    for (int i = 0; i < GREETINGS_MAX; i++) {
        terminal_calm();
        greet();
        if (!terminal_trouble())
            return;
        prompt_rest(); // a console driver that is started again has lost what was written
    }
}

// Show a question of the steward's, if there is one. True: something was shown.
static bool prompt_asked(void)
{
    uint64_t sequence;
    if (steward_wait_question(1, &sequence) != ERR_OK)
        return false;
    if (prompt.line.length > 0 || prompt.signed_on)
        terminal_text("\n");
    return ask_serve() == ERR_OK;
}

// Take what is typed, for a moment, while there is no seed. True: that is a whole line.
static bool prompt_line(void)
{
    uint8_t byte;
    err_t err;
    if (!prompt.signed_on) {
        line_begin(&prompt.line, false);
        terminal_text("> ");
        prompt.signed_on = true;
    }
    while ((err = terminal_byte(sys_now() + (nsec_t)PROMPT_LOOK_MS * MILLISECOND, &byte)) == ERR_OK)
        if (terminal_feed(&prompt.line, byte)) {
            prompt.signed_on = false;
            return true;
        }
    if (err != ERR_TIMED_OUT) {
        prompt.signed_on = false;
        prompt_rest();
    } else if (prompt_asked()) {
        prompt.signed_on = false;
    }
    return false;
}

static void prompt_unseeded(void)
{
    if (pin_locked()) {
        prompt.seeded = pin_unlock();
        if (!prompt.seeded && !pin_locked())
            greet(); // it was wiped
        if (terminal_trouble())
            prompt_rest();
        return;
    }
    if (!prompt_line())
        return;
    if (line_is(&prompt.line, "restore"))
        prompt.seeded = words_restore();
    else if (line_is(&prompt.line, "create"))
        prompt.seeded = words_create();
    else if (line_is(&prompt.line, "wipe"))
        pin_wipe();
    else if (!apps_command(&prompt.line) && prompt.line.length > 0)
        terminal_text("Type `restore` to enter your words, or `create` to make new ones.\n");
    if (prompt.seeded)
        pin_offer();
}

// A command about what is kept; if it, or too many wrong PINs, wiped everything, begin anew.
static void prompt_kept(void (*command)(void))
{
    uint32_t state = 1, network = 0, fingerprint = 0;
    command();
    if (vault_status(&state, &network, &fingerprint) == ERR_OK && state == 0)
        prompt_begin();
}

// A line that was typed while there was no question.
static void prompt_command(void)
{
    if (line_is(&prompt.line, "help"))
        terminal_text(
            "When an app wants something signed, the request appears here. Read it; only\n"
            "what stands between its two lines is signed. Otherwise: `pin` keeps the seed under a\n"
            "PIN or changes it, `words` shows your words, `wipe` forgets everything. `apps` lists\n"
            "what is installed and what you vouched for; `refuse NAME` stops such a program.\n");
    else if (line_is(&prompt.line, "pin"))
        prompt_kept(pin_change);
    else if (line_is(&prompt.line, "words"))
        prompt_kept(pin_words);
    else if (line_is(&prompt.line, "wipe"))
        prompt_kept(pin_wipe);
    else if (!apps_command(&prompt.line) && prompt.line.length > 0)
        terminal_text("Nothing to answer. Type `help`.\n");
    line_begin(&prompt.line, false);
}

static void prompt_idle(void)
{
    uint32_t state = 0, network = 0, fingerprint = 0;
    uint8_t byte;
    err_t err = vault_status(&state, &network, &fingerprint);
    if (!err && state == 0) {
        terminal_text("\nThe vault has started again: its seed is gone.\n");
        prompt_begin();
        return;
    }
    // The steward has taken the endpoint away (docs/supervision.md).
    if ((err == ERR_BAD_CAPABILITY || err == ERR_DENIED) && !prompt.lost) {
        terminal_text("\nThe vault does not run any more. Restart the device.\n");
        prompt.lost = true;
    }
    if (!prompt.greeted) {
        key_follow();
        line_begin(&prompt.line, false);
        terminal_calm();
        terminal_text("Ready.\n");
        terminal_flush();
        prompt.greeted = !terminal_trouble();
    }
    while (terminal_byte(1, &byte) == ERR_OK)
        if (terminal_feed(&prompt.line, byte))
            prompt_command();
    err = vault_wait_question(sys_now() + (nsec_t)PROMPT_LOOK_MS * MILLISECOND);
    if (err && err != ERR_TIMED_OUT)
        prompt_rest();
    if (!err) {
        if (prompt.line.length > 0)
            terminal_text("\n");
        if (question_serve() == ERR_OK)
            prompt.greeted = false;
    } else if (vouch_serve() == ERR_OK || prompt_asked()) {
        prompt.greeted = false;
    }
}

void prompt_step(void)
{
    if (prompt.seeded)
        prompt_idle();
    else
        prompt_unseeded();
}
