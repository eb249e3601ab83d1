// SPDX-License-Identifier: GPL-3.0-or-later
// Takes packages from the companion link. Nobody can call this cell.
#include "gen/companion.h"
#include "installer.h"
#include "os/panic.h"
#include "os/syscall.h"

enum { FAILURES_MAX = 16 }; // in a row; then the companion is not coming back
#define SOON ((nsec_t)100000000)

static struct installer installer;

// The question that is there, if one comes within `patience`.
static err_t question_serve(nsec_t patience)
{
    static uint8_t data[COMPANION_TAKE_INSTALL_PAYLOAD_SIZE];
    static uint8_t answer[COMPANION_ANSWER_INSTALL_PAYLOAD_SIZE];
    uint32_t type, number;
    size_t size, answer_size;
    err_t err = companion_wait_install(patience == 0 ? 0 : sys_now() + patience);
    if (err != ERR_OK)
        return err == ERR_TIMED_OUT ? ERR_OK : err;
    err = companion_take_install(data, sizeof data, &size, &type, &number);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err_t status = installer_serve(&installer, type, data, size, answer, &answer_size);
    err = companion_answer_install(number, status, answer, status != ERR_OK ? 0 : answer_size);
    return err == ERR_NOT_FOUND ? ERR_OK : err; // the host did not wait for it
}

int main(void)
{
    nsec_t patience = 0;
    // A companion cell that was started again answers the next time.
    for (int failures = 0; failures < FAILURES_MAX;) {
        failures = question_serve(patience) == ERR_OK ? 0 : failures + 1;
        patience = installer_step(&installer) ? SOON : 0;
    }
    PANIC("the link has failed");
}
