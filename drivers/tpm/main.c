// SPDX-License-Identifier: GPL-3.0-or-later
// The only cell that reaches the TPM's registers.
#include "gen/cell.h"
#include "gen/device.h"
#include "gen/tpm.h"
#include "os/panic.h"
#include "os/say.h"
#include "os/serve.h"
#include "os/text.h"
#include "tpm.h"

enum { TPM_PAGES = 5, LINE = 64 };

static struct tpm tpm;

static err_t op_transmit(const struct caller *who, const uint8_t *command, size_t size,
                         uint8_t *response, size_t cap, size_t *length)
{
    (void)who;
    uint32_t before = tpm.kind;
    err_t err = chip_transmit(&tpm, command, size, response, cap, length);
    if (tpm.kind != before)
        say_line("the TPM did not answer as it should: it is not asked again");
    return err;
}

static err_t op_state(const struct caller *who, uint32_t *kind, uint32_t *vendor)
{
    (void)who;
    *kind = tpm.kind;
    *vendor = tpm.vendor;
    return ERR_OK;
}

static void on_message(struct message *m)
{
    static const struct tpm_ops ops = {.transmit = op_transmit, .state = op_state};
    tpm_dispatch(&ops, m);
}

static void say(void)
{
    static const char *const words[] = {
        [TPM_NONE] = "no TPM: nothing is measured, quoted or sealed",
        [TPM_FIFO] = "a TPM with a FIFO, vendor ",
        [TPM_CRB] = "a TPM with a command buffer, vendor ",
        [TPM_FAILED] = "a TPM that does not behave as one: it is not used; vendor ",
    };
    char line[LINE + 32];
    struct text t = text_begin(line, sizeof line);
    text_string(&t, words[tpm.kind]);
    if (tpm.kind != TPM_NONE)
        text_hex(&t, tpm.vendor);
    say_line(line);
}

int main(void)
{
    static const struct server server = {.message = on_message};
    const struct start_info *start = start_page();
    ASSERT(cell_reserve(CAP_SELF, CELL_DEVICE_BASE, TPM_PAGES) == ERR_OK, "no page tables");
    if (device_map(start->mmio[0], CELL_DEVICE_BASE, ACCESS_READ | ACCESS_WRITE) == ERR_OK)
        chip_begin(&tpm, start->signal);
    say();
    serve(start->endpoint, &server);
}
