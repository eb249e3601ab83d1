// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes on the companion link, whole and cut in two: the decoder takes them all, keeps its
// bounds, gives the same frames for both, and what it gives is encoded back to a frame that it
// takes again.
#include "format/companion.h"
#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool cond)
{
    if (!cond)
        abort();
}

static void frame_again(const struct link_frame *frame)
{
    static uint8_t wire[LINK_WIRE_MAX];
    static struct link_decoder d;
    struct link_frame back;
    size_t size;
    bool got;
    require(link_encode(frame, wire, &size) == ERR_OK && size <= sizeof wire);
    link_decoder_start(&d);
    require(link_decode(&d, wire, size, &back, &got) == size && got);
    require(back.type == frame->type && back.status == frame->status &&
            back.session == frame->session && back.sequence == frame->sequence &&
            back.length == frame->length && !memcmp(back.payload, frame->payload, back.length));
}

// A number that stands for `sum` and the frames in `data`.
static uint64_t frames_sum(struct link_decoder *d, uint64_t sum, const uint8_t *data, size_t size)
{
    while (size) {
        struct link_frame frame;
        bool got;
        size_t used = link_decode(d, data, size, &frame, &got);
        require(used > 0 && used <= size);
        data += used;
        size -= used;
        if (!got)
            continue;
        frame_again(&frame);
        sum = sum * 31 + 1 + link_crc(frame.sequence, frame.payload, frame.length);
        struct companion_begin begin;
        struct companion_job job;
        struct companion_status status;
        sum += companion_begin_get(frame.payload, frame.length, &begin) == ERR_OK;
        sum += companion_job_get(frame.payload, frame.length, &job) == ERR_OK;
        sum += companion_status_get(frame.payload, frame.length, &status) == ERR_OK;
    }
    return sum;
}

// Good frames to start from: an empty one, one with zeroes, the longest.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const size_t lengths[] = {0, COMPANION_BEGIN_SIZE, COMPANION_JOB_SIZE, LINK_PAYLOAD_MAX};
    static const uint8_t payload[LINK_PAYLOAD_MAX] = {1, 0, 0, 2, 255};
    static uint8_t wire[LINK_WIRE_MAX];
    size_t size;
    if (number >= sizeof lengths / sizeof lengths[0])
        return 0;
    struct link_frame frame = {.type = (uint8_t)(number + 1),
                               .session = 7,
                               .sequence = number,
                               .payload = payload,
                               .length = lengths[number]};
    require(link_encode(&frame, wire, &size) == ERR_OK && size <= max);
    memcpy(out, wire, size);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct link_decoder d;
    link_decoder_start(&d);
    uint64_t whole = frames_sum(&d, 0, data, size);
    uint64_t drops = d.drops;
    link_decoder_start(&d);
    size_t cut = size ? data[0] % size : 0;
    uint64_t first = frames_sum(&d, 0, data, cut);
    require(frames_sum(&d, first, data + cut, size - cut) == whole);
    require(d.drops == drops);
    return 0;
}
