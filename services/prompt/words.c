// SPDX-License-Identifier: GPL-3.0-or-later
#include "words.h"

#include <string.h>

#include "crypto/wipe.h"
#include "gen/vault.h"
#include "prompt.h"
#include "terminal.h"

enum { NETWORK_NONE = 0, NETWORK_MAIN = 1, NETWORK_TEST = 2, WORDS_IN_ROW = 4 };

const char *words_network(unsigned network)
{
    return network == NETWORK_TEST ? "TESTNET" : "MAINNET";
}

// Ask for the network; NETWORK_NONE if the person gives up.
static uint32_t network_ask(void)
{
    struct line line = {.length = 0};
    for (;;) {
        terminal_text("Network: type `main` or `test`. `cancel` goes back.\n");
        if (!terminal_line(&line, "> ", false) || line_is(&line, "cancel"))
            return NETWORK_NONE;
        if (line_is(&line, "main"))
            return NETWORK_MAIN;
        if (line_is(&line, "test"))
            return NETWORK_TEST;
    }
}

// Say which word is wrong, counted from 1, and which it is.
static void wrong_word(const struct line *line, uint32_t position)
{
    size_t at = 0;
    for (uint32_t word = 1; word < position && at < line->length; at++)
        word += line->text[at] == ' ';
    size_t end = at;
    while (end < line->length && line->text[end] != ' ')
        end++;
    terminal_text("Wrong word ");
    terminal_number(position, 1, ' ');
    terminal_text(": \"");
    terminal_span(line->text + at, end - at);
    terminal_text("\" is not in the list. Type all words again.\n");
}

// Hand the words to the vault and say how it went.
static bool words_hand_over(const struct line *line, uint32_t network)
{
    uint32_t position = 0;
    if (line->odd || line->overlong) {
        terminal_text(
            "That line is too long or holds keys other than letters. Type all words again.\n");
        return false;
    }
    err_t err = vault_restore((const uint8_t *)line->text, line->length, network, &position);
    if (!err && position > 0) {
        wrong_word(line, position);
    } else if (err == ERR_BAD_DATA) {
        terminal_text(
            "These are not 12 or 24 words, or one is not the right one: their checksum does "
            "not fit. Type all words again.\n");
    } else if (err) {
        terminal_text(
            "The vault could not take the words. Type them again; if this stays, restart the "
            "device.\n");
    } else {
        terminal_text("The seed is restored. Network: ");
        terminal_text(words_network(network));
        terminal_text(".\n");
        return true;
    }
    return false;
}

bool words_restore(void)
{
    struct line line = {.length = 0};
    bool done = false;
    uint32_t network = network_ask();
    while (network != NETWORK_NONE && !done) {
        terminal_text("Type your 12 or 24 words on one line. `cancel` goes back.\n");
        if (!terminal_line(&line, "words> ", true))
            break;
        line_words(&line);
        if (line_is(&line, "cancel"))
            break;
        done = words_hand_over(&line, network);
    }
    line_wipe(&line); // P4
    terminal_forget();
    return done;
}

void words_show(const char *words)
{
    size_t number = 1, column = 0;
    terminal_text("Write these words down, in this order. Whoever has them has the money.\n");
    terminal_number(number, 2, ' ');
    terminal_text(" ");
    for (const char *at = words; *at; at++) {
        if (*at != ' ') {
            terminal_span(at, 1);
            column++;
            continue;
        }
        if (number % WORDS_IN_ROW == 0) {
            terminal_text("\n");
        } else {
            for (; column < 10; column++)
                terminal_text(" ");
        }
        column = 0;
        terminal_number(++number, 2, ' ');
        terminal_text(" ");
    }
    terminal_text("\n");
    terminal_flush();
}

// Number of the first word in which the two lists differ, counted from 1. Which word differs is no
// secret to the person in front of the screen, and nobody else learns of it.
static uint32_t words_differ(const char *a, const char *b)
{
    uint32_t word = 1;
    for (; *a && *a == *b; a++, b++)
        word += *a == ' ';
    return word;
}

// Have the shown words typed until they are right; false if the person gives up.
static bool words_confirm(const char *words, struct line *line)
{
    for (;;) {
        terminal_text("Type your words to confirm. `cancel` goes back and forgets them.\n");
        if (!terminal_line(line, "words> ", true))
            return false;
        line_words(line);
        if (line_is(line, "cancel"))
            return false;
        if (line_is(line, words))
            return true;
        terminal_text("Word ");
        terminal_number(words_differ(words, line->text), 1, ' ');
        terminal_text(" is not the one that was shown. Look at what you wrote down.\n");
    }
}

bool words_create(void)
{
    struct line line = {.length = 0};
    char words[VAULT_CREATE_WORDS_SIZE + 1] = {0};
    size_t used = 0;
    bool done = false;
    uint32_t network = network_ask();
    if (network == NETWORK_NONE)
        return false;
    if (vault_create((uint8_t *)words, sizeof words - 1, &used)) {
        terminal_text(
            "The vault could not make words: it has not enough randomness yet. Try again.\n");
    } else {
        words_show(words);
        done = words_confirm(words, &line) && words_hand_over(&line, network);
    }
    wipe(words, sizeof words); // P4
    line_wipe(&line);
    terminal_forget();
    return done;
}
