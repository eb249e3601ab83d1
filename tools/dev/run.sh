# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: the emulated device with its demonstration. What happens once it runs is run.py.

# The disk and the variable store of the emulated machine, made anew when what they hold changed.
machine_prepare() {
    tools/dev/uefi keys || exit 1
    if [ ! build/esp.img -nt build/vault.bundle ] || [ ! build/esp.img -nt build/boot/BOOTX64.EFI ] ||
        [ ! build/esp.img -nt build/keys/db.crt ]; then
        tools/dev/uefi sign build/boot/BOOTX64.EFI build/BOOTX64.signed.EFI &&
            tools/dev/uefi disk build/esp.img build/BOOTX64.signed.EFI build/vault.bundle || exit 1
    fi
    if [ ! build/run/vars.fd -nt build/keys/vars.fd ]; then
        cp build/keys/vars.fd build/run/vars.fd || fail "cannot write to build/run - free some space (df -h)"
    fi
}

dev_run() {
    local answer=ask demo=demo once=stay fresh=
    while [ $# -gt 0 ]; do
        case $1 in
        --answer) answer=${2:-}; [ $# -lt 2 ] || shift ;;
        --answer=*) answer=${1#*=} ;;
        --no-demo) demo=none ;;
        --fresh) fresh=1 ;;
        --once) once=once ;;
        *) fail "./dev run does not know $1 - run ./dev help" ;;
        esac
        shift
    done
    case $answer in
    ask) [ -t 0 ] && [ -t 1 ] || fail "there is no terminal to ask you at - use ./dev run --answer yes or --answer no" ;;
    yes | no) ;;
    *) fail "--answer wants yes, no or ask - run ./dev help" ;;
    esac
    build_folder_check
    run_lock
    prepare build run
    image_build
    machine_prepare
    [ -z "$fresh" ] || rm -rf build/run/flash.img build/run/tpm build/run/tpm.key # a device that nobody has used
    build_unlock
    trap '' INT # Ctrl-C is run.py's to handle: it ends the device and its status is ours
    /usr/bin/python3 -B tools/dev/run.py $answer $demo $once
}
