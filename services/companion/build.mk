# SPDX-License-Identifier: GPL-3.0-or-later
COMPANION_DESK := $(addprefix services/companion/,desk.c session.c)
$(eval $(call cell,companion,services/companion/main.c $(COMPANION_DESK) lib/format/link.c,companion,port interrupt,device,))
$(eval $(call unit_test,desk,services/companion/desk_test.c $(COMPANION_DESK) lib/format/link.c,,$(INC_os) $(INC_format) $(INC_gen)))
