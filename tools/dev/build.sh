# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: from a bare machine to build/.

prepare() { # PACKAGE-GROUP...
    host_check "$(uname -m)" /etc/os-release
    build_folder_check
    [ -d build/third_party/src ] || disk_check build 1500
    mkdir -p build/log
    build_lock
    packages_install "$@"
}

image_build() {
    work "building the image" build/log/make.log make -j"$(nproc)" image ||
        fail "the build failed - see build/log/make.log"
}

dev_image() {
    [ $# = 0 ] || fail "./dev image takes no arguments - run ./dev help"
    prepare build
    image_build
    say "built: build/vault.bundle ($(stat -c %s build/vault.bundle) bytes), build/boot/BOOTX64.EFI, build/host/cella, build/record.json"
}

# What it was built with, as it stands beside the image.
dev_record() {
    [ $# = 0 ] || fail "./dev record takes no arguments - run ./dev help"
    prepare build
    image_build
    /usr/bin/python3 -B tools/dev/record.py show
}

dev_reproduce() {
    prepare build run
    image_build
    tools/dev/uefi keys || exit 1
    /usr/bin/python3 -B tools/dev/reproduce.py "$@"
}

dev_deps() {
    [ "$*" = --check ] || fail "usage: ./dev deps --check"
    build_folder_check
    say "trying every pin of third_party/lock; this downloads them"
    third_party/fetch --check
}
