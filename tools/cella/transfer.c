// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer.h"
#include "format/bytes_le.h"
#include "progress.h"
#include "report.h"
#include <string.h>

enum {
    PIECE_MAX = LINK_PAYLOAD_MAX - 4,
    STUCK_MAX = 3, // pieces in a row that the device did not take
};

static bool answer_nonsense(void)
{
    report_error("the device's answer makes no sense - use the `cella` that was built with its "
                 "image");
    return false;
}

// False: said, or `*status` says it.
static bool piece_exchange(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                           struct link_frame *answer, err_t *status)
{
    if (!device_exchange(d, type, data, size, answer))
        return false;
    *status = (err_t)answer->status;
    return *status == ERR_OK && (answer->length >= 4 || answer_nonsense());
}

static bool send_pieces(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                        struct progress *progress, err_t *status)
{
    uint8_t piece[LINK_PAYLOAD_MAX];
    struct link_frame answer;
    size_t there = 0;
    for (unsigned stuck = 0; there < size;) {
        size_t part = size - there < PIECE_MAX ? size - there : PIECE_MAX;
        le32_put(piece, (uint32_t)there);
        memcpy(piece + 4, data + there, part);
        if (!piece_exchange(d, type, piece, 4 + part, &answer, status))
            return false;
        size_t now = le32_get(answer.payload);
        stuck = now > there ? 0 : stuck + 1;
        if (now > size || stuck > STUCK_MAX)
            return answer_nonsense();
        there = now;
        progress_update(progress, there, size);
    }
    return true;
}

bool transfer_send(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                   const char *what, err_t *status)
{
    struct progress progress;
    *status = ERR_OK;
    progress_start(&progress, what);
    bool good = send_pieces(d, type, data, size, &progress, status);
    progress_end(&progress);
    return good;
}

static bool fetch_pieces(struct device *d, uint8_t type, uint8_t *out, size_t cap, size_t *size,
                         struct progress *progress, err_t *status)
{
    struct link_frame answer;
    uint8_t offset[4];
    size_t total = 0, have = 0;
    do {
        le32_put(offset, (uint32_t)have);
        if (!piece_exchange(d, type, offset, sizeof offset, &answer, status))
            return false;
        size_t part = answer.length - 4;
        if (have && le32_get(answer.payload) != total)
            return answer_nonsense(); // it changed meanwhile: pieces of two contents
        total = le32_get(answer.payload);
        if (total > cap || part > total - have || (part == 0 && have < total))
            return answer_nonsense();
        memcpy(out + have, answer.payload + 4, part);
        have += part;
        progress_update(progress, have, total);
    } while (have < total);
    *size = total;
    return true;
}

bool transfer_fetch(struct device *d, uint8_t type, uint8_t *out, size_t cap, size_t *size,
                    const char *what, err_t *status)
{
    struct progress progress;
    *status = ERR_OK;
    progress_start(&progress, what);
    bool good = fetch_pieces(d, type, out, cap, size, &progress, status);
    progress_end(&progress);
    return good;
}
