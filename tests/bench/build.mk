# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call cell,bench,tests/bench/bench/main.c tests/bench/bench/child.c tests/cells/thread.c,,cell frame steward thread untyped,probe,$(INC_unit)))
$(eval $(call cell,latency,tests/bench/latency/main.c tests/cells/thread.c,,cell frame steward thread untyped,probe,$(INC_unit)))
