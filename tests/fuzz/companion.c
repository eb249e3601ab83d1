// SPDX-License-Identifier: GPL-3.0-or-later
// Any companion, any cells at the channels, any clock: frames and noise come in, cells wait, take,
// answer, stop; time passes. Whatever happens, the desk keeps its bounds: one question is open, no
// cell answers what it has not taken, no wait is kept twice, and no question outlives its patience.
#include "companion/desk.h"
#include "os/syscall.h"
#include <stdlib.h>
#include <string.h>

enum { KEPT = 4096, SEEDS = 3, CELLS = 3 };

static struct desk desk;
static nsec_t now;
static uint64_t tokens;
static bool kept[KEPT];
static unsigned kept_now;
static size_t frames_in, frames_out;

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

nsec_t sys_now(void)
{
    return now;
}

err_t ipc_keep(uint64_t *token)
{
    if (tokens + 1 == KEPT)
        return ERR_NO_SLOT;
    *token = ++tokens;
    kept[*token] = true;
    kept_now++;
    return ERR_OK;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    (void)w;
    require(token <= tokens && kept[token] && error < ERR_COUNT);
    kept[token] = false;
    kept_now--;
    return token % 5 ? ERR_OK : ERR_BAD_CAPABILITY; // some have stopped meanwhile
}

// Whatever goes out is one whole frame.
static void frame_out(void *context, const uint8_t *data, size_t size)
{
    struct link_decoder decoder;
    struct link_frame frame;
    bool got = false;
    (void)context;
    link_decoder_start(&decoder);
    require(size <= LINK_WIRE_MAX && link_decode(&decoder, data, size, &frame, &got) <= size);
    require(got && (frame.type & LINK_ANSWER) && frame.length <= LINK_PAYLOAD_MAX);
    frames_out++;
}

static uint8_t next(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    --*size;
    return *(*data)++;
}

// A frame of few sessions and numbers, so that some of them are in order.
static void frame_in(const uint8_t **data, size_t *size)
{
    uint8_t wire[LINK_WIRE_MAX], type = next(data, size), about = next(data, size);
    size_t length = next(data, size), wire_size;
    length = length < *size ? length : *size;
    const struct link_frame frame = {.type = type,
                                     .session = about >> 6,
                                     .sequence = about & 15,
                                     .payload = *data,
                                     .length = about & 32 ? 4 * (length / 4) : length};
    if (link_encode(&frame, wire, &wire_size) != ERR_OK)
        return;
    *data += length;
    *size -= length;
    frames_in++;
    desk_input(&desk, wire, wire_size);
}

static void noise_in(const uint8_t **data, size_t *size)
{
    size_t length = next(data, size);
    length = length < *size ? length : *size;
    for (size_t i = 0; i < length; i++)
        frames_in += (*data)[i] == 0; // no frame ends without one
    desk_input(&desk, *data, length);
    *data += length;
    *size -= length;
}

static void cell_acts(uint8_t act, uint8_t how)
{
    static uint8_t payload[LINK_PAYLOAD_MAX];
    const struct caller who = {.identity = 1 + how % CELLS};
    uint32_t channel = how / CELLS % DESK_CHANNELS, type = 0, number = 0;
    size_t size = 0;
    err_t err;
    if (act == 0) {
        err = desk_wait(&desk, channel, &who, how & 128 ? 0 : now + how);
        require(err == REPLY_LATER || err < ERR_COUNT);
    } else if (act == 1) {
        err = desk_take(&desk, channel, &who, payload, sizeof payload, &size, &type, &number);
        require(err != ERR_OK || (type >> 4 == channel && size <= sizeof payload && desk.taken));
    } else {
        bool mine = desk.session.open && desk.taken && desk.taker == who.identity &&
                    desk.session.question.type >> 4 == channel;
        err = desk_answer(&desk, channel, &who, desk.session.question.number - how / 64, how % 21,
                          payload, how);
        require(err != ERR_OK || mine);
    }
}

static void time_passes(nsec_t span)
{
    nsec_t end = now + span;
    for (nsec_t due = desk_deadline(&desk); due && due <= end; due = desk_deadline(&desk)) {
        now = due > now ? due : now;
        desk_tick(&desk);
        require(desk_deadline(&desk) == 0 || desk_deadline(&desk) > now);
    }
    now = end;
}

static void invariants_check(void)
{
    unsigned waits = 0;
    for (size_t i = 0; i < DESK_CHANNELS; i++) {
        waits += desk.channels[i].kept;
        require(!desk.channels[i].kept || kept[desk.channels[i].token]);
    }
    require(waits == kept_now);
    require(!desk.session.open || desk.due <= now + DESK_PATIENCE);
    require(desk.session.question.size <= LINK_PAYLOAD_MAX);
    require(frames_out <= frames_in);
}

// A session, questions for two channels, cells that take and answer, one that is late.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const char seeds[SEEDS][32] = {
        "\0\1\x60\4\1\0\0\0\0\5\x41\2ab\3\0\4\0",
        "\0\1\x60\4\1\0\0\0\2\7\0\x20\x41\1x\3\7\4\7\0\x20\x41\1x",
        "\0\1\x60\4\1\0\0\0\0\5\x41\0\5\xc8\0\5\x42\0\3\0\5\xff\5\xff",
    };
    if (number >= SEEDS || max < sizeof seeds[0])
        return 0;
    memcpy(out, seeds[number], sizeof seeds[0]);
    return sizeof seeds[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(kept, 0, sizeof kept);
    tokens = kept_now = 0;
    frames_in = frames_out = 0;
    now = 1000000000;
    desk_start(&desk, 7, frame_out, NULL);
    while (size) {
        uint8_t act = next(&data, &size) % 6;
        if (act == 0)
            frame_in(&data, &size);
        else if (act == 1)
            noise_in(&data, &size);
        else if (act == 5)
            time_passes((nsec_t)next(&data, &size) * 100000000);
        else
            cell_acts(act - 2, next(&data, &size));
        invariants_check();
    }
    time_passes(DESK_PATIENCE + 1);
    require(!desk.session.open);
    return 0;
}
