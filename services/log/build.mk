# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,log,services/log/main.c services/log/line.c,log,steward port interrupt,device,))
$(eval $(call unit_test,log_line,services/log/line_test.c services/log/line.c lib/os/text.c,,$(INC_os)))
