# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,installer,services/installer/main.c services/installer/installer.c,,attest companion entropy journal log steward vault,libc format cbor crypto,))
