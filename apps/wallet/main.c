// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet's loop: wait for the companion's question, carry, answer.
#include "sdk/cella.h"
#include "wallet.h"
#include <string.h>

enum { FAILURES_MAX = 16 }; // in a row; then the companion is not coming back

static struct wallet wallet;

// The log is for people who debug; nobody waits for a line of it.
static void note(const char *text)
{
    err_t error = log_write((const uint8_t *)text, strlen(text));
    (void)error;
}

// Serve the question that is there, if one is; waits for it unless there is work to do.
static err_t question_serve(void)
{
    static uint8_t data[COMPANION_TAKE_WALLET_PAYLOAD_SIZE];
    static struct wallet_answer answer;
    uint32_t type, number;
    size_t size;
    if (!wallet_busy(&wallet)) {
        err_t error = companion_wait_wallet(0);
        if (error)
            return error;
    }
    err_t error = companion_take_wallet(data, sizeof data, &size, &type, &number);
    if (error)
        return error == ERR_NOT_FOUND ? ERR_OK : error;
    err_t status = wallet_serve(&wallet, type, data, size, &answer);
    error = companion_answer_wallet(number, status, answer.data, status ? 0 : answer.length);
    return error == ERR_NOT_FOUND ? ERR_OK : error; // the host did not wait for it
}

int main(void)
{
    note("ready for the companion");
    wallet_start(&wallet);
    for (int failures = 0; failures < FAILURES_MAX;) {
        // A companion cell that was started again answers the next time.
        failures = question_serve() == ERR_OK ? 0 : failures + 1;
        wallet_step(&wallet);
    }
    note("the link has failed");
    return 1;
}
