// SPDX-License-Identifier: GPL-3.0-or-later
// cella app sign: the developer's chain is told of a package (a program register with its roots,
// unless it knows it already), and the package gets the chain.
#include "app.h"
#include "chain_folder.h"
#include "files.h"
#include "options.h"
#include "report.h"
#include "shown.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "cella app sign PACKAGE --chain FOLDER [-o FILE] [--minimum N] [--time SECONDS]";

struct signing_app {
    const char *package, *chain_path, *out, *minimum_text, *time_text;
    uint64_t minimum, time;
    struct app_file app;
    struct chain_folder folder;
};

// Whether the chain says this of the package already.
static bool known(const struct signing_app *s, const struct program_register *mine)
{
    const struct chain *chain = &s->folder.chain;
    struct program_register said;
    enum chain_refusal why;

    return chain_program_version(chain, mine->name, mine->version, &said, &why) == ERR_OK &&
           memcmp(said.package_root, mine->package_root, REGISTER_HASH) == 0 && !said.revoked &&
           said.minimum >= s->minimum;
}

// One more entry. False: said.
static bool entry_write(struct signing_app *s, const struct program_register *program)
{
    uint8_t value[REGISTER_VALUE];
    size_t size = 0;

    if (program_encode(program, value, sizeof(value), &size) != ERR_OK) {
        report_error("%s: a minimum above the package's own number makes no sense - lower it",
                     s->package);
        return false;
    }
    const struct chain_draft draft = {
        .time = s->time,
        .operation = CHAIN_WRITE,
        .name = program->name,
        .type = REGISTER_OBJECT,
        .value = {value, size}
    };
    return chain_folder_say(&s->folder, &draft);
}

// The chain says it. False: said.
static bool register_write(struct signing_app *s, bool *wrote)
{
    struct program_register program, newest;
    enum chain_refusal why;

    package_register(&s->app.package, &program);
    if (chain_program(&s->folder.chain, program.name, &newest, &why) == ERR_OK && !s->minimum_text)
        s->minimum = newest.minimum;
    *wrote = !known(s, &program);
    program.minimum = s->minimum;
    return !*wrote || entry_write(s, &program);
}

// The package with the chain behind it, judged as a device will that knows nothing yet. False:
// said.
static bool package_finish(struct signing_app *s, const char *out)
{
    const size_t archive = s->app.package.size + PACKAGE_HASH;
    const struct package_rules nothing = {0};
    static struct chain chain;
    struct package_verdict verdict = {0};
    enum package_refusal why = PACKAGE_GOOD;
    struct package package;
    struct new_file file;

    if (archive + s->folder.size > PACKAGE_MAX) {
        verdict.refusal = PACKAGE_REFUSED_TOO_LARGE;
    } else {
        memcpy(s->app.bytes + archive, s->folder.bytes, s->folder.size);
        s->app.size = archive + s->folder.size;
        if (package_open(s->app.bytes, s->app.size, &package, &why) == ERR_OK &&
            package_judge(&package, &nothing, &chain, &verdict) == ERR_OK)
            return file_create(&file, out) && file_finish(&file, s->app.bytes, s->app.size);
        if (why != PACKAGE_GOOD)
            verdict.refusal = why;
    }
    report_error("%s: %s", s->package, package_sentence(&verdict));
    return false;
}

// The chain first: a package whose chain only it holds would fork the chain with the next one.
static bool sign(struct signing_app *s)
{
    bool wrote = false;

    if (!app_open(&s->app, s->package, NULL) || !app_manifest_agrees(&s->app.package, s->package) ||
        !chain_folder_open(&s->folder, s->chain_path, true) || !register_write(s, &wrote) ||
        !package_finish(s, s->out ? s->out : s->package))
        return false;
    printf("%s: %s %s, number %llu, signed%s; publisher ", shown(s->out ? s->out : s->package),
           s->app.package.app->cell.name, s->app.package.app->version_text,
           (unsigned long long)s->app.package.app->number,
           wrote ? "" : " before, and the chain says so");
    app_hex_print(s->folder.chain.id, CHAIN_HASH);
    printf("\nconsole   ");
    app_fingerprint_print(s->folder.chain.id);
    printf("\n");
    return true;
}

int app_sign(int argc, char **argv)
{
    static struct signing_app s;
    const struct option_rule rules[] = {
        {"--chain",   &s.chain_path, NULL},
        {"-o",       &s.out, NULL},
        {"--minimum",        &s.minimum_text, NULL},
        {"--time",       &s.time_text, NULL},
        {0},
    };
    struct operands operands;
    bool good;

    s = (struct signing_app){0};
    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !s.chain_path) {
        report_error("sign wants a package and the folder of your chain - usage: %s", usage);
        return EXIT_UNABLE;
    }
    s.package = operands.at[0];
    if ((s.minimum_text && !option_number64("--minimum", s.minimum_text, UINT64_MAX, &s.minimum)) ||
        !chain_time_read(s.time_text, &s.time))
        return EXIT_UNABLE;
    good = sign(&s);
    chain_folder_close(&s.folder);
    app_close(&s.app);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
