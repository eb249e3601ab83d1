# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,vault,$(addprefix services/vault/,main.c client.c keys.c sign.c vault.c),vault,entropy steward,libc format crypto,))
