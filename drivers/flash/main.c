// SPDX-License-Identifier: GPL-3.0-or-later
// The flash memory's driver. Only the vault may call it (profiles). A machine without one says so.
#include "ata.h"
#include "gen/flash.h"
#include "gen/log.h"
#include "os/serve.h"

#include <string.h>

static struct ata ata;

static void note(const char *text)
{
    err_t err = log_write((const uint8_t *)text, strlen(text));
    (void)err; // nobody waits for a line of the log
}

static err_t op_info(const struct caller *who, uint32_t *sectors)
{
    (void)who;
    *sectors = ata.sectors;
    return ata.sectors != 0 ? ERR_OK : ERR_NOT_FOUND;
}

static err_t op_read(const struct caller *who, uint32_t sector, uint8_t *data, size_t cap,
                     size_t *size)
{
    (void)who;
    if (cap < ATA_SECTOR)
        return ERR_TOO_SMALL;
    *size = ATA_SECTOR;
    return ata_read(&ata, sector, data);
}

static err_t op_write(const struct caller *who, uint32_t sector, const uint8_t *data, size_t size)
{
    (void)who;
    return size == ATA_SECTOR ? ata_write(&ata, sector, data) : ERR_BAD_ARGUMENT;
}

static void on_message(struct message *m)
{
    static const struct flash_ops ops = {.info = op_info, .read = op_read, .write = op_write};
    flash_dispatch(&ops, m);
}

int main(void)
{
    static const struct server server = {.message = on_message};
    const struct start_info *start = start_page();
    ata = (struct ata){
        .command = start->ports[0], .control = start->ports[1], .signal = start->signal};
    err_t err = ata_begin(&ata);
    note(err == ERR_OK          ? "flash memory found"
         : err == ERR_NOT_FOUND ? "no flash memory: nothing survives power-off"
                                : "the flash memory does not answer as it should: it is not used");
    serve(start->endpoint, &server);
}
