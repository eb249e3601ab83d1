// SPDX-License-Identifier: GPL-3.0-or-later
// cella wallet: addresses and extended public keys; signing is in wallet_sign.c. Addresses are
// derived here, from the account's extended public key.
#include "wallet.h"
#include "format/account.h"
#include "format/bytes_le.h"
#include "json.h"
#include "report.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "cella wallet address [--kind p2wpkh|p2tr] [--account N] [--index N] [--change] [--json]\n"
    "       cella wallet xpub [--kind p2wpkh|p2tr] [--account N] [--json]\n"
    "       cella wallet sign IN OUT [--evidence FILE] [--nonce HEX]\n"
    "       each with [--device SOCKET] [--timeout SECONDS]";

struct question {
    struct link_options link;
    const char *kind_text, *account_text, *index_text;
    bool change, json;
    uint32_t kind; // enum coin_kind
    unsigned account, index;
};

struct account {
    struct companion_status status;
    char xpub[COMPANION_XPUB_MAX + 1];
    struct hd_key key;
};

bool wallet_status(struct device *d, struct companion_status *status)
{
    struct link_frame answer;
    if (!device_query(d, COMPANION_STATUS, NULL, 0, &answer))
        return false;
    if (companion_status_get(answer.payload, answer.length, status) != ERR_OK) {
        report_error("the device's answer makes no sense - use the `cella` that was built with "
                     "its image");
        return false;
    }
    if (!status->seed)
        device_complain(ERR_BAD_STATE);
    return status->seed;
}

static bool question_read(int argc, char **argv, bool with_index, struct question *q)
{
    const struct option_rule rules[] = {
        LINK_OPTIONS(q->link),
        {"--kind",    &q->kind_text, NULL},
        {"--account",       &q->account_text, NULL},
        {"--json", NULL, &q->json},
        {with_index ? "--index" : NULL,       &q->index_text, NULL},
        {"--change",    NULL, &q->change},
        {0  },
    };
    struct operands operands;
    *q = (struct question){.kind = COIN_P2WPKH};
    link_options_start(&q->link);
    if (!options_read(argc, argv, rules, usage, &operands))
        return false;
    if (operands.count) {
        report_error("`%s` is not understood - usage: %s", operands.at[0], usage);
        return false;
    }
    if (q->kind_text && !strcmp(q->kind_text, "p2tr")) {
        q->kind = COIN_P2TR;
    } else if (q->kind_text && strcmp(q->kind_text, "p2wpkh")) {
        report_error("--kind %s does not exist - give p2wpkh or p2tr", q->kind_text);
        return false;
    }
    return (!q->account_text ||
            option_number("--account", q->account_text, ACCOUNT_COUNT - 1, &q->account)) &&
           (!q->index_text || option_number("--index", q->index_text, HD_HARDENED - 1, &q->index));
}

// False: said.
static bool account_fetch(const struct question *q, struct account *account)
{
    static struct device device;
    struct link_frame answer;
    uint8_t which[8];
    uint32_t network;
    if (!link_options_open(&q->link, &device))
        return false;
    le32_put(which, q->kind);
    le32_put(which + 4, q->account);
    bool good = wallet_status(&device, &account->status) &&
                device_query(&device, COMPANION_ACCOUNT, which, sizeof which, &answer);
    if (good) {
        size_t length = answer.length <= COMPANION_XPUB_MAX ? answer.length : 0;
        memcpy(account->xpub, answer.payload, length);
        account->xpub[length] = 0;
        good = hd_public_parse(account->xpub, &account->key, &network) == ERR_OK &&
               network_coin(network) == network_coin(account->status.network);
        if (!good)
            report_error("the device sent no valid extended public key for this network - use "
                         "the `cella` that was built with its image");
    }
    device_close(&device);
    return good;
}

static void path_print(const struct question *q, uint32_t network, bool whole, char *out,
                       size_t size)
{
    int used = snprintf(out, size, "m/%u'/%u'/%u'", q->kind, network_coin(network), q->account);
    if (whole)
        snprintf(out + used, size - (size_t)used, "/%u/%u", q->change, q->index);
}

// `what` is "address" or "xpub".
static void result_print(const struct question *q, const struct account *a, const char *what,
                         const char *text)
{
    char path[64];
    const char *network = a->status.network == NETWORK_MAIN ? "main" : "test";
    path_print(q, a->status.network, !strcmp(what, "address"), path, sizeof path);
    if (q->json) {
        printf("{\"%s\":", what);
        json_string(stdout, text);
        printf(",\"path\":\"%s\",\"fingerprint\":\"%08x\",\"network\":\"%s\"}\n", path,
               a->status.fingerprint, network);
    } else {
        printf("%s\n  path %s of wallet %08x, network %s\n", text, path, a->status.fingerprint,
               network);
    }
}

static int wallet_address(int argc, char **argv)
{
    struct question q;
    struct account account;
    char address[ADDRESS_TEXT_MAX];
    if (!question_read(argc, argv, true, &q) || !account_fetch(&q, &account))
        return EXIT_UNABLE;
    if (account_address(&account.key, account.status.network, q.kind, q.change, q.index, address) !=
        ERR_OK) {
        report_error("index %u gives no address - take the next index", q.index);
        return EXIT_UNABLE;
    }
    result_print(&q, &account, "address", address);
    return EXIT_GOOD;
}

static int wallet_xpub(int argc, char **argv)
{
    struct question q;
    struct account account;
    if (!question_read(argc, argv, false, &q) || !account_fetch(&q, &account))
        return EXIT_UNABLE;
    result_print(&q, &account, "xpub", account.xpub);
    return EXIT_GOOD;
}

int wallet_command(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } actions[] = {
        {"address", wallet_address},
        {"xpub",    wallet_xpub   },
        {"sign",    wallet_sign   }
    };
    for (size_t i = 0; argc > 0 && i < sizeof actions / sizeof actions[0]; i++)
        if (!strcmp(argv[0], actions[i].name))
            return actions[i].run(argc - 1, argv + 1);
    struct operands operands;
    const struct option_rule none = {0};
    if (!options_read(argc, argv, &none, usage, &operands))
        return EXIT_UNABLE;
    if (argc > 0)
        report_error("`wallet %s` does not exist - usage: %s", argv[0], usage);
    else
        report_error("`wallet` wants a word - usage: %s", usage);
    return EXIT_UNABLE;
}
