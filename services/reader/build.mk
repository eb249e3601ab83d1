# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,reader,services/reader/main.c services/reader/reader.c,reader,steward,libc format crypto,))
