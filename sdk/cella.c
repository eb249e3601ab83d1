// SPDX-License-Identifier: GPL-3.0-or-later
#include "sdk/cella.h"
#include "os/ipc.h"

const char *cella_argument(void)
{
    return start_page()->argument;
}

const char *cella_error(err_t error)
{
    static const char *const sentences[ERR_COUNT] = {
#define ERR(name, number, sentence) [number] = sentence,
#include "abi/errors.def"
#undef ERR
    };
    return error < ERR_COUNT ? sentences[error] : "an unknown error";
}
