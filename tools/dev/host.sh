# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: is this a machine that it works on?

host_check() { # MACHINE OS-RELEASE-FILE
    local name version
    [ "$1" = x86_64 ] || fail "this machine is $1 - use an x86-64 one with Debian 12 or 13"
    name=$(. "$2" 2>/dev/null && echo "${ID:-unknown}")
    version=$(. "$2" 2>/dev/null && echo "${VERSION_ID:-}")
    case $name:$version in
    debian:12 | debian:13) ;;
    *) fail "this is ${name:-an unknown system} ${version:-} - use Debian 12 or 13, in a container or virtual machine if need be" ;;
    esac
}

# Room for what is still to come. MEGABYTES free are asked for in FOLDER.
disk_check() { # FOLDER MEGABYTES
    local free
    free=$(df -Pm "$1" 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -ge "$2" ] ||
        fail "only ${free:-0} MB of disk are free at $1 and $2 MB are needed - free some space or clone elsewhere"
}

build_folder_check() {
    case $PWD in
    *[!A-Za-z0-9_./+,=@~-]*) fail "the path of this clone, $PWD, holds a character that make cannot handle - move it" ;;
    esac
    mkdir -p build 2>/dev/null && [ -w build ] ||
        fail "cannot write to $PWD/build - make it yours (chown) or clone to a folder you own"
}
