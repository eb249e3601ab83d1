// SPDX-License-Identifier: GPL-3.0-or-later
#include "device.h"
#include "format/bytes_le.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    REPEAT_FIRST_MS = 1000, // a frame takes 0.4 s at 115200 baud, and the device may be thinking
    REPEAT_MOST_MS = 4000,
    RECONNECT_MS = 200,
    POLL_MS = 100, // how often an interruption is looked for
};

static bool interrupted(const struct device *d)
{
    return d->interrupted && *d->interrupted;
}

void device_pause(const struct device *d, unsigned milliseconds)
{
    uint64_t end = clock_ms() + milliseconds;
    while (!interrupted(d) && clock_ms() < end)
        (void)poll(NULL, 0, POLL_MS < milliseconds ? POLL_MS : (int)milliseconds);
}

// A socket's name holds 107 characters; a longer path is reached through its folder's descriptor.
static bool address_fill(const char *path, struct sockaddr_un *address, int *folder)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    *folder = -1;
    if (strlen(path) < sizeof address->sun_path) {
        memcpy(address->sun_path, path, strlen(path) + 1);
        return true;
    }
    char name[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash || (size_t)(slash - path) >= sizeof name) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(name, path, (size_t)(slash - path));
    name[slash - path] = 0;
    *folder = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        return false;
    int size = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", *folder,
                        slash + 1);
    if (size >= (int)sizeof address->sun_path) {
        close(*folder);
        errno = ENAMETOOLONG;
        return false;
    }
    return true;
}

// -1 and errno on failure.
static int socket_connect(const char *path)
{
    struct sockaddr_un address;
    int folder, saved;
    if (!address_fill(path, &address, &folder))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        saved = errno;
        close(fd);
        fd = -1;
        errno = saved;
    }
    saved = errno;
    if (folder >= 0)
        close(folder);
    errno = saved;
    return fd;
}

static void link_drop(struct device *d)
{
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

// The whole frame, unless the link breaks or stays full for the device's patience.
static bool link_send(struct device *d, const uint8_t *data, size_t size)
{
    uint64_t end = clock_ms() + d->patience;
    while (size) {
        ssize_t n = send(d->fd, data, size, MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (clock_ms() >= end || interrupted(d))
            return true; // as good as lost on the way: the question will be repeated
        struct pollfd p = {.fd = d->fd, .events = POLLOUT};
        (void)poll(&p, 1, POLL_MS);
    }
    return true;
}

enum receipt { RECEIPT_ANSWER, RECEIPT_NOTHING, RECEIPT_BROKEN };

// The answer to the present question, if it comes before `end`. Anything else is thrown away.
static enum receipt link_receive(struct device *d, uint64_t end, struct link_frame *answer)
{
    uint8_t data[4096];
    while (clock_ms() < end && !interrupted(d)) {
        struct pollfd p = {.fd = d->fd, .events = POLLIN};
        if (poll(&p, 1, POLL_MS) <= 0)
            continue;
        ssize_t n = recv(d->fd, data, sizeof data, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return RECEIPT_BROKEN;
        for (size_t at = 0; n > 0 && at < (size_t)n;) {
            bool got;
            at += link_decode(&d->in, data + at, (size_t)n - at, answer, &got);
            // What came after the answer belongs to no question of ours.
            if (got && answer->session == d->session && answer->sequence == d->sequence)
                return RECEIPT_ANSWER;
        }
    }
    return RECEIPT_NOTHING;
}

// One question in the present session, repeated while there is patience.
static enum device_fate question_ask(struct device *d, uint8_t type, const uint8_t *data,
                                     size_t size, struct link_frame *answer)
{
    uint8_t wire[LINK_WIRE_MAX];
    size_t wire_size;
    struct link_frame question = {.type = type,
                                  .session = d->session,
                                  .sequence = ++d->sequence,
                                  .payload = data,
                                  .length = size};
    if (link_encode(&question, wire, &wire_size) != ERR_OK)
        abort(); // no caller has that much to say
    uint64_t give_up = clock_ms() + d->patience, wait = REPEAT_FIRST_MS;
    while (clock_ms() < give_up) {
        if (!link_send(d, wire, wire_size))
            return DEVICE_ANEW;
        uint64_t end = clock_ms() + wait;
        enum receipt r = link_receive(d, end < give_up ? end : give_up, answer);
        if (interrupted(d))
            return DEVICE_INTERRUPTED;
        if (r == RECEIPT_BROKEN)
            return DEVICE_ANEW;
        if (r == RECEIPT_ANSWER && answer->type == (type | LINK_ANSWER))
            return DEVICE_ANSWERED;
        if (r == RECEIPT_ANSWER && answer->type == (COMPANION_HELLO | LINK_ANSWER))
            return DEVICE_ANEW; // it does not know this session
        wait = wait * 2 < REPEAT_MOST_MS ? wait * 2 : REPEAT_MOST_MS;
    }
    report_error("the device does not answer (%s) - see whether it shows an error, and start it "
                 "again%s if it does",
                 d->path, in_kit() ? "" : " with `./dev run`");
    return DEVICE_LOST;
}

static enum device_fate session_hello(struct device *d)
{
    uint8_t version[4];
    struct link_frame answer;
    if (getrandom(&d->session, sizeof d->session, 0) != sizeof d->session) {
        report_error("no random numbers: %s - this system's getrandom must work", strerror(errno));
        return DEVICE_LOST;
    }
    d->sequence = 0;
    link_decoder_start(&d->in);
    le32_put(version, COMPANION_VERSION);
    enum device_fate fate = question_ask(d, COMPANION_HELLO, version, sizeof version, &answer);
    if (fate != DEVICE_ANSWERED)
        return fate;
    if (answer.status || answer.length != COMPANION_HELLO_SIZE ||
        le32_get(answer.payload) != COMPANION_VERSION) {
        report_error("the device speaks another version of the link - use the `cella` that was "
                     "built with its image");
        return DEVICE_LOST;
    }
    return DEVICE_ANSWERED;
}

static void connect_complain(const struct device *d, int error)
{
    if ((error == ENOENT || error == ECONNREFUSED) && in_kit())
        report_error("no device is running at %s - name the socket of one with --device: "
                     "TREE/build/run/link.sock after `./dev run` in the system's tree, or "
                     "APP/build/device/link.sock during `cella app run APP`, whose device installs "
                     "nothing",
                     d->path);
    else if (error == ENOENT || error == ECONNREFUSED)
        report_error("no device is running at %s - start one with `./dev run`, or name its socket "
                     "with --device",
                     d->path);
    else if (error == EAGAIN)
        report_error("the link %s is taken by another program - end that one, then try again",
                     d->path);
    else
        report_error("%s: %s - name the device's socket with --device", d->path, strerror(error));
}

// Get a link and a session, however often it breaks meanwhile, while there is patience.
static enum device_fate link_raise(struct device *d)
{
    uint64_t give_up = clock_ms() + d->patience;
    int error = 0;
    do {
        if (d->fd < 0)
            d->fd = socket_connect(d->path);
        error = errno;
        if (d->fd >= 0) {
            enum device_fate fate = session_hello(d);
            if (fate != DEVICE_ANEW)
                return fate;
            link_drop(d);
            error = ECONNREFUSED;
        }
        device_pause(d, RECONNECT_MS);
        if (interrupted(d))
            return DEVICE_INTERRUPTED;
    } while (clock_ms() < give_up);
    connect_complain(d, error);
    return DEVICE_LOST;
}

// False: another program holds it.
static bool lock_take(struct device *d)
{
    char name[PATH_MAX];
    int size = snprintf(name, sizeof name, "%s.lock", d->path);
    d->lock = size < (int)sizeof name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    return d->lock < 0 || flock(d->lock, LOCK_EX | LOCK_NB) == 0;
}

bool device_open(struct device *d, const char *path, unsigned patience_s)
{
    *d = (struct device){
        .path = path, .patience = (uint64_t)patience_s * 1000, .fd = -1, .lock = -1};
    d->fd = socket_connect(path);
    if (d->fd < 0) {
        connect_complain(d, errno);
        return false;
    }
    if (!lock_take(d)) {
        connect_complain(d, EAGAIN);
    } else {
        enum device_fate fate = session_hello(d);
        if (fate == DEVICE_ANEW)
            fate = link_raise(d);
        if (fate == DEVICE_ANSWERED)
            return true;
    }
    device_close(d);
    return false;
}

void device_close(struct device *d)
{
    link_drop(d);
    if (d->lock >= 0)
        close(d->lock);
    d->lock = -1;
}

enum device_fate device_ask(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                            struct link_frame *answer)
{
    if (d->fd >= 0) {
        enum device_fate fate = question_ask(d, type, data, size, answer);
        if (fate != DEVICE_ANEW)
            return fate;
        link_drop(d);
    }
    enum device_fate fate = link_raise(d);
    return fate == DEVICE_ANSWERED ? DEVICE_ANEW : fate;
}

bool device_exchange(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                     struct link_frame *answer)
{
    enum device_fate fate;
    do
        fate = device_ask(d, type, data, size, answer);
    while (fate == DEVICE_ANEW);
    return fate == DEVICE_ANSWERED;
}

bool device_query(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                  struct link_frame *answer)
{
    if (!device_exchange(d, type, data, size, answer))
        return false;
    if (answer->status)
        device_complain(answer->status);
    return answer->status == ERR_OK;
}

void device_complain(err_t error)
{
    static const char *const sentences[ERR_COUNT] = {
#define ERR(name, number, sentence) [number] = sentence,
#include "abi/errors.def"
#undef ERR
    };
    if (error == ERR_BUSY)
        report_error("the device is busy with another request - answer that one on its console, "
                     "then try again");
    else if (error == ERR_BAD_STATE)
        report_error("the device has no seed - type `restore` or `create` on its console, then "
                     "try again");
    else if (error == ERR_PEER_DEAD)
        report_error("a program of the device stopped while it worked on this - its log says "
                     "which; try again, and restore the seed if it is lost");
    else if (error == ERR_BAD_CAPABILITY || error == ERR_DENIED)
        report_error("a program of the device stopped for good - its log says which; restart the "
                     "device");
    else if (error == ERR_NOT_FOUND)
        report_error("no program of the device answers this - its image may have none for it; if "
                     "its log says that one stopped, restart the device");
    else
        report_error("the device says: %s - try again; if it says so again, start it anew",
                     error < ERR_COUNT ? sentences[error]
                                       : "an error that this program does not know");
}
