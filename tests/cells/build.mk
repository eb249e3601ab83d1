# SPDX-License-Identifier: GPL-3.0-or-later
# Cells of the system tests, and what they share: build/cell/libprobe.a.
PROBE_SRC := $(addprefix tests/cells/,probe.c thread.c)
$(foreach s,$(PROBE_SRC),$(eval $(call cell_object,$(B)/cell/$(basename $(s)).o,$(s),$(CELL_BARE) $(INC_unit))))
$(B)/cell/libprobe.a: $(PROBE_SRC:%.c=$(B)/cell/%.o)
	@rm -f $@
	$(AR) rcsD $@ $^

# build/cell/libcode.a: code trees, with the kernel's hash; for cells without vector registers.
CODE_CELL_SRC := tests/cells/code.c kernel/core/hash.c
$(foreach s,$(CODE_CELL_SRC),$(eval $(call cell_object,$(B)/cell/$(basename $(s)).o,$(s),$(CELL_BARE) -Ikernel/core)))
$(B)/cell/blake3_bare.o: $(THIRD_SRC)/blake3.sha256
	@mkdir -p $(@D)
	$(THIRD_CC_cell) $(CELL_BARE) $(BLAKE3_FLAGS) -c $(THIRD_SRC)/blake3/blake3_portable.c -o $@
$(B)/cell/libcode.a: $(CODE_CELL_SRC:%.c=$(B)/cell/%.o) $(B)/cell/blake3_bare.o
	@rm -f $@
	$(AR) rcsD $@ $^

# $(call test_cell,NAME,SOURCES,SERVER_IDL,CLIENT_IDLS,LIBS): besides what it names it calls kernel objects, the log
# and the steward.
TEST_IDLS := cell device frame interrupt port steward thread untyped
define test_cell
$(eval $(call cell,$(1),$(2),$(3),$(TEST_IDLS) $(4),probe $(5),$(INC_unit)))
endef

$(call test_cell,hello,tests/cells/hello/main.c,,,libc)
$(call test_cell,crasher,tests/cells/crasher/main.c)
$(call test_cell,quiet,tests/cells/crasher/main.c)
$(call test_cell,smasher,tests/cells/smasher/main.c,,,libc)
$(call test_cell,prober,tests/cells/prober/main.c,,vault)
$(call test_cell,survivor,tests/cells/survivor/main.c,,entropy)
$(call test_cell,ping,tests/cells/ping/main.c)
$(call test_cell,pong,tests/cells/pong/main.c)
$(call test_cell,leaker,tests/cells/leaker/main.c)
$(call test_cell,phoenix,tests/cells/phoenix/main.c)
$(call test_cell,placed,tests/cells/placed/main.c)
$(call test_cell,patient,tests/cells/patient/main.c)
$(call test_cell,beacon,tests/cells/beacon/main.c)
$(call test_cell,gauge,tests/cells/gauge/main.c,,,sdk)
$(foreach c,asker reborn,$(call test_cell,$(c),tests/cells/asker/main.c,,vault,sdk))
$(call test_cell,forger,tests/cells/forger/main.c,,,sdk)

# A hostile program with the name and permissions of the wallet, and examples/payment.psbt in it.
$(call test_cell,liar,tests/cells/liar/main.c tests/cells/liar/payment.S,,reader vault,sdk)
$(B)/cells/liar/tests/cells/liar/payment.o: examples/payment.psbt

# Servers that say which calls arrive, one in the place of each service.
RECORDED := console link entropy reader vault
$(foreach s,$(RECORDED),$(call test_cell,record-$(s),tests/cells/recorder/main.c))
$(call test_cell,record-log,tests/cells/record-log/main.c,,,device)
$(call test_cell,caller,tests/cells/caller/main.c)
$(call test_cell,twin,tests/cells/twin/main.c)
$(call test_cell,miser,tests/cells/miser/main.c,,vault)
$(call test_cell,debtor,tests/cells/miser/main.c,,vault)
$(call test_cell,spinner,tests/cells/spinner/main.c)
$(call test_cell,thrifty,tests/cells/thrifty/main.c,,vault)
$(call test_cell,hpet,tests/cells/hpet/main.c)
$(call test_cell,stranger,tests/cells/stranger/main.c)
$(call test_cell,lender,tests/cells/lender/main.c)
$(eval $(call cell,almanac,tests/cells/almanac/main.c,,,libc sdk))
$(eval $(call cell_resources,almanac,tests/cells/almanac))
