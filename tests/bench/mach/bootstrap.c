// SPDX-License-Identifier: GPL-3.0-or-later
// The first task of a GNU Mach machine: measures what comes nearest to the operations of
// tests/bench/bench with the same method and says `bench NAME TICKS` and, for shorter rounds,
// `brief NAME TICKS` on the kernel's console. Other
// tasks are copies of this one. What cannot be done ends in `failed: WHAT`.
#include "kernel.h"
#include <stddef.h>

enum {
    ROUNDS = 5,
    TIMES = 1000,
    PART = 100,
    PAGE = 4096,
    WORDS = 6,
    STACK = 16384,
    FLAG_INTERRUPTS = 0x200,
};

struct words_message {
    struct header header;
    struct type type;
    uint64_t word[WORDS];
};

struct page_message {
    struct header header;
    struct type type;
    uint8_t data[PAGE];
};

struct moved_message {
    struct header header;
    struct type type;
    uint64_t address;
};

struct state_message {
    struct header header;
    struct type flavor_type;
    uint64_t flavor;
    struct type state_type;
    struct thread_state state;
};

struct reply_message { // of the kernel: a result, and possibly a port; and what it gets from us
    struct header header;
    struct type result_type;
    uint64_t result;
    struct type port_type;
    uint64_t port;
    uint8_t rest[256];
};

void bootstrap_main(uint64_t first_instruction);

static uint64_t self, service, answers;
static uint8_t stack[STACK] __attribute__((aligned(16)));
static union {
    struct header header;
    struct words_message words;
    struct page_message page;
    struct moved_message moved;
    struct reply_message reply;
} mail __attribute__((aligned(16)));

// The compiler may ask for this one by name.
void *memset(void *to, int byte, size_t length)
{
    uint8_t *p = to;
    while (length--)
        *p++ = (uint8_t)byte;
    return to;
}

static void say(const char *text)
{
    (void)trap(TRAP_PRINT, at(text), 0, 0, 0);
}

static void say_number(const char *kind, const char *name, uint64_t number)
{
    char digits[24];
    size_t i = sizeof digits - 1;

    digits[i] = 0;
    do
        digits[--i] = (char)('0' + number % 10);
    while (number /= 10);
    say(kind);
    say(name);
    say(" ");
    say(digits + i);
    say("\n");
}

static void must(int64_t result, const char *what)
{
    if (result == 0)
        return;
    say("failed: ");
    say(what);
    say("\n");
    say_number("", "error", (uint64_t)result);
    for (;;)
        (void)trap(TRAP_NULL, 0, 0, 0, 0);
}

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static void measure(const char *name, void (*once)(void))
{
    uint64_t best = UINT64_MAX, brief = UINT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = ticks(), now = start;

        for (int part = 0; part < TIMES / PART; part++) {
            uint64_t before = now;

            for (int i = 0; i < PART; i++)
                once();
            now = ticks();
            uint64_t took = (now - before) / PART;
            brief = took < brief ? took : brief;
        }
        uint64_t took = (now - start) / TIMES;
        best = took < best ? took : best;
    }
    say_number("bench ", name, best);
    say_number("brief ", name, brief);
}

static void do_null(void)
{
    (void)trap(TRAP_NULL, 0, 0, 0, 0);
}

static void do_map(void)
{
    uint64_t address = 0;

    must(trap(TRAP_VM_ALLOCATE, self, at(&address), PAGE, 1), "vm_allocate");
    // Safety: allocated just now.
    *(volatile uint8_t *)(uintptr_t)address = 1;
    must(trap(TRAP_VM_DEALLOCATE, self, address, PAGE, 0), "vm_deallocate");
}

// One more send right to our own port, and away with it.
static void do_copy(void)
{
    must(trap(TRAP_PORT_INSERT, self, service, service, MAKE_SEND), "mach_port_insert_right");
    must(trap(TRAP_PORT_DEALLOCATE, self, service, 0, 0), "mach_port_deallocate");
}

static void send(int32_t id, size_t size, uint32_t bits)
{
    mail.header.bits = COPY_SEND | MAKE_SEND_ONCE << 8 | bits;
    mail.header.size = (uint32_t)size;
    mail.header.remote = service;
    mail.header.local = answers;
    mail.header.id = id;
    must(message(&mail, OPTION_SEND | OPTION_RECEIVE, size, sizeof mail, answers, 0, 0),
         "mach_msg");
}

static void do_call_0(void)
{
    send(1, sizeof mail.header, 0);
}

static void do_call_6(void)
{
    mail.words.type = (struct type){.kind = TYPE_WORD, .bits = 64, .is_inline = 1, .number = WORDS};
    send(1, sizeof mail.words, 0);
}

// 4 KiB in the message.
static void do_page_inline(void)
{
    mail.page.type = (struct type){.kind = TYPE_BYTE, .bits = 8, .is_inline = 1, .number = PAGE};
    send(1, sizeof mail.page, 0);
}

// The page itself: it leaves this task with the message and comes back with the answer.
static uint64_t moving;

static void do_page_moved(void)
{
    mail.moved.type = (struct type){.kind = TYPE_BYTE, .bits = 8, .deallocate = 1, .number = PAGE};
    mail.moved.address = moving;
    send(1, sizeof mail.moved, (uint32_t)COMPLEX);
    moving = mail.moved.address;
}

static void call_kernel(uint64_t port, int32_t id, void *request, size_t size, const char *what)
{
    struct header *header = request;

    *header = (struct header){.bits = COPY_SEND | MAKE_SEND_ONCE << 8,
                              .size = (uint32_t)size,
                              .remote = port,
                              .local = answers,
                              .id = id};
    must(message(request, OPTION_SEND, size, 0, 0, 0, 0), what);
    must(message(&mail, OPTION_RECEIVE, 0, sizeof mail, answers, 0, 0), what);
    must(mail.header.id - id - ROUTINE_REPLY, what);
    must((int32_t)mail.reply.result, what);
}

// A copy of this task that begins at `run`.
static uint64_t copy_start(void (*run)(void))
{
    static struct state_message state;
    uint64_t task = 0;

    must(trap(TRAP_TASK_CREATE, self, 1, at(&task), 0), "task_create");
    must(trap(TRAP_PORT_INSERT, task, service, service, MAKE_SEND), "the copy's right to call");
    must(trap(TRAP_TASK_SPECIAL_PORT, task, EXCEPTION_PORT, service, 0), "its exception port");
    struct header request;
    call_kernel(task, ROUTINE_THREAD_CREATE, &request, sizeof request, "thread_create");
    uint64_t thread = (uint32_t)mail.reply.port;
    state = (struct state_message){
        .flavor_type = {.kind = TYPE_INT,                                .bits = 32, .is_inline = 1,       .number = 1},
        .flavor = THREAD_STATE,
        .state_type = {.kind = TYPE_INT,
                        .bits = 32,
                        .is_inline = 1,
                        .number = sizeof state.state / sizeof(uint32_t)},
        .state = {.rip = (uint64_t)(uintptr_t)run,
                        .user_stack = at(stack + STACK) - 8,
                        .flags = FLAG_INTERRUPTS}
    };
    call_kernel(thread, ROUTINE_SET_STATE, &state, sizeof state, "thread_set_state");
    call_kernel(thread, ROUTINE_THREAD_RESUME, &request, sizeof request, "thread_resume");
    return task;
}

static void run_faults(void)
{
    // Safety: the instruction that is defined to be undefined; the handler lets it run again.
    for (;;)
        __asm__ volatile("ud2");
}

static void run_calls(void)
{
    self = (uint64_t)trap(TRAP_TASK_SELF, 0, 0, 0, 0);
    answers = (uint64_t)trap(TRAP_REPLY_PORT, 0, 0, 0, 0);
    measure("call 0 words", do_call_0);
    measure("call 6 words", do_call_6);
    measure("page inline", do_page_inline);
    must(trap(TRAP_VM_ALLOCATE, self, at(&moving), PAGE, 1), "vm_allocate");
    // Safety: allocated just now.
    *(volatile uint8_t *)(uintptr_t)moving = 1;
    measure("page moved and returned", do_page_moved);
    say("bench end\n");
    for (;;)
        do_null();
}

static void receive(void)
{
    must(message(&mail, OPTION_RECEIVE, 0, sizeof mail, service, 0, 0), "receive");
}

static void answer_and_receive(size_t size, uint32_t bits)
{
    mail.header.bits = MOVE_SEND_ONCE | bits;
    mail.header.size = (uint32_t)size;
    mail.header.local = 0;
    must(message(&mail, OPTION_SEND | OPTION_RECEIVE, size, sizeof mail, service, 0, 0), "answer");
}

// A fault, its message to this task, the answer, and the instruction again.
static void do_fault(void)
{
    must(mail.header.id - EXCEPTION_RAISE, "an exception's message");
    mail.header.id += ROUTINE_REPLY;
    mail.reply.result_type =
        (struct type){.kind = TYPE_INT, .bits = 32, .is_inline = 1, .number = 1};
    mail.reply.result = 0;
    answer_and_receive(offsetof(struct reply_message, port_type), 0);
}

void bootstrap_main(uint64_t first_instruction)
{
    say("\n");
    say_number("bench ", "start", first_instruction);
    self = (uint64_t)trap(TRAP_TASK_SELF, 0, 0, 0, 0);
    answers = (uint64_t)trap(TRAP_REPLY_PORT, 0, 0, 0, 0);
    must(trap(TRAP_PORT_ALLOCATE, self, RIGHT_RECEIVE, at(&service), 0), "mach_port_allocate");
    must(trap(TRAP_PORT_INSERT, self, service, service, MAKE_SEND), "mach_port_insert_right");
    measure("null", do_null);
    measure("map + unmap", do_map);
    measure("copy + delete", do_copy);
    uint64_t faulty = copy_start(run_faults);
    receive();
    measure("fault to handler and back", do_fault);
    must(trap(TRAP_TASK_TERMINATE, faulty, 0, 0, 0), "task_terminate");
    (void)copy_start(run_calls);
    receive();
    for (;;)
        answer_and_receive(mail.header.size, mail.header.bits & (uint32_t)COMPLEX);
}
