# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,auditor,services/auditor/main.c services/auditor/auditor.c,,audit steward,,))
$(eval $(call unit_test,auditor,services/auditor/auditor_test.c services/auditor/auditor.c,,$(INC_os) $(INC_gen)))
