# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,link,drivers/link/main.c,link,port interrupt,device,))
