# SPDX-License-Identifier: GPL-3.0-or-later
# Cells of the system tests, and what they share: build/cell/libprobe.a.
PROBE_SRC := $(addprefix tests/cells/,probe.c)
$(foreach s,$(PROBE_SRC),$(eval $(call cell_object,$(B)/cell/$(basename $(s)).o,$(s),$(CELL_BARE) $(INC_unit))))
$(B)/cell/libprobe.a: $(PROBE_SRC:%.c=$(B)/cell/%.o)
	@rm -f $@
	$(AR) rcsD $@ $^

# $(call test_cell,NAME,SOURCES,SERVER_IDL,LIBS): calls kernel objects besides the services that all test cells call.
TEST_IDLS := cell frame interrupt port steward thread untyped
define test_cell
$(eval $(call cell,$(1),$(2),$(3),$(TEST_IDLS),probe $(4),$(INC_unit)))
endef

$(call test_cell,hello,tests/cells/hello/main.c,,libc)
