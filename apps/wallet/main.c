// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet's loop: wait for the companion, carry, answer.
#include "sdk/cella.h"
#include "wallet.h"
#include <string.h>

enum { LINK_FAILURES_MAX = 16 }; // in a row; then the link is not coming back

static struct wallet wallet;

// The log is for people who debug; nobody waits for a line of it.
static void note(const char *text)
{
    err_t error = log_write((const uint8_t *)text, strlen(text));
    (void)error;
}

// What does not arrive is asked for again by the companion.
static void answer_send(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    while (size) {
        size_t piece = size < LINK_WRITE_DATA_SIZE ? size : LINK_WRITE_DATA_SIZE;
        if (link_write(data, piece) != ERR_OK) {
            note("an answer was lost: the link takes nothing");
            return;
        }
        data += piece;
        size -= piece;
    }
}

// What has arrived; waits for it unless there is work to do.
static err_t arrival_take(uint8_t data[LINK_READ_DATA_SIZE], size_t *size)
{
    uint32_t lost;
    if (!wallet_busy(&wallet)) {
        err_t error = link_wait(0);
        if (error)
            return error;
    }
    err_t error = link_read(data, LINK_READ_DATA_SIZE, size, &lost);
    if (!error && lost)
        note("bytes from the companion were lost: it sends faster than it should");
    return error;
}

int main(void)
{
    static uint8_t data[LINK_READ_DATA_SIZE];
    note("ready for the companion");
    wallet_start(&wallet, answer_send, NULL);
    for (int failures = 0; failures < LINK_FAILURES_MAX;) {
        size_t size;
        if (arrival_take(data, &size) == ERR_OK) {
            failures = 0;
            wallet_turn(&wallet, data, size);
        } else {
            failures++; // a link driver that was started again answers the next time
        }
    }
    note("the link has failed");
    return 1;
}
