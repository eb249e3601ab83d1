# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,sample,apps/sample/main.c,,vault,libc sdk,))
