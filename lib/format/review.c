// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/review.h"
#include <stdarg.h>
#include <stdio.h>

enum {
    SATOSHI_PER_BTC = 100000000,
    LOCKTIME_IS_TIME = 500000000, // from here on a locktime is Unix time (nLockTime)
    SEQUENCE_FINAL = 0xffffffff,
    SEQUENCE_RBF_BELOW = 0xfffffffe, // BIP-125
};

static const uint32_t sequence_no_delay = UINT32_C(1) << 31; // BIP-68

struct text {
    char *start;
    size_t size;
    size_t cap;
    size_t column;
    bool full;
};

static void text_put(struct text *t, const char *s, size_t size)
{
    if (t->full || size > t->cap - t->size) {
        t->full = true;
        return;
    }
    memcpy(t->start + t->size, s, size);
    t->size += size;
    for (size_t i = 0; i < size; i++)
        t->column = s[i] == '\n' ? 0 : t->column + 1;
}

// A piece of a line, at most REVIEW_COLUMNS long; all formats and their arguments are ours.
__attribute__((format(printf, 2, 3))) static void text_print(struct text *t, const char *format,
                                                             ...)
{
    char line[REVIEW_COLUMNS + 2];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof(line))
        t->full = true;
    else
        text_put(t, line, (size_t)size);
}

// A piece that must not be torn; begins a new, indented line if it does not fit.
static void text_piece(struct text *t, const char *s, size_t size)
{
    if (t->column + size > REVIEW_COLUMNS)
        text_put(t, "\n         ", 10);
    text_put(t, s, size);
}

// Printable ASCII as it is, but the backslash and the quote; everything else as \xNN.
static void text_escaped(struct text *t, struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        char piece[5];
        uint8_t c = bytes.at[i];
        bool plain = c >= 0x20 && c < 0x7f && c != '\\' && c != '"';
        int size = snprintf(piece, sizeof(piece), plain ? "%c" : "\\x%02x", c);
        text_piece(t, piece, (size_t)size);
    }
}

static void text_hex(struct text *t, struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        char piece[3];
        snprintf(piece, sizeof(piece), "%02x", bytes.at[i]);
        text_piece(t, piece, 2);
    }
}

static void text_name(struct text *t, const char *name, size_t max)
{
    text_escaped(t, (struct span){(const uint8_t *)name, text_length(name, max)});
}

void review_amount(uint64_t satoshi, char out[static REVIEW_NUMBER_MAX])
{
    snprintf(out, REVIEW_NUMBER_MAX, "%llu.%08llu", (unsigned long long)(satoshi / SATOSHI_PER_BTC),
             (unsigned long long)(satoshi % SATOSHI_PER_BTC));
}

// "Fee           0.00001000 BTC" without the end of the line.
static void text_amount(struct text *t, const char *label, uint64_t satoshi)
{
    char amount[REVIEW_NUMBER_MAX];
    review_amount(satoshi, amount);
    text_print(t, "%-10s %17s BTC", label, amount);
}

static const char *network_text(uint32_t network)
{
    return network == NETWORK_MAIN   ? "MAINNET - real money"
           : network == NETWORK_TEST ? "TESTNET - coins without value"
                                     : "REGTEST - coins without value";
}

static void head_render(struct text *t, const struct request *request,
                        const struct review_context *context)
{
    text_print(t, "Request    %llu\n", (unsigned long long)context->sequence);
    text_print(t, "Device     ");
    text_name(t, context->device, REVIEW_FINGERPRINT_MAX);
    text_print(t, "\nApp        ");
    text_name(t, context->app_name, REVIEW_NAME_MAX);
    text_print(t, "\nPublisher  ");
    text_name(t, context->publisher, REVIEW_FINGERPRINT_MAX);
    text_print(t, "\nNetwork    %s\n\n", network_text(request->network));
}

// The pushed data of OP_RETURN <one push>; false for any other script.
static bool data_of(struct span script, struct span *out)
{
    enum { OP_RETURN = 0x6a, OP_PUSHDATA1 = 0x4c };
    struct reader r = reader_of_span(script);
    if (read_u8(&r) != OP_RETURN)
        return false;
    uint8_t size = read_u8(&r);
    if (size == OP_PUSHDATA1)
        size = read_u8(&r);
    else if (size > OP_PUSHDATA1)
        return false;
    *out = read_span(&r, size);
    return r.fault == BYTES_OK && reader_left(&r) == 0;
}

static void target_render(struct text *t, struct span script, uint32_t network)
{
    char address[ADDRESS_TEXT_MAX];
    struct span data;
    if (address_of_script(script, network, address) == ERR_OK) {
        text_print(t, "  to     ");
        text_piece(t, address, strlen(address));
    } else if (data_of(script, &data)) {
        text_print(t, "  data   \"");
        text_escaped(t, data);
        text_put(t, "\"", 1);
    } else {
        text_print(t, "  script ");
        text_hex(t, script);
    }
    text_put(t, "\n", 1);
}

static void payments_render(struct text *t, const struct request *request)
{
    uint32_t count = 0;
    uint32_t number = 0;
    for (uint32_t i = 0; i < request->output_count; i++)
        count += !request->outputs[i].is_change;
    if (count == 0)
        text_print(t, "Pays nobody: everything but the fee comes back to this wallet.\n");
    for (uint32_t i = 0; i < request->output_count; i++) {
        const struct request_output *out = &request->outputs[i];
        if (out->is_change)
            continue;
        number++;
        text_amount(t, "Pay", out->amount);
        text_print(t, "   %u of %u\n", (unsigned)number, (unsigned)count);
        target_render(t, out->script, request->network);
    }
}

static void changes_render(struct text *t, const struct request *request)
{
    for (uint32_t i = 0; i < request->output_count; i++) {
        const struct request_output *out = &request->outputs[i];
        if (!out->is_change)
            continue;
        text_amount(t, "Change", out->amount);
        text_print(t, "   to this wallet: m/%u'/%u'/%u'/%u/%u\n", (unsigned)out->change.kind,
                   (unsigned)network_coin(request->network), (unsigned)out->change.account,
                   (unsigned)out->change.chain, (unsigned)out->change.index);
    }
}

static bool fee_share_high(const struct request_sums *sums)
{
    return sums->fee * 100 > sums->outputs * REVIEW_FEE_PERCENT;
}

static bool fee_rate_high(const struct request *request, const struct request_sums *sums)
{
    return sums->fee > request_vsize(request) * REVIEW_FEE_RATE;
}

bool review_needs_fee_word(const struct request *request)
{
    struct request_sums sums = request_sum(request);
    return fee_share_high(&sums) || fee_rate_high(request, &sums);
}

static void totals_render(struct text *t, const struct request *request)
{
    struct request_sums sums = request_sum(request);
    uint64_t vsize = request_vsize(request);
    uint64_t rate = sums.fee * 100 / vsize; // hundredths of sat/vB
    text_amount(t, "Fee", sums.fee);
    text_print(t, "   %llu sat\n", (unsigned long long)sums.fee);
    text_print(t, "Fee rate   %llu.%02llu sat/vB, %llu vB\n", (unsigned long long)(rate / 100),
               (unsigned long long)(rate % 100), (unsigned long long)vsize);
    text_amount(t, "Inputs", sums.inputs);
    text_print(t, "   %u coin%s of this wallet\n", (unsigned)request->input_count,
               request->input_count == 1 ? "" : "s");
    text_amount(t, "You spend", sums.inputs - sums.change);
    text_print(t, "   payments and fee\n");
    if (fee_share_high(&sums) && sums.outputs != 0)
        text_print(t, "WARNING    The fee is high: %llu.%llu %% of the outputs.\n",
                   (unsigned long long)(sums.fee * 100 / sums.outputs),
                   (unsigned long long)(sums.fee * 1000 / sums.outputs % 10));
    else if (fee_share_high(&sums))
        text_print(t, "WARNING    The fee is high: it takes everything.\n");
    if (fee_rate_high(request, &sums))
        text_print(t, "WARNING    The fee rate is high: above %d sat/vB.\n", REVIEW_FEE_RATE);
    if (review_needs_fee_word(request))
        text_print(t, "WARNING    Approving this also takes the word `fee`.\n");
}

// Days since 1970-01-01 as a date of the Gregorian calendar, counting years from March.
static void text_day(struct text *t, uint32_t days)
{
    uint32_t shifted = days + 719468; // days since 0000-03-01
    uint32_t era = shifted / 146097;  // 400 years
    uint32_t day = shifted % 146097;
    uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint32_t of_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153;
    uint32_t calendar = month < 10 ? month + 3 : month - 9;
    text_print(t, "%u-%02u-%02u", (unsigned)(era * 400 + year + (calendar <= 2)),
               (unsigned)calendar, (unsigned)(of_year - (153 * month + 2) / 5 + 1));
}

static void locktime_render(struct text *t, const struct request *request)
{
    uint32_t locktime = request->locktime;
    bool effective = false;
    for (uint32_t i = 0; i < request->input_count; i++)
        effective = effective || request->inputs[i].sequence != SEQUENCE_FINAL;
    if (locktime == 0)
        return;
    if (locktime < LOCKTIME_IS_TIME) {
        text_print(t, "Locktime   not before block %u", (unsigned)locktime);
    } else {
        uint32_t seconds = locktime % 86400;
        text_print(t, "Locktime   not before ");
        text_day(t, locktime / 86400);
        text_print(t, " %02u:%02u:%02u UTC", (unsigned)(seconds / 3600),
                   (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    }
    text_print(t, effective ? "\n" : " (no effect, all inputs are final)\n");
}

static void timing_render(struct text *t, const struct request *request)
{
    bool replaceable = false;
    bool delayed = false;
    for (uint32_t i = 0; i < request->input_count; i++) {
        uint32_t sequence = request->inputs[i].sequence;
        replaceable = replaceable || sequence < SEQUENCE_RBF_BELOW;
        delayed = delayed || (request->version >= 2 && (sequence & sequence_no_delay) == 0 &&
                              (sequence & 0xffff) != 0);
    }
    locktime_render(t, request);
    if (delayed)
        text_print(t, "Delay      an input is valid only some time after its coin (BIP-68)\n");
    if (replaceable)
        text_print(t, "Replace    can be replaced before it is confirmed (RBF, BIP-125)\n");
}

err_t review_render(const struct request *request, const struct review_context *context, char *out,
                    size_t cap, size_t *size, struct refusal *why)
{
    struct text t = {.start = out, .cap = cap < REVIEW_MAX ? cap : REVIEW_MAX};
    head_render(&t, request, context);
    payments_render(&t, request);
    changes_render(&t, request);
    totals_render(&t, request);
    timing_render(&t, request);
    if (t.full)
        return cap < REVIEW_MAX ? ERR_TOO_SMALL : refusal_set(why, REFUSAL_TEXT_SIZE, 0);
    *size = t.size;
    return ERR_OK;
}
