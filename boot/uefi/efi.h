// SPDX-License-Identifier: GPL-3.0-or-later
// The part of UEFI that the loader uses, as the UEFI Specification 2.10 lays it out (sections 4.3
// system table, 4.4 boot services, 7, 8 runtime services, 9.1 loaded image, 12 consoles, 13 files)
// and the TCG EFI Protocol Specification 1.00. Functions that are not called are one pointer each.
#pragma once
#include "abi/types.h"

typedef uint64_t efi_status; // 0 is success, bit 63 marks errors
typedef void *efi_handle;
typedef uint16_t efi_char;

#define EFI_API __attribute__((ms_abi))

enum { EFI_ALLOCATE_ANY = 0, EFI_ALLOCATE_ADDRESS = 2, EFI_FILE_READ = 1 };

enum efi_memory_kind {
    EFI_LOADER_CODE = 1,
    EFI_LOADER_DATA = 2,
    EFI_BOOT_CODE = 3,
    EFI_BOOT_DATA = 4,
    EFI_CONVENTIONAL = 7,
};

struct efi_guid {
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};

struct efi_memory {
    uint32_t kind;
    uint32_t zero;
    uint64_t phys, virt, pages, attributes;
};

struct efi_header {
    uint64_t signature;
    uint32_t revision, size, crc, zero;
};

struct efi_text_output {
    void *reset;
    efi_status(EFI_API *output_string)(struct efi_text_output *self, const efi_char *text);
};

struct efi_boot_services {
    struct efi_header header;
    void *raise_tpl, *restore_tpl;
    efi_status(EFI_API *allocate_pages)(uint32_t how, uint32_t kind, uint64_t pages,
                                        uint64_t *phys);
    void *free_pages;
    efi_status(EFI_API *get_memory_map)(uint64_t *size, void *map, uint64_t *key,
                                        uint64_t *record_size, uint32_t *record_version);
    void *allocate_pool, *free_pool;
    void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
    void *install_protocol, *reinstall_protocol, *uninstall_protocol;
    efi_status(EFI_API *handle_protocol)(efi_handle handle, const struct efi_guid *guid,
                                         void **out);
    void *reserved, *register_notify, *locate_handle, *locate_device_path, *install_table;
    void *load_image, *start_image, *exit, *unload_image;
    efi_status(EFI_API *exit_boot_services)(efi_handle image, uint64_t key);
    void *monotonic_count, *stall, *set_watchdog;
    void *connect_controller, *disconnect_controller;
    void *open_protocol, *close_protocol, *open_protocol_information;
    void *protocols_per_handle, *locate_handle_buffer;
    efi_status(EFI_API *locate_protocol)(const struct efi_guid *guid, void *registration,
                                         void **out);
};

struct efi_runtime_services {
    struct efi_header header;
    void *get_time, *set_time, *get_wakeup, *set_wakeup, *set_address_map, *convert_pointer;
    efi_status(EFI_API *get_variable)(const efi_char *name, const struct efi_guid *vendor,
                                      uint32_t *attributes, uint64_t *size, void *data);
};

struct efi_table {
    struct efi_guid guid;
    void *table;
};

struct efi_system {
    struct efi_header header;
    const efi_char *vendor;
    uint32_t vendor_revision;
    efi_handle console_in_handle;
    void *console_in;
    efi_handle console_out_handle;
    struct efi_text_output *console_out;
    efi_handle error_handle;
    void *error;
    struct efi_runtime_services *runtime;
    struct efi_boot_services *boot;
    uint64_t table_count;
    const struct efi_table *tables;
};

struct efi_loaded_image {
    uint32_t revision;
    efi_handle parent;
    struct efi_system *system;
    efi_handle device;
};

struct efi_file {
    uint64_t revision;
    efi_status(EFI_API *open)(struct efi_file *self, struct efi_file **out, const efi_char *name,
                              uint64_t mode, uint64_t attributes);
    void *close, *delete;
    efi_status(EFI_API *read)(struct efi_file *self, uint64_t *size, void *to);
    void *write;
    efi_status(EFI_API *get_position)(struct efi_file *self, uint64_t *at);
    efi_status(EFI_API *set_position)(struct efi_file *self, uint64_t at);
};

struct efi_file_system {
    uint64_t revision;
    efi_status(EFI_API *open_volume)(struct efi_file_system *self, struct efi_file **root);
};

struct efi_graphics_info {
    uint32_t version, width, height;
    uint32_t format; // 0 RGBX, 1 BGRX, others are not a plain framebuffer
    uint32_t masks[4];
    uint32_t stride; // pixels
};

struct efi_graphics_mode {
    uint32_t mode_count, mode;
    const struct efi_graphics_info *info;
    uint64_t info_size, framebuffer, framebuffer_size;
};

struct efi_graphics {
    void *query_mode, *set_mode, *blt;
    const struct efi_graphics_mode *mode;
};

struct efi_random {
    void *get_info;
    efi_status(EFI_API *get_random)(struct efi_random *self, const struct efi_guid *algorithm,
                                    uint64_t size, uint8_t *to);
};

enum { EFI_TCG2_SHA256 = 2, EFI_TCG2_LOG_AGILE = 2, EFI_TCG2_EVENT_MAX = 64 };

struct efi_tcg2_capability {
    uint8_t size, structure_major, structure_minor, protocol_major, protocol_minor;
    uint32_t algorithms, logs;
    uint8_t present;
    uint16_t command_max, response_max;
    uint32_t manufacturer, bank_count, banks; // `banks`: the active ones, as EFI_TCG2_SHA256
};

struct efi_tcg2_event {
    uint32_t size; // of all that is used of this structure
    uint32_t header_size;
    uint16_t header_version;
    uint32_t pcr, kind;
    uint8_t text[EFI_TCG2_EVENT_MAX];
} __attribute__((packed));

struct efi_tcg2 {
    efi_status(EFI_API *get_capability)(struct efi_tcg2 *self, struct efi_tcg2_capability *out);
    efi_status(EFI_API *get_event_log)(struct efi_tcg2 *self, uint32_t format, uint64_t *location,
                                       uint64_t *last, uint8_t *truncated);
    efi_status(EFI_API *hash_log_extend)(struct efi_tcg2 *self, uint64_t flags, uint64_t data,
                                         uint64_t size, const struct efi_tcg2_event *event);
    efi_status(EFI_API *submit)(struct efi_tcg2 *self, uint32_t size, const uint8_t *command,
                                uint32_t room, uint8_t *response);
};

// What the firmware measures after its log was asked for (section 7).
struct efi_tcg2_final {
    uint64_t version, count;
    uint8_t events[];
};
