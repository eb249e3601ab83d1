// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/error.h"

const char *err_sentence(err_t error)
{
    static const char *const sentences[ERR_COUNT] = {
#define ERR(name, number, sentence) [number] = sentence,
#include "abi/errors.def"
#undef ERR
    };
    return error < ERR_COUNT ? sentences[error] : "an unknown error";
}
