// SPDX-License-Identifier: GPL-3.0-or-later
#include "swtpm.h"

#include "cella/base64.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAD = 10, TRIES = 500, PAUSE_USEC = 10000 };

static char folder[64];
static pid_t child;
static int line = -1;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "swtpm: %s - install swtpm; its folder is %s\n", what, folder);
    exit(1);
}

static void start(void)
{
    char state[96], server[128], control[128], path[96];
    snprintf(state, sizeof state, "dir=%s", folder);
    snprintf(path, sizeof path, "%s/s", folder);
    snprintf(server, sizeof server, "type=unixio,path=%s", path);
    snprintf(control, sizeof control, "type=unixio,path=%s/c", folder);
    unlink(path);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!freopen("/dev/null", "w", stderr)) // it speaks of every connection
            _exit(127);
        execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state, "--server", server,
               "--ctrl", control, "--flags", "not-need-init,startup-clear", (char *)NULL);
        _exit(127);
    }
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, path, strlen(path) + 1);
    for (int i = 0; i < TRIES; i++) {
        line = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(line, (const struct sockaddr *)&to, sizeof to) == 0)
            return;
        close(line);
        usleep(PAUSE_USEC);
    }
    fail("it does not answer");
}

static void stop(void)
{
    if (child == 0)
        return;
    close(line);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    child = 0;
}

static void folder_clear(void)
{
    char path[512];
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
}

void swtpm_new(void)
{
    stop();
    if (folder[0] == 0) {
        strcpy(folder, "/tmp/cella-tpm-XXXXXX"); // swtpm's own profile may allow no other place
        if (mkdtemp(folder) == NULL)
            fail("no folder");
        atexit(swtpm_end);
    }
    folder_clear();
    start();
}

// Its own files are in the TPM's folder, too.
static void file_say(const char *name, const char *text)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fail("its folder cannot be written");
    for (const char *at = text; *at != 0; at++) // @ is the folder
        if (*at == '@')
            fputs(folder, file);
        else
            fputc(*at, file);
    fclose(file);
}

static size_t certificate_take(const char *name, uint8_t *der)
{
    static char text[8192];
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail("its maker left no certificate");
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *begin = strstr(text, "-----BEGIN CERTIFICATE-----"), *end = strstr(text, "-----END");
    if (begin == NULL || end == NULL)
        fail("its maker's certificate is none");
    begin += strlen("-----BEGIN CERTIFICATE-----");
    size_t size = (size_t)(end - begin);
    if (!base64_decode((uint8_t *)begin, &size))
        fail("its maker's certificate is none");
    memcpy(der, begin, size);
    return size;
}

void swtpm_made(uint8_t *root, uint8_t *issuer, size_t *root_size, size_t *issuer_size)
{
    char command[256];
    swtpm_new();
    stop();
    folder_clear();
    file_say("setup", "create_certs_tool=/usr/bin/swtpm_localca\n"
                      "create_certs_tool_config=@/ca\ncreate_certs_tool_options=@/options\n");
    file_say("ca", "statedir = @\nsigningkey = @/key.pem\nissuercert = @/issuer.pem\n"
                   "certserial = @/serial\n");
    file_say("options", "--platform-manufacturer Cella\n--platform-version 1\n"
                        "--platform-model test\n");
    snprintf(
        command, sizeof command,
        "swtpm_setup --tpm2 --tpmstate %s --config %s/setup --create-ek-cert --runas \"$(id -un)\" "
        ">/dev/null 2>&1",
        folder, folder);
    if (system(command) != 0)
        fail("swtpm_setup makes none with a certificate (package swtpm-tools)");
    *root_size = certificate_take("swtpm-localca-rootca-cert.pem", root);
    *issuer_size = certificate_take("issuer.pem", issuer);
    start();
}

void swtpm_cut(void)
{
    stop();
    start();
}

void swtpm_end(void)
{
    stop();
    folder_clear();
    rmdir(folder);
}

err_t swtpm_transmit(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                     size_t *length)
{
    size_t got = 0, wanted = HEAD;
    if (write(line, command, size) != (ssize_t)size)
        return ERR_DEVICE;
    while (got < wanted) {
        ssize_t n = read(line, response + got, cap - got);
        if (n <= 0)
            return ERR_DEVICE;
        got += (size_t)n;
        if (got >= HEAD)
            wanted = (size_t)response[4] << 8 | response[5];
    }
    *length = got;
    return ERR_OK;
}
