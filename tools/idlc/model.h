// SPDX-License-Identifier: GPL-3.0-or-later
// What an interface file says, and the parts of the compiler. read.c fills a struct idl, check.c
// judges it as a whole and lays out the lease; the others only print it.
#pragma once
#include "abi/layout.h"
#include "abi/syscall.h"
#include "common/complaint.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    IDL_NAME = 32,
    IDL_PARAMS = 12,
    IDL_METHODS = 64,
    IDL_METHOD_LAST = FAULT_METHOD - 1,
    IDL_SERVICE_LAST = 63,
    IDL_SIZE_MAX = 1048576,
    IDL_FILES = 128,
};

enum idl_type {
    IDL_U8,
    IDL_U16,
    IDL_U32,
    IDL_U64,
    IDL_BOOL,
    IDL_CAP,
    IDL_IN_BYTES, // up to `size` bytes
    IDL_OUT_BYTES,
    IDL_IN_FIXED, // exactly `size` bytes
    IDL_OUT_FIXED,
};

enum idl_attribute {
    IDL_DEFERRED = 1,   // the answer may come later
    IDL_SECRET = 2,     // the client wipes what it sent and received
    IDL_IDEMPOTENT = 4, // may be repeated after PEER_DEAD
    IDL_CONSENT = 8,    // needs the person's yes
};

struct idl_param {
    char name[IDL_NAME];
    enum idl_type type;
    uint32_t size;
    uint32_t offset; // of its first byte (the length word, if variable) in the lease
};

struct idl_text { // a piece of the file: whole comment lines, markers included
    const char *start;
    size_t size;
};

struct idl_method {
    uint32_t number;
    bool retired;
    char name[IDL_NAME];
    uint32_t attributes;
    struct idl_param args[IDL_PARAMS], results[IDL_PARAMS];
    size_t arg_count, result_count;
    struct idl_text doc;
    unsigned line;
    uint32_t lease_size; // bytes, 0: no lease
    bool lease_mut;
};

struct idl {
    const char *path;
    char *source; // owned; the texts point into it
    bool object;
    char name[IDL_NAME];
    uint32_t number; // of the service
    unsigned line;
    struct idl_text about;
    struct idl_method methods[IDL_METHODS];
    size_t method_count;
};

enum idl_message {
    IDL_FINE,
#define MESSAGE(name, text) IDL_##name,
#include "idlc/messages.def"
#undef MESSAGE
    IDL_MESSAGE_COUNT,
};

bool idl_complain(struct complaint *c, const char *path, unsigned line, enum idl_message message,
                  const char *a, const char *b, const char *d);

// `source` (malloc'ed, zero-terminated, `size` bytes) is owned by `idl` from here on, also on
// failure.
bool idl_read(struct idl *idl, const char *path, char *source, size_t size, struct complaint *c);
bool idl_read_file(struct idl *idl, const char *path, struct complaint *c);
void idl_free(struct idl *idl);

// One method, once its line has been read: lays out its lease.
bool idl_check_method(const struct idl *idl, struct idl_method *m, struct complaint *c);
// One file as a whole, then all files together.
bool idl_check_file(const struct idl *idl, struct complaint *c);
bool idl_check_all(struct idl *const *files, size_t count, struct complaint *c);

static inline bool idl_is_bytes(const struct idl_param *p)
{
    return p->type >= IDL_IN_BYTES;
}

static inline bool idl_is_variable(const struct idl_param *p)
{
    return p->type == IDL_IN_BYTES || p->type == IDL_OUT_BYTES;
}

static inline bool idl_is_out(const struct idl_param *p)
{
    return p->type == IDL_OUT_BYTES || p->type == IDL_OUT_FIXED;
}

extern const char *const idl_attribute_names[4]; // bit i
const char *idl_type_name(enum idl_type type);   // as in the file
const char *idl_c_type(enum idl_type type);      // of a scalar
const char *idl_upper(const char *name, char out[IDL_NAME]);
const struct idl_param *
idl_last_variable(const struct idl_method *m); // NULL unless bytes end in one
uint32_t idl_lease_pages_least(const struct idl_method *m);

// A line of comment text without its marker; *at moves on. False at the end.
bool idl_text_line(const struct idl_text *text, size_t *at, const char **line, size_t *size);
// The first sentence, on one line. False if there is none.
bool idl_text_sentence(const struct idl_text *text, char *out, size_t size);

// The parameter list in C, after `first` ("" for none); client stubs and operations share it.
void idl_emit_params(FILE *f, const struct idl_method *m, const char *first);
void idl_emit_comment(FILE *f, const struct idl_text *text, const char *indent);
// `unless` is an error name: return it for a word of m->args (or results) that its type cannot
// hold.
void idl_emit_range_checks(FILE *f, const struct idl_param *params, size_t count, bool skip_caps,
                           const char *word, const char *action);

void idl_emit_header(FILE *f, const struct idl *idl);
void idl_emit_methods(FILE *f, const struct idl *idl);
void idl_emit_client(FILE *f, const struct idl *idl);
void idl_emit_server(FILE *f, const struct idl *idl);
void idl_emit_wire(FILE *f);
void idl_emit_names_header(FILE *f);
void idl_emit_names(FILE *f, struct idl *const *files, size_t count);
void idl_emit_probe(FILE *f, struct idl *const *files, size_t count);
void idl_emit_page(FILE *f, const struct idl *idl);
void idl_emit_index(FILE *f, struct idl *const *files, size_t count);
