// SPDX-License-Identifier: GPL-3.0-or-later
#include "export.h"
#include "format/bytes_le.h"
#include "gen/companion.h"
#include "gen/vault.h"
#include "os/syscall.h"
#include <string.h>

enum {
    NONCE = 32,
    PIECE_MAX = COMPANION_ANSWER_LOG_PAYLOAD_SIZE - 4,
    EXPORT_MAX =
        JOURNAL_FILE_HEAD + VAULT_SIGN_JOURNAL_HEAD_SIZE + BOOK_ENTRIES * (JOURNAL_ENTRY_MAX + 3),
};
_Static_assert(EXPORT_MAX <= JOURNAL_FILE_MAX, "a verifier takes it");

static struct {
    uint8_t bytes[EXPORT_MAX];
    uint32_t size; // 0: no head was asked for yet
} file;

static err_t file_make(const struct book *b, const uint8_t nonce[NONCE])
{
    uint8_t head[VAULT_SIGN_JOURNAL_HEAD_SIZE];
    size_t size = 0;
    nsec_t now = sys_now();
    file.size = 0;
    err_t err = vault_sign_journal(b->boot_id, b->before, b->last, nonce, head, sizeof head, &size,
                                   b->first, b->count, now > b->time ? now : b->time);
    if (err != ERR_OK)
        return err;
    size_t at = journal_file_begin(file.bytes, head, size, b->count);
    for (size_t i = 0; i < b->count; i++) {
        const uint8_t *entry = book_entry(b, i, &size);
        at += journal_file_entry(file.bytes + at, size);
        memcpy(file.bytes + at, entry, size);
        at += size;
    }
    file.size = (uint32_t)at;
    return ERR_OK;
}

// The answer to a question; `*size` bytes of `out`.
static err_t answer(const struct book *b, uint32_t type, const uint8_t *question, size_t length,
                    uint8_t *out, size_t *size)
{
    if (type == LOG_HEAD && length == NONCE) {
        err_t err = file_make(b, question);
        le32_put(out, file.size);
        *size = 4;
        return err;
    }
    if (type != LOG_ENTRIES)
        return type == LOG_HEAD ? ERR_BAD_DATA : ERR_NOT_FOUND;
    if (file.size == 0)
        return ERR_BAD_STATE;
    if (length != 4 || le32_get(question) > file.size)
        return ERR_BAD_DATA;
    uint32_t offset = le32_get(question), left = file.size - offset;
    size_t piece = left < PIECE_MAX ? left : PIECE_MAX;
    le32_put(out, file.size);
    memcpy(out + 4, file.bytes + offset, piece);
    *size = 4 + piece;
    return ERR_OK;
}

bool export_serve(const struct book *b)
{
    static uint8_t question[COMPANION_TAKE_LOG_PAYLOAD_SIZE], out[4 + PIECE_MAX];
    uint32_t type, number;
    size_t length = 0, size = 0;
    if (companion_take_log(question, sizeof question, &length, &type, &number) != ERR_OK)
        return false;
    err_t status = answer(b, type, question, length, out, &size);
    err_t err = companion_answer_log(number, status, out, status ? 0 : size);
    (void)err; // the companion asks again, or has asked something else
    return true;
}
