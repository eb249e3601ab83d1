# SPDX-License-Identifier: GPL-3.0-or-later
# The interface compiler and what it makes.
IDL          := $(sort $(wildcard abi/*.idl))
IDL_SERVICES := $(notdir $(basename $(shell grep -l '^service ' $(IDL))))
IDL_OBJECTS  := $(notdir $(basename $(shell grep -l '^object ' $(IDL))))

INC_tools := -Itools $(INC_abi)
IDLC      := $(B)/host/idlc
IDLC_SRC  := $(wildcard tools/idlc/*.c)
IDLC_SRC  := $(filter-out %_test.c,$(IDLC_SRC)) tools/common/near.c tools/common/complaint.c

$(IDLC): $(IDLC_SRC) | $(INC_LINKS)
	@mkdir -p $(@D)
	$(HOST) $(HOST_CFLAGS) $(INC_tools) -MMD -MP -MF $@.d -o $@ $(IDLC_SRC)
-include $(IDLC).d

# What others compile: $(B)/gen/<service>_client.c and _server.c, $(B)/gen/<object>_client.c, $(B)/gen/names.c.
GEN_CLIENT_SRC := $(IDL_SERVICES:%=$(B)/gen/%_client.c)
GEN_SERVER_SRC := $(IDL_SERVICES:%=$(B)/gen/%_server.c)
GEN_OBJECT_SRC := $(IDL_OBJECTS:%=$(B)/gen/%_client.c)
GEN_NAMES_SRC  := $(B)/gen/names.c
GEN_HEADERS    := $(IDL_SERVICES:%=$(B)/gen/%.h) $(IDL_OBJECTS:%=$(B)/gen/%.h) $(IDL_OBJECTS:%=$(B)/gen/%_methods.h) \
                  $(B)/gen/wire.h $(B)/gen/names.h
GEN_ALL        := $(GEN_HEADERS) $(GEN_CLIENT_SRC) $(GEN_SERVER_SRC) $(GEN_OBJECT_SRC) $(GEN_NAMES_SRC)

# Sources say "gen/x.h"; -I$(B) finds it.
$(GEN_ALL) &: $(IDLC) $(IDL)
	@mkdir -p $(B)/gen
	$(IDLC) code $(B)/gen $(IDL)

gen: $(GEN_ALL)

.PHONY: gen

IDLC_PARTS := $(filter-out tools/idlc/main.c,$(IDLC_SRC))
$(eval $(call unit_test,idlc,tools/idlc/idlc_test.c $(IDLC_PARTS),,-Itools))

# Generated stubs against generated dispatchers; then hostile messages and answers to all of them.
TRIP     := $(B)/unit/trip
TRIP_GEN := $(addprefix $(TRIP)/gen/,trip_client.c trip_server.c thing_client.c)
$(TRIP_GEN) $(TRIP)/gen/names.c &: $(IDLC) tests/idlc/trip.idl tests/idlc/thing.idl
	@mkdir -p $(TRIP)/gen
	$(IDLC) code $(TRIP)/gen tests/idlc/trip.idl tests/idlc/thing.idl
$(eval $(call unit_test,idlc_trip,tests/idlc/trip_test.c lib/os/consent.c $(TRIP_GEN),,-I$(TRIP) -Itests/idlc/fake $(INC_os)))

$(B)/unit/probe/probe.c: $(IDLC) $(IDL)
	@mkdir -p $(@D)
	$(IDLC) probe $(@D) $(IDL) tests/idlc/trip.idl
$(eval $(call unit_test,idlc_hostile,tests/idlc/hostile_test.c lib/os/consent.c $(B)/unit/probe/probe.c $(GEN_SERVER_SRC) $(GEN_CLIENT_SRC) \
  $(filter $(TRIP)/gen/trip%,$(TRIP_GEN)),,-I$(TRIP) $(INC_gen) -Itests/idlc/fake $(INC_os)))


# docs/api: `make api` writes it, `make api-check` says whether what is committed is what interfaces and profiles say.
PROFILE_FILES := $(filter-out profiles/publishers.toml,$(sort $(wildcard profiles/*.toml)))
api_write = mkdir -p $(1) && $(IDLC) pages $(1) $(IDL) && $(CELLA) image matrix $(PROFILE_FILES) -o $(1)/matrix.md \
    $(foreach p,$(PROFILE_FILES),&& $(CELLA) image graph $(p) -o $(1)/authority-$(basename $(notdir $(p))).svg)

api: $(IDLC) $(CELLA)
	$(call api_write,docs/api)

api-check: $(IDLC) $(CELLA)
	@rm -rf $(B)/api
	@$(call api_write,$(B)/api)
	@diff -r docs/api $(B)/api || { echo "docs/api is not what abi/ and profiles/ say - run make api and commit" >&2; exit 1; }

.PHONY: api api-check
