# SPDX-License-Identifier: GPL-3.0-or-later
# Device code that several drivers share: build/cell/libdevice.a.
DEVICE_SRC := lib/device/uart.c lib/device/serial.c
DEVICE_CELL := $(DEVICE_SRC) lib/device/driver.c
DEVICE_OBJ := $(DEVICE_CELL:lib/device/%.c=$(B)/cell/device/%.o)
$(foreach s,$(DEVICE_CELL),$(eval $(call cell_object,$(s:lib/device/%.c=$(B)/cell/device/%.o),$(s),$(CELL_BARE))))

$(B)/cell/libdevice.a: $(DEVICE_OBJ)
	@rm -f $@
	$(AR) rcsD $@ $^

DEVICE_TEST := lib/device/fake.c $(DEVICE_SRC)
$(eval $(call unit_test,device_uart,lib/device/uart_test.c $(DEVICE_TEST),,$(INC_os) $(INC_device) $(INC_gen)))
$(eval $(call unit_test,device_serial,lib/device/serial_test.c $(DEVICE_TEST),,$(INC_os) $(INC_device) $(INC_gen)))
