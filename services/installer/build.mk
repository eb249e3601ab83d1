# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,installer,services/installer/main.c services/installer/installer.c,,attest companion entropy journal log steward vault,libc format cbor crypto,))
$(eval $(call unit_test,installer,services/installer/installer_test.c services/installer/installer.c lib/os/text.c,$(FORMAT_LIBS_asan) $(CRYPTO_LIBS_asan),$(INC_format) $(INC_crypto) $(INC_os) $(INC_gen)))
