# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,console,drivers/console/main.c,console,port interrupt,device,))
