# SPDX-License-Identifier: GPL-3.0-or-later
# Images. `make image`: $(B)/<profile>.bundle for UEFI and $(B)/<profile>-direct.bundle for direct boot, of each profile
# in this folder, signed with the development key, and the loader that trusts it.
PROFILES   := $(filter-out publishers,$(basename $(notdir $(wildcard profiles/*.toml))))
BUNDLE_KEY := $(B)/keys/bundle.key

# Made once, where nobody put one.
$(BUNDLE_KEY) $(B)/keys/bundle.pub &: | $(CELLA)
	@mkdir -p $(@D)
	@$(CELLA) image keygen $(@D)

# $(call profile_folders,PROFILE.toml): the folders of its cells.
profile_folders = $(shell grep -v '^ *\#' $(1) | grep -o '"[a-z0-9_-]*/[a-z0-9_/-]*"' | tr -d '"')

# $(call bundle,OUT,PROFILE.toml,FLAGS): an image of a profile, wherever its file is.
define bundle
$(1): $(2) profiles/publishers.toml $(patsubst %,%/manifest.toml,$(call profile_folders,$(2))) \
    $(patsubst %,$(B)/cells/%.elf,$(notdir $(call profile_folders,$(2)))) $(B)/kernel.elf $(BUNDLE_KEY) $(CELLA)
	@mkdir -p $$(@D)
	@$(CELLA) image build $(2) -o $$@ --key $(BUNDLE_KEY) --cells $(B)/cells --kernel $(B)/kernel.elf $(3)
endef
$(foreach p,$(PROFILES),$(eval $(call bundle,$(B)/$(p).bundle,profiles/$(p).toml,)))
$(foreach p,$(PROFILES),$(eval $(call bundle,$(B)/$(p)-direct.bundle,profiles/$(p).toml,--direct)))

# The build record, beside the images: looked at each time, written when it says something else.
BUNDLES := $(PROFILES:%=$(B)/%.bundle) $(PROFILES:%=$(B)/%-direct.bundle)
$(B)/record.json: $(BUNDLES) boot
	@CELLA_BUILD=$(B) python3 -B tools/dev/record.py write

image: $(BUNDLES) boot $(B)/record.json
