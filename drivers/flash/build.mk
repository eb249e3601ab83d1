# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,flash,drivers/flash/main.c drivers/flash/ata.c,flash,port,,))
$(eval $(call unit_test,flash,drivers/flash/ata_test.c drivers/flash/ata.c,,$(INC_os) $(INC_gen)))
