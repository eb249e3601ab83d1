# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,vault,$(addprefix services/vault/,main.c client.c keys.c machine.c own.c sign.c store.c unlock.c vault.c),vault,attest entropy flash steward,libc format crypto,))
