// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/package.h"

const char *package_refusal_sentence(uint32_t refusal)
{
    static const char *const sentences[PACKAGE_REFUSAL_COUNT] = {
        [PACKAGE_GOOD] = "the package holds",
#define REFUSAL(name, sentence) [PACKAGE_REFUSED_##name] = (sentence),
#include "format/package_refusal.def"
#undef REFUSAL
    };
    return refusal < PACKAGE_REFUSAL_COUNT ? sentences[refusal]
                                           : "refused for a reason that is unknown here";
}
