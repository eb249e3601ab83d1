// SPDX-License-Identifier: GPL-3.0-or-later
// Any device, to the host's commands: whatever it answers, and however the link behaves, the
// command ends and says something, and nothing that it prints can do anything to a terminal. The
// first byte says which command; then chunks, two bytes of length before each, answer the questions
// in their order. When they are used up, the device is silent. Time, sockets and random bytes are
// played; nothing is written. A log's signature is trusted or not by its first byte (trusting.c).
#include "cella/app.h"
#include "cella/report.h"
#include "cella/signing.h"
#include "format/bytes_le.h"
#include "format/install.h"
#include "format/quote.h"
#include "tests/fuzz/images.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int status_command(int argc, char **argv);
int attest_command(int argc, char **argv);
int log_command(int argc, char **argv);
int wallet_command(int argc, char **argv);

int __wrap_open(const char *path, int flags, ...);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags);
uint64_t __wrap_clock_ms(void);

enum { FD = 1000, CHUNK_HEAD = 2, FRAMES = 2 };

// What a chunk's first byte says; anything below is an answer with the next byte as its status.
enum {
    ANSWER_LAST = 0xef,
    SILENCE = 0xf0,
    BREAK = 0xf1,
    NOISE = 0xf2, // then an answer: its status, and the rest
    OTHER_NUMBER = 0xf3,
    OTHER_TYPE = 0xf4,
    UNKNOWN_SESSION = 0xf5,
};

static struct {
    const uint8_t *left;
    size_t left_size;
    uint8_t wire[FRAMES * LINK_WIRE_MAX]; // what the host will receive
    size_t used, taken;
    uint64_t now; // ms
    bool broken;
} played;

static void require(int cond)
{
    if (!cond)
        abort();
}

// ---- the played system

int __wrap_open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    errno = EACCES;
    return -1;
}

int __wrap_socket(int domain, int type, int protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    return FD;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    (void)address;
    (void)size;
    require(fd == FD);
    played.used = played.taken = 0;
    played.broken = false;
    return 0;
}

int __wrap_close(int fd)
{
    return fd == FD ? 0 : __real_close(fd);
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    require(timeout >= 0);
    if (count > 0 && (played.broken || played.taken < played.used)) {
        fds->revents = fds->events;
        return 1;
    }
    played.now += (uint64_t)timeout;
    return 0;
}

ssize_t __wrap_getrandom(void *data, size_t size, unsigned flags)
{
    (void)flags;
    memset(data, 0, size);
    return (ssize_t)size;
}

uint64_t __wrap_clock_ms(void)
{
    return ++played.now;
}

// ---- the played device

static void frame_put(const struct link_frame *frame)
{
    size_t size = 0;
    require(played.used + LINK_WIRE_MAX <= sizeof played.wire);
    require(link_encode(frame, played.wire + played.used, &size) == ERR_OK);
    played.used += size;
}

static const uint8_t *chunk_next(size_t *size)
{
    if (played.left_size < CHUNK_HEAD)
        return NULL;
    const size_t wanted = le16_get(played.left), most = played.left_size - CHUNK_HEAD;
    const uint8_t *at = played.left + CHUNK_HEAD;
    *size = wanted < most ? wanted : most;
    played.left = at + *size;
    played.left_size = most - *size;
    return at;
}

static void answer(const struct link_frame *question)
{
    static const uint8_t hello[COMPANION_HELLO_SIZE] = {COMPANION_VERSION, 0, 0, 0, 0, 16};
    static const uint8_t noise[] = {0, 3, 1, 1, 0, 255, 7};
    struct link_frame frame = {.type = question->type | LINK_ANSWER,
                               .session = question->session,
                               .sequence = question->sequence,
                               .payload = hello,
                               .length = sizeof hello};
    size_t size = 0;
    if (question->type == COMPANION_HELLO) {
        frame_put(&frame);
        return;
    }
    const uint8_t *chunk = chunk_next(&size);
    if (chunk == NULL || size < 2 || chunk[0] == SILENCE)
        return;
    played.broken = chunk[0] == BREAK;
    frame.sequence += chunk[0] == OTHER_NUMBER;
    frame.type = (uint8_t)(frame.type + (chunk[0] == OTHER_TYPE));
    if (chunk[0] == UNKNOWN_SESSION)
        frame.type = COMPANION_HELLO | LINK_ANSWER;
    frame.status = chunk[1];
    frame.payload = chunk + 2;
    frame.length = size - 2 < LINK_PAYLOAD_MAX ? size - 2 : LINK_PAYLOAD_MAX;
    if (chunk[0] == NOISE) {
        memcpy(played.wire + played.used, noise, sizeof noise);
        played.used += sizeof noise;
    }
    if (chunk[0] != BREAK)
        frame_put(&frame);
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
    struct link_decoder decoder;
    struct link_frame question;
    bool got = false;
    (void)flags;
    require(fd == FD);
    link_decoder_start(&decoder);
    (void)link_decode(&decoder, data, size, &question, &got);
    require(got && question.length <= LINK_PAYLOAD_MAX);
    if (played.used == played.taken)
        played.used = played.taken = 0;
    if (played.used + LINK_WIRE_MAX + 16 <= sizeof played.wire)
        answer(&question);
    return (ssize_t)size;
}

ssize_t __wrap_recv(int fd, void *data, size_t size, int flags)
{
    (void)flags;
    require(fd == FD);
    const size_t most = played.used - played.taken, now = most < size ? most : size;
    if (now == 0 && !played.broken) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(data, played.wire + played.taken, now);
    played.taken += now;
    return (ssize_t)now;
}

// ---- the commands

static int sign_command(int argc, char **argv)
{
    static struct signing signing;
    static struct device device;
    static const uint8_t psbt[6000] = {1};
    (void)argc;
    (void)argv;
    memset(&signing, 0, sizeof signing);
    signing.psbt = psbt;
    signing.size = sizeof psbt;
    if (!device_open(&device, "socket", 1))
        return EXIT_UNABLE;
    const int code = signing_run(&device, &signing);
    device_close(&device);
    require(code != EXIT_GOOD || signing.signature_count <= SIGNING_SIGNATURES_MAX);
    return code;
}

enum { ARGUMENTS = 6 };

// A device key; without one the keys of this machine's devices would be looked for.
#define SOMEBODY "0101010101010101010101010101010101010101010101010101010101010101"

static const struct command {
    int (*run)(int argc, char **argv);
    const char *arguments[ARGUMENTS];
} commands[] = {
    {status_command, {"--timeout", "1"}                             },
    {status_command, {"--json", "--timeout", "1"}                   },
    {attest_command, {"state", "--timeout", "1"}                    },
    {attest_command, {"state", "--json", "--timeout", "1"}          },
    {attest_command, {"quote", "/dev/null/x", "--timeout", "1"}     },
    {attest_command, {"enrol", "/dev/null/x", "--timeout", "1"}     },
    {log_command,    {"--timeout", "1", "--key", SOMEBODY}          },
    {log_command,    {"--json", "--timeout", "1", "--key", SOMEBODY}},
    {app_list,       {"--timeout", "1"}                             },
    {app_list,       {"--json", "--timeout", "1"}                   },
    {app_remove,     {"note", "--timeout", "1"}                     },
    {wallet_command, {"xpub", "--timeout", "1"}                     },
    {wallet_command, {"address", "--json", "--timeout", "1"}        },
    {sign_command,   {NULL}                                         },
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static size_t chunk_put(uint8_t *out, const void *payload, size_t size)
{
    le16_put(out, (uint16_t)(size + 2));
    out[2] = out[3] = 0;
    memcpy(out + 4, payload, size);
    return size + 4;
}

// What each command hears from a device that behaves; where that is long, it is in the corpus.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const char xpub[] =
        "xpub6CUGRUonZSQ4TWtTMmzXdrXDtypWKiKrhko4egpiMZbpiaQL2jkwSB1icqYh2cfDfVxdx4d"
        "f189oLKnC5fSwqPfgyP3hooxujYzAu3fDVmz";
    uint8_t bytes[512] = {0}, job[COMPANION_JOB_SIZE] = {COMPANION_SIGNED};
    size_t at = 1;
    if (number >= COMMANDS || max < 4096)
        return 0;
    out[0] = (uint8_t)number;
    if (commands[number].run == status_command || commands[number].run == wallet_command) {
        const struct companion_status s = {1, 1, 7, COMPANION_IDLE, {1}};
        companion_status_put(&s, bytes);
        at += chunk_put(out + at, bytes, COMPANION_STATUS_SIZE);
        at += chunk_put(out + at, xpub, sizeof xpub - 1);
    } else if (commands[number].run == attest_command) {
        bytes[0] = 1;
        at += chunk_put(out + at, bytes, 16 + QUOTE_KEY);
    } else if (commands[number].run == app_list) {
        const struct install_record r = {.pages = 9, .runs = 1, .name = "note", .version = "1.0"};
        install_record_put(&r, bytes);
        at += chunk_put(out + at, bytes, INSTALL_RECORD_SIZE);
        at += chunk_put(out + at, bytes, 0);
    } else if (commands[number].run == app_remove) {
        const struct install_job j = {.state = INSTALL_DONE};
        install_job_put(&j, bytes);
        at += chunk_put(out + at, bytes, INSTALL_JOB_SIZE);
    } else if (commands[number].run == sign_command) {
        job[0] = COMPANION_RECEIVING;
        at += chunk_put(out + at, job, sizeof job);
        le32_put(bytes, 4092);
        at += chunk_put(out + at, bytes, 4);
        le32_put(bytes, 6000);
        at += chunk_put(out + at, bytes, 4);
        job[0] = COMPANION_SIGNED;
        job[16] = 1;
        job[20] = 9;
        at += chunk_put(out + at, job, sizeof job);
        at += chunk_put(out + at, bytes, 70);
        le32_put(bytes, 9);
        at += chunk_put(out + at, bytes, 13);
    }
    return at;
}

// One number of one answer, mostly.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    struct chance c = {seed};
    if (size < 8 || chance_below(&c, 3) == 0)
        return LLVMFuzzerMutate(data, size, max);
    if (chance_below(&c, 16) == 0)
        data[0] = (uint8_t)chance_below(&c, COMMANDS);
    const size_t begin = 1 + chance_below(&c, size - 1);
    number_change(&c, data, begin, begin + 64 < size ? begin + 64 : size);
    return size;
}

// ---- what must hold

// Whatever a device made us print: lines of printable characters.
static void printed_require(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        require((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *text, *arguments[ARGUMENTS + 1];
    static size_t text_size;
    static FILE *memory;
    if (size == 0)
        return 0;
    if (memory == NULL)
        memory = open_memstream(&text, &text_size);
    require(memory != NULL);
    rewind(memory);
    const struct command *command = &commands[data[0] % COMMANDS];
    int count = 0;
    for (; count < ARGUMENTS && command->arguments[count] != NULL; count++)
        arguments[count] = (char *)(uintptr_t)command->arguments[count];
    played.left = data + 1;
    played.left_size = size - 1;
    played.used = played.taken = 0;
    played.now = 1000;
    played.broken = false;
    FILE *const out = stdout, *const error = stderr;
    stdout = stderr = memory;
    const int code = command->run(count, arguments);
    require(fflush(memory) == 0);
    stdout = out;
    stderr = error;
    printed_require(text, text_size);
    require(code == EXIT_GOOD || (code > 0 && (text_size > 0 || command->run == sign_command)));
    return 0;
}
