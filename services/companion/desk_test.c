// SPDX-License-Identifier: GPL-3.0-or-later
// The desk between a played host, which sends frames, and played cells, which take what is on their
// channel. The clock and the kept replies are played too.
#include "desk.h"
#include "format/bytes_le.h"
#include "os/syscall.h"
#include "tests/unit.h"
#include <stdlib.h>

enum { SESSION = 0x77, WALLET = 0, LOG = 2, KEPT = 16, CELL = 8, OTHER = 9 };
enum { TYPE_WALLET = 5, TYPE_LOG = 32, TYPE_NOBODY = 0x45 };
#define SECOND ((nsec_t)1000000000)

static struct desk desk;
static nsec_t now;
static struct {
    bool open[KEPT], gone[KEPT]; // gone: whoever waits has stopped
    err_t answer[KEPT];
    uint64_t count;
} kept;
static uint8_t sent[4 * LINK_WIRE_MAX];
static size_t sent_size;
static struct link_decoder answers;
static uint32_t sequence;
static const struct caller cell = {.identity = CELL}, other = {.identity = OTHER};

nsec_t sys_now(void)
{
    return now;
}

err_t ipc_keep(uint64_t *token)
{
    CHECK(kept.count + 1 < KEPT);
    *token = ++kept.count;
    kept.open[*token] = true;
    return ERR_OK;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    CHECK(kept.open[token] && w[0] == 0);
    kept.open[token] = false;
    kept.answer[token] = error;
    return kept.gone[token] ? ERR_BAD_CAPABILITY : ERR_OK;
}

static void frame_take(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    if (size > sizeof sent - sent_size)
        abort();
    memcpy(sent + sent_size, data, size);
    sent_size += size;
}

// The next answer that went out; type 0 if there is none.
static struct link_frame heard(void)
{
    struct link_frame answer = {0};
    bool got;
    size_t used = link_decode(&answers, sent, sent_size, &answer, &got);
    memmove(sent, sent + used, sent_size - used);
    sent_size -= used;
    return got ? answer : (struct link_frame){0};
}

static void say(uint8_t type, uint32_t number, const char *text)
{
    uint8_t wire[LINK_WIRE_MAX];
    size_t size;
    const struct link_frame f = {.type = type,
                                 .session = SESSION,
                                 .sequence = number,
                                 .payload = (const uint8_t *)text,
                                 .length = strlen(text)};
    CHECK_EQ(link_encode(&f, wire, &size), ERR_OK);
    desk_input(&desk, wire, size);
}

static void ask(uint8_t type, const char *text)
{
    say(type, ++sequence, text);
}

static void fresh(void)
{
    memset(&kept, 0, sizeof kept);
    sent_size = sequence = 0;
    now = 100 * SECOND;
    link_decoder_start(&answers);
    desk_start(&desk, 1000, frame_take, NULL);
    ask(COMPANION_HELLO, "\1xyz");
    struct link_frame hello = heard();
    CHECK_EQ(hello.type, COMPANION_HELLO | LINK_ANSWER);
    CHECK_EQ(hello.status, ERR_OK);
}

static err_t take_as(const struct caller *who, uint32_t channel, uint32_t *number)
{
    uint8_t data[LINK_PAYLOAD_MAX];
    uint32_t type;
    size_t size;
    return desk_take(&desk, channel, who, data, sizeof data, &size, &type, number);
}

static uint32_t take(uint32_t channel, uint32_t type, const char *text)
{
    uint8_t data[LINK_PAYLOAD_MAX];
    uint32_t found = 0, number = 0;
    size_t size = 0;
    CHECK_EQ(desk_take(&desk, channel, &cell, data, sizeof data, &size, &found, &number), ERR_OK);
    CHECK_EQ(found, type);
    CHECK_EQ(size, strlen(text));
    CHECK_MEM(data, text, size);
    return number;
}

static err_t answer(uint32_t channel, uint32_t number, const char *text)
{
    return desk_answer(&desk, channel, &cell, number, ERR_OK, (const uint8_t *)text, strlen(text));
}

static void must_hear(uint8_t type, err_t status, const char *text)
{
    struct link_frame f = heard();
    CHECK_EQ(f.type, type | LINK_ANSWER);
    CHECK_EQ(f.status, status);
    CHECK_EQ(f.sequence, sequence);
    CHECK_EQ(f.length, strlen(text));
    if (f.length == strlen(text) && f.length)
        CHECK_MEM(f.payload, text, f.length);
}

static void until(nsec_t time)
{
    while (desk_deadline(&desk) && desk_deadline(&desk) <= time) {
        now = desk_deadline(&desk);
        desk_tick(&desk);
    }
    now = time;
}

static void test_way(void)
{
    fresh();
    CHECK_EQ(desk_wait(&desk, WALLET, &cell, 0), REPLY_LATER);
    ask(TYPE_WALLET, "sign");
    CHECK(!kept.open[1] && kept.answer[1] == ERR_OK);
    uint32_t number = take(WALLET, TYPE_WALLET, "sign");
    CHECK_EQ(sent_size, 0);
    say(TYPE_WALLET, sequence, "sign"); // the host is impatient
    CHECK_EQ(sent_size, 0);
    CHECK_EQ(answer(WALLET, number, "signed"), ERR_OK);
    must_hear(TYPE_WALLET, ERR_OK, "signed");
    say(TYPE_WALLET, sequence, "sign"); // and has not heard: the same bytes, and nobody is asked
    must_hear(TYPE_WALLET, ERR_OK, "signed");
    CHECK_EQ(take_as(&cell, WALLET, &number), ERR_NOT_FOUND);
    CHECK_EQ(answer(WALLET, number, "twice"), ERR_NOT_FOUND);
    CHECK_EQ(desk_deadline(&desk), 0);
    ask(TYPE_WALLET, "next"); // the cell polls
    number = take(WALLET, TYPE_WALLET, "next");
    CHECK_EQ(desk_answer(&desk, WALLET, &cell, number, ERR_BUSY, (const uint8_t *)"no", 2), ERR_OK);
    must_hear(TYPE_WALLET, ERR_BUSY, "");
}

// Each channel's questions reach it and no other; nobody answers for another channel or cell.
static void test_channels(void)
{
    uint32_t number;
    fresh();
    CHECK_EQ(desk_wait(&desk, WALLET, &cell, 0), REPLY_LATER);
    CHECK_EQ(desk_wait(&desk, LOG, &other, 0), REPLY_LATER);
    ask(TYPE_LOG, "head");
    CHECK(kept.open[1] && !kept.open[2]);
    CHECK_EQ(take_as(&cell, WALLET, &number), ERR_NOT_FOUND);
    CHECK_EQ(take_as(&other, LOG, &number), ERR_OK);
    CHECK_EQ(answer(LOG, number, "not its own"), ERR_NOT_FOUND);
    CHECK_EQ(answer(WALLET, number, "wrong channel"), ERR_NOT_FOUND);
    CHECK_EQ(desk_answer(&desk, WALLET, &other, number, ERR_OK, NULL, 0), ERR_NOT_FOUND);
    CHECK_EQ(desk_answer(&desk, LOG, &other, number + 1, ERR_OK, NULL, 0), ERR_NOT_FOUND);
    CHECK_EQ(desk_answer(&desk, LOG, &other, number, ERR_COUNT, NULL, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(sent_size, 0);
    CHECK_EQ(desk_answer(&desk, LOG, &other, number, ERR_OK, NULL, 0), ERR_OK);
    must_hear(TYPE_LOG, ERR_OK, "");
    ask(TYPE_NOBODY, "there is no such channel");
    must_hear(TYPE_NOBODY, ERR_NOT_FOUND, "");
    CHECK_EQ(desk_wait(&desk, WALLET, &other, 0), ERR_BUSY);
    CHECK_EQ(desk_wait(&desk, WALLET, &cell, now + SECOND), REPLY_LATER);
    CHECK(!kept.open[1] && kept.answer[1] == ERR_BUSY);
    until(now + SECOND);
    CHECK(!kept.open[3] && kept.answer[3] == ERR_TIMED_OUT);
    CHECK_EQ(desk_wait(&desk, WALLET, &cell, now), ERR_TIMED_OUT);
    ask(TYPE_WALLET, "there");
    CHECK_EQ(desk_wait(&desk, WALLET, &cell, 0), ERR_OK);
}

// The host is never left without an answer.
static void test_absence(void)
{
    uint32_t number;
    fresh();
    ask(TYPE_LOG, "anybody?");
    until(now + DESK_ABSENT - 1);
    CHECK_EQ(sent_size, 0);
    until(now + 1);
    must_hear(TYPE_LOG, ERR_NOT_FOUND, "");
    ask(TYPE_LOG, "late");
    until(now + DESK_ABSENT / 2);
    number = take(LOG, TYPE_LOG, "late"); // it comes after all
    CHECK_EQ(answer(LOG, number, "here"), ERR_OK);
    must_hear(TYPE_LOG, ERR_OK, "here");

    ask(TYPE_LOG, "busy"); // somebody is known to be there: he gets longer
    until(now + DESK_PATIENCE - 1);
    CHECK_EQ(sent_size, 0);
    until(now + 1);
    must_hear(TYPE_LOG, ERR_NOT_FOUND, "");
    ask(TYPE_LOG, "again");
    until(now + DESK_ABSENT);
    must_hear(TYPE_LOG, ERR_NOT_FOUND, "");

    CHECK_EQ(desk_wait(&desk, LOG, &cell, 0), REPLY_LATER); // it stops while it waits
    kept.gone[1] = true;
    ask(TYPE_LOG, "dead");
    until(now + DESK_ABSENT);
    must_hear(TYPE_LOG, ERR_NOT_FOUND, "");
}

// A cell that hangs, stops, or takes its time.
static void test_death(void)
{
    fresh();
    ask(TYPE_WALLET, "hang");
    uint32_t number = take(WALLET, TYPE_WALLET, "hang");
    until(now + DESK_PATIENCE);
    must_hear(TYPE_WALLET, ERR_PEER_DEAD, "");
    CHECK_EQ(answer(WALLET, number, "at last"), ERR_NOT_FOUND);

    for (int way = 0; way < 2; way++) {
        ask(TYPE_WALLET, "die");
        number = take(WALLET, TYPE_WALLET, "die");
        if (way == 0)
            CHECK_EQ(desk_wait(&desk, WALLET, &cell, 0), REPLY_LATER);
        else
            CHECK_EQ(take_as(&cell, WALLET, &number), ERR_NOT_FOUND);
        must_hear(TYPE_WALLET, ERR_PEER_DEAD, "");
        say(TYPE_WALLET, sequence, "die"); // asked again: the same word, and it is not done twice
        must_hear(TYPE_WALLET, ERR_PEER_DEAD, "");
    }
    ask(TYPE_WALLET, "slow");
    number = take(WALLET, TYPE_WALLET, "slow");
    CHECK_EQ(take_as(&other, WALLET, &number), ERR_NOT_FOUND); // another cell's death it is not
    ask(TYPE_LOG, "meanwhile");                                // the host does not wait
    CHECK_EQ(answer(WALLET, number, "slowly"), ERR_NOT_FOUND);
    CHECK_EQ(sent_size, 0);
    number = take(LOG, TYPE_LOG, "meanwhile");
    CHECK_EQ(answer(LOG, number, "fast"), ERR_OK);
    must_hear(TYPE_LOG, ERR_OK, "fast");
    ask(TYPE_WALLET, "old");
    number = take(WALLET, TYPE_WALLET, "old");
    ask(COMPANION_HELLO, "\1abc"); // another host, or the same anew
    CHECK_EQ(heard().type, COMPANION_HELLO | LINK_ANSWER);
    CHECK_EQ(answer(WALLET, number, "to nobody"), ERR_NOT_FOUND);
}

// Any order of everything: at most one answer for each question, none for another, and after
// patience always one.
static void test_random(unsigned seed)
{
    srand(seed);
    fresh();
    unsigned asked = 1, said = 0;
    uint32_t number = 0;
    for (int i = 0; i < 20000; i++) {
        kept.count %= KEPT / 2;
        uint32_t channel = (uint32_t)rand() % DESK_CHANNELS;
        const struct caller *who = rand() % 3 ? &cell : &other;
        switch (rand() % 6) {
        case 0:
            ask((uint8_t)(2 + rand() % 0x60), "q");
            asked++;
            break;
        case 1:
            (void)!take_as(who, channel, &number);
            break;
        case 2:
            (void)!desk_answer(&desk, channel, who, number, ERR_OK, (const uint8_t *)"a", 1);
            break;
        case 3:
            if (!desk.channels[channel].kept || desk.channels[channel].waiter != who->identity)
                (void)!desk_wait(&desk, channel, who, now + SECOND);
            break;
        default:
            until(now + (nsec_t)rand() % SECOND);
            break;
        }
        for (struct link_frame f = heard(); f.type; f = heard(), said++)
            CHECK_EQ(f.sequence, sequence);
    }
    CHECK(said <= asked && said > asked / 8);
    ask(TYPE_WALLET, "end");
    until(now + DESK_PATIENCE);
    CHECK_EQ(heard().sequence, sequence);
    CHECK(!desk.session.open);
}

int main(int argc, char **argv)
{
    unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    printf("seed %u; ", seed);
    test_way();
    test_channels();
    test_absence();
    test_death();
    test_random(seed);
    return unit_done();
}
