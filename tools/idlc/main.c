// SPDX-License-Identifier: GPL-3.0-or-later
// idlc: interface files in, stubs, dispatch, names and manual pages out. All files are given at
// once, because service numbers and names must differ among them.
#include "idlc/model.h"

#include <stdlib.h>
#include <string.h>

static FILE *output_open(const char *folder, const char *name, const char *suffix)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s%s", folder, name, suffix);
    f = fopen(path, "wb");
    if (!f) {
        fprintf(stderr, "idlc: cannot write %s - make the folder, or check its permissions\n",
                path);
        exit(1);
    }
    return f;
}

static void output_close(FILE *f)
{
    bool bad = ferror(f) != 0;

    if (fclose(f) != 0 || bad) {
        fprintf(stderr, "idlc: a file could not be written - is the disk full?\n");
        exit(1);
    }
}

static void write_one(const char *folder, const struct idl *idl, const char *suffix,
                      void (*emit)(FILE *f, const struct idl *idl))
{
    FILE *f = output_open(folder, idl->name, suffix);

    emit(f, idl);
    output_close(f);
}

static void write_code(const char *folder, struct idl *const *files, size_t count)
{
    FILE *f;

    for (size_t i = 0; i < count; i++) {
        write_one(folder, files[i], ".h", idl_emit_header);
        write_one(folder, files[i], "_client.c", idl_emit_client);
        if (files[i]->object)
            write_one(folder, files[i], "_methods.h", idl_emit_methods);
        else
            write_one(folder, files[i], "_server.c", idl_emit_server);
    }
    f = output_open(folder, "wire", ".h");
    idl_emit_wire(f);
    output_close(f);
    f = output_open(folder, "names", ".h");
    idl_emit_names_header(f);
    output_close(f);
    f = output_open(folder, "names", ".c");
    idl_emit_names(f, files, count);
    output_close(f);
}

static void write_pages(const char *folder, struct idl *const *files, size_t count)
{
    FILE *f;

    for (size_t i = 0; i < count; i++)
        write_one(folder, files[i], ".md", idl_emit_page);
    f = output_open(folder, "README", ".md");
    idl_emit_index(f, files, count);
    output_close(f);
}

static void write_probe(const char *folder, struct idl *const *files, size_t count)
{
    FILE *f = output_open(folder, "probe", ".c");

    idl_emit_probe(f, files, count);
    output_close(f);
}

struct mode {
    const char *name;
    void (*write)(const char *folder, struct idl *const *files, size_t count);
};

static const struct mode modes[] = {
    {"code",  write_code },
    {"pages", write_pages},
    {"probe", write_probe},
};

static const struct mode *mode_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(modes[i].name, name) == 0)
            return &modes[i];
    return NULL;
}

int main(int argc, char **argv)
{
    static struct idl storage[IDL_FILES];
    struct idl *files[IDL_FILES];
    struct complaint c = {0};
    const struct mode *mode = mode_find(argv[1]);
    size_t count = 0;

    if (!mode || argc < 4 || argc - 3 > IDL_FILES) {
        fprintf(stderr, "usage: idlc code|pages|probe FOLDER FILE.idl... (at most %d files)\n",
                IDL_FILES);
        return 2;
    }
    for (int i = 3; i < argc; i++, count++) {
        files[count] = &storage[count];
        if (!idl_read_file(files[count], argv[i], &c))
            break;
    }
    if (!c.number && idl_check_all(files, count, &c))
        mode->write(argv[2], files, count);
    for (size_t i = 0; i < count; i++)
        idl_free(files[i]);
    if (c.number) {
        fprintf(stderr, "%s\n", c.text);
        return 1;
    }
    return 0;
}
