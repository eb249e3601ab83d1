// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/companion/device.h"
#include "tests/companion/line.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct stage {
    struct accident accident;
    int listener, link;
    size_t received;  // since the link stands
    size_t drops;     // so many
    unsigned answers; // so many
};

static struct line line;

static void link_send(const struct stage *s, const uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = send(s->link, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
    }
}

static void nonsense_send(const struct stage *s, const uint8_t *data, size_t size)
{
    static struct link_decoder d;
    struct link_frame frame;
    uint8_t payload[64], wire[LINK_WIRE_MAX];
    bool got;
    link_decoder_start(&d);
    (void)link_decode(&d, data, size, &frame, &got);
    if (!got || frame.type == (COMPANION_HELLO | LINK_ANSWER)) {
        link_send(s, data, size);
        return;
    }
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)rand();
    frame.payload = payload;
    frame.length = (size_t)rand() % sizeof payload;
    frame.status = 0;
    if (link_encode(&frame, wire, &size) == ERR_OK)
        link_send(s, wire, size);
}

static void answer_send(void *context, const uint8_t *data, size_t size)
{
    struct stage *s = context;
    const struct accident *a = &s->accident;
    uint8_t bytes[LINK_WIRE_MAX];
    s->answers++;
    if (a->silent || s->link < 0 || (a->swallow && s->answers % a->swallow == 0))
        return;
    if (a->slow_ms)
        (void)poll(NULL, 0, (int)a->slow_ms);
    if (a->noise) {
        for (size_t i = 0; i < 200; i++)
            bytes[i] = (uint8_t)rand();
        link_send(s, bytes, 200);
    }
    memcpy(bytes, data, size);
    if (a->damage && s->answers % a->damage == 0)
        bytes[(size_t)rand() % size] ^= (uint8_t)(1 << rand() % 8);
    if (a->nonsense)
        nonsense_send(s, bytes, size);
    else
        link_send(s, bytes, size);
    if (a->twice)
        link_send(s, bytes, size);
}

static void link_drop(struct stage *s)
{
    close(s->link);
    s->link = -1;
    s->received = 0;
    if (s->accident.restart)
        line_start(&line, answer_send, s);
    if (s->accident.gone)
        _exit(0);
}

static void input_take(struct stage *s)
{
    uint8_t data[1000];
    ssize_t n = recv(s->link, data, sizeof data, 0);
    if (n <= 0) {
        close(s->link);
        s->link = -1;
        return;
    }
    s->received += (size_t)n;
    line_turn(&line, data, (size_t)n);
    size_t limit = s->drops < 4 ? s->accident.drop_after[s->drops] : 0;
    bool waiting = s->accident.drop_waiting && line.wallet.job.now.state == COMPANION_WAITING;
    if (waiting || (limit && s->received >= limit)) {
        s->accident.drop_waiting = false;
        s->drops++;
        link_drop(s);
    }
}

static _Noreturn void stage_play(struct stage *s)
{
    if (s->accident.prepare)
        s->accident.prepare();
    line_start(&line, answer_send, s);
    for (;;) {
        struct pollfd p = {.fd = s->link < 0 ? s->listener : s->link, .events = POLLIN};
        int ready = poll(&p, 1, wallet_busy(&line.wallet) ? 0 : -1);
        if (ready > 0 && s->link < 0)
            s->link = accept(s->listener, NULL, NULL);
        else if (ready > 0)
            input_take(s);
        else
            line_turn(&line, NULL, 0);
        if (s->accident.watch)
            s->accident.watch(line.wallet.job.now.state);
    }
}

pid_t device_play(const char *path, const struct accident *accident)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stage stage = {.accident = *accident, .link = -1};
    if (strlen(path) >= sizeof address.sun_path)
        abort();
    memcpy(address.sun_path, path, strlen(path));
    unlink(path);
    stage.listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(stage.listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(stage.listener, 1) != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        stage_play(&stage);
    }
    close(stage.listener);
    return child;
}

void device_end(pid_t device)
{
    kill(device, SIGKILL);
    (void)waitpid(device, NULL, 0);
}
