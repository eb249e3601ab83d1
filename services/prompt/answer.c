// SPDX-License-Identifier: GPL-3.0-or-later
#include "answer.h"

#include <string.h>

#include "os/syscall.h"
#include "terminal.h"

#define SECOND ((nsec_t)1000000000)

enum { RULE_WIDTH = 64 };

void answer_rule(const char *start, uint64_t sequence)
{
    size_t width = strlen(start) + 2;
    for (uint64_t rest = sequence; rest >= 10; rest /= 10)
        width++;
    terminal_text(start);
    terminal_number(sequence, 1, ' ');
    terminal_text(" ");
    for (; width < RULE_WIDTH; width++)
        terminal_text("-");
    terminal_text("\n");
}

enum answer answer_take(const char *word, uint64_t sequence, struct line *line, nsec_t deadline,
                        bool (*gone)(void))
{
    uint8_t byte;
    terminal_discard(); // P2: the last line before the answer has been written
    terminal_text(word);
    terminal_text(" ");
    terminal_number(sequence, 1, ' ');
    terminal_text("> ");
    line_begin(line, false);
    for (;;) {
        nsec_t now = sys_now();
        err_t err = terminal_byte(now + SECOND < deadline ? now + SECOND : deadline, &byte);
        if (terminal_trouble())
            return ANSWER_TROUBLE;
        if (!err && terminal_feed(line, byte))
            return ANSWER_NO;
        if (err == ERR_TIMED_OUT && sys_now() >= deadline)
            return ANSWER_LATE;
        if (err == ERR_TIMED_OUT && gone())
            return ANSWER_GONE;
    }
}

enum answer answer_number(const char *word, uint64_t sequence, struct line *line, nsec_t deadline,
                          bool (*gone)(void), uint32_t *number)
{
    enum answer answer = answer_take(word, sequence, line, deadline, gone);
    return answer == ANSWER_NO && line_number(line, number) ? ANSWER_NUMBER : answer;
}
