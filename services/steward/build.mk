# SPDX-License-Identifier: GPL-3.0-or-later
STEWARD_SRC := $(addprefix services/steward/,plan.c place.c records.c image.c report.c slots.c tenant.c keeper.c desk.c consent.c asks.c guests.c) lib/format/code_proof.c
$(eval $(call cell,steward,services/steward/main.c services/steward/voice.c $(STEWARD_SRC),steward,budget cell device frame interrupt port thread untyped,,))
STEWARD_TEST := $(STEWARD_SRC) $(B)/gen/steward_server.c lib/os/error.c lib/os/text.c lib/os/wipe.c
$(eval $(call unit_test,steward_plan,services/steward/plan_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_report,services/steward/report_test.c services/steward/report.c lib/os/text.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_tenant,services/steward/tenant_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_keeper,services/steward/keeper_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_asks,services/steward/asks_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_place,services/steward/place_test.c services/steward/place.c,,$(INC_os)))
$(eval $(call unit_test,steward_draw,services/steward/draw_test.c services/steward/place.c lib/os/random.c,,$(INC_os)))
$(eval $(call unit_test,steward_guests,services/steward/guests_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
$(eval $(call unit_test,steward_guests_hostile,services/steward/guests_hostile_test.c $(STEWARD_TEST) services/steward/fake.c,,$(INC_os) $(INC_format) $(INC_gen)))
