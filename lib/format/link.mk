# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call unit_test,link,lib/format/link.c lib/format/link_test.c,,$(INC_format)))
