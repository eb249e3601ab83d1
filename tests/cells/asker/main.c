// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the person for more, by every kind of consent, and looks what it got. Argument: `all`, or
// `rival` (asks while another question is open), or `reborn` (is started again after a yes). The
// person of tests/system/consent/check.py knows which answers are wanted.
#include "abi/start.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "sdk/cella.h"
#include "tests/cells/probe.h"
#include <string.h>

enum { CRASH = 3 };
#define STATUS  ((uint64_t)1 << VAULT_METHOD_STATUS)
#define ACCOUNT ((uint64_t)1 << VAULT_METHOD_ACCOUNT)
#define OFFER   ((uint64_t)1 << VAULT_METHOD_OFFER)
#define SECOND  ((nsec_t)1000000000)

static err_t status(void)
{
    uint32_t state, network, fingerprint;
    return vault_status(&state, &network, &fingerprint);
}

static err_t account(void)
{
    uint8_t xpub[VAULT_ACCOUNT_XPUB_SIZE];
    size_t size;
    return vault_account(84, 0, xpub, sizeof xpub, &size);
}

static err_t ask(uint64_t methods, enum consent_kind kind, nsec_t expiry, nsec_t deadline)
{
    return cella_ask(VAULT_SERVICE, methods, kind, expiry, deadline);
}

static void try_once(void)
{
    probe_about("once: ");
    probe_eq(status(), ERR_DENIED, "nothing before");
    probe_eq(ask(STATUS, CONSENT_ONCE, 0, 0), ERR_OK, "yes");
    probe_eq(account(), ERR_DENIED, "no other method");
    probe_eq(status(), ERR_OK, "the first call");
    probe_eq(status(), ERR_BAD_CAPABILITY, "the second call");
    cap_t handle = 0;
    probe_eq(steward_request(VAULT_SERVICE, STATUS, CONSENT_ONCE, 0, 0, &handle), ERR_OK, "again");
    uint64_t w[MESSAGE_WORDS] = {handle, START_SLOT_FREE, RIGHT_WRITE, STATUS, 0, 0};
    probe_eq(ipc_call(CAP_SELF, 1 /* cell.derive */, w), ERR_BAD_ARGUMENT, "no copy of it");
    uint64_t none[MESSAGE_WORDS] = {0};
    probe_eq(ipc_call(handle, VAULT_METHOD_STATUS, none), ERR_OK, "used");
    probe_eq(ipc_call(handle, VAULT_METHOD_STATUS, none), ERR_BAD_CAPABILITY, "replayed");
}

static void try_run(void)
{
    probe_about("run: ");
    probe_eq(ask(STATUS, CONSENT_RUN, 0, 0), ERR_OK, "yes");
    for (int i = 0; i < 3; i++)
        probe_eq(status(), ERR_OK, "as often as it likes");
    probe_eq(account(), ERR_DENIED, "no other method");
}

static void try_until(void)
{
    nsec_t end = sys_now() + 20 * SECOND;
    probe_about("until: ");
    probe_eq(ask(ACCOUNT, CONSENT_UNTIL, end, 0), ERR_OK, "yes");
    probe_eq(account(), ERR_BAD_STATE, "it arrives"); // there is no seed
    cella_sleep(end);
    probe_eq(account(), ERR_EXPIRED, "no more");
}

// What no yes can give: no question is put.
static void try_undeclared(void)
{
    probe_about("undeclared: ");
    probe_eq(ask(STATUS | OFFER, CONSENT_RUN, 0, 0), ERR_DENIED, "a method");
    probe_eq(ask(~(uint64_t)0, CONSENT_RUN, 0, 0), ERR_DENIED, "all methods");
    probe_eq(cella_ask(STEWARD_SERVICE, (uint64_t)1 << STEWARD_METHOD_ANSWER, CONSENT_RUN, 0, 0),
             ERR_DENIED, "to answer questions");
    uint32_t number = 0;
    uint64_t sequence = 1;
    size_t size = 0;
    static uint8_t about[QUESTION_SIZE];
    probe_eq(steward_question(about, sizeof about, &size, &number, &sequence), ERR_DENIED,
             "to see questions");
    probe_eq(steward_answer(sequence, QUESTION_YES, number), ERR_DENIED, "to say yes itself");
}

static void try_no(void)
{
    probe_about("no: ");
    probe_eq(ask(ACCOUNT, CONSENT_ONCE, 0, 0), ERR_REFUSED, "the person said so");
    probe_eq(ask(ACCOUNT, CONSENT_ONCE, 0, sys_now() + SECOND), ERR_TIMED_OUT, "too late");
    probe_eq(ask(ACCOUNT, CONSENT_ONCE, 0, 0), ERR_REFUSED, "a wrong number");
    probe_eq(ask(ACCOUNT, CONSENT_ONCE, 0, 0), ERR_DENIED, "not asked a fourth time");
    probe_eq(ask(STATUS, CONSENT_ONCE, 0, 0), ERR_DENIED, "nor for something else");
    probe_eq(account(), ERR_EXPIRED, "nothing came of it");
}

static int all(void)
{
    uint64_t pages, slots, pages_after, slots_after;
    uint32_t cells;
    probe_eq(steward_usage(&pages, &slots, &cells), ERR_OK, "usage");
    try_once();
    try_run();
    try_until();
    try_undeclared();
    try_no();
    probe_about(NULL);
    probe_eq(steward_usage(&pages_after, &slots_after, &cells), ERR_OK, "usage");
    probe_eq(pages_after, pages, "pages of the steward");
    probe(slots_after <= slots, "slots of the steward"); // the other two have ended
    return probe_end();
}

static int reborn(void)
{
    probe_about("reborn: ");
    cella_sleep(sys_now() + 2 * SECOND); // the asker comes first
    probe_eq(status(), ERR_DENIED, "nothing at the start");
    err_t err = ask(STATUS, CONSENT_RUN, 0, 0);
    while (err == ERR_BUSY) {
        cella_sleep(sys_now() + SECOND / 4);
        err = ask(STATUS, CONSENT_RUN, 0, 0);
    }
    if (err == ERR_OK) {
        probe_eq(status(), ERR_OK, "after the yes");
        sys_exit(CRASH);
    }
    probe_eq(err, ERR_REFUSED, "the second time the person said no");
    probe_eq(status(), ERR_DENIED, "nothing of the old run");
    return probe_end();
}

int main(void)
{
    const char *argument = cella_argument();
    if (strcmp(argument, "reborn") == 0)
        return reborn();
    if (strcmp(argument, "rival") != 0)
        return all();
    cella_sleep(sys_now() + SECOND);
    probe_eq(ask(STATUS, CONSENT_ONCE, 0, 0), ERR_BUSY, "one question at a time");
    return probe_end();
}
