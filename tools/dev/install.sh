# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: which Debian packages are missing, and how to get them without surprising anybody.

# Grouped by what needs them. Recommended packages are never installed.
packages_build='clang lld llvm make xz-utils libtomlplusplus-dev python3'
packages_run='qemu-system-x86 ovmf swtpm sbsigntool mtools openssl python3-cryptography'
packages_test='clang-format libclang-rt-dev swtpm-tools'
packages_prove='frama-c-base why3 z3 cvc4'
packages_interop='npm'
packages_bench='e2fsprogs'
packages_fresh='debootstrap git'
# What each group takes out of third_party/lock.
sources_build='musl wolfssl blake3 secp256k1 tinycbor argon2 tpm2-tss virt-firmware'
sources_bench='linux linux-modules gnumach'
lock_files='/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock'

packages_missing() { # PACKAGE...
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
    done
}

# How to become root; the command is left in `as_root`.
root_find() { # PACKAGE...
    local advice="apt-get install --no-install-recommends $*"
    as_root=()
    [ "$(id -u)" != 0 ] || return 0
    command -v sudo >/dev/null ||
        fail "packages are missing and there is no sudo - as root, run: $advice"
    as_root=(sudo -n)
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && [ -t 1 ] ||
        fail "packages are missing and sudo wants a password, which needs a terminal - run: sudo $advice"
    say "sudo asks for your password, to install: $*"
    sudo -v || fail "sudo did not let you - as root, run: $advice"
}

# Another program may be installing: say so and wait. Locks of others are in /proc/locks whoever we are.
locks_wait() { # SECONDS
    local end=$((SECONDS + $1)) file inode told=
    while :; do
        inode=
        for file in $lock_files; do
            [ -e "$file" ] && grep -q ":$(stat -c %i "$file") " /proc/locks 2>/dev/null && inode=$file
        done
        [ -n "$inode" ] || return 0
        [ -n "$told" ] || say "another program is installing packages ($inode is held); waiting up to $(($1 / 60)) minutes"
        told=1
        [ $SECONDS -lt $end ] || fail "another program still holds $inode - end it, then run ./dev again"
        sleep 1
    done
}

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y -o DPkg::Lock::Timeout=600 \
        -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef \
        -o Dpkg::Options::=--force-confold "$@"
}

# Bytes that installing would download; fails if apt does not know a package (empty or old lists).
packages_size() { # PACKAGE...
    LC_ALL=C apt-get install --print-uris -qq -y --no-install-recommends -o Debug::NoLocking=1 "$@" 2>build/log/apt-size.log |
        awk '{ sum += $3 } END { print sum + 0 }'
}

packages_update() {
    locks_wait 600
    work "updating the package lists" build/log/apt-update.log apt update && return
    fail "the package lists could not be fetched - check the network and /etc/apt/sources.list"
}

# Bytes of pinned sources still to fetch for these groups.
sources_size() { # GROUP...
    local group
    third_party/fetch --size $(for group in "$@"; do eval echo "\${sources_$group:-}"; done)
}

# Everything that has to come from the network is announced first: packages and pinned sources.
packages_install() { # GROUP...
    local group missing bytes sources=0 updated=
    mkdir -p build/log
    mapfile -t missing < <(for group in "$@"; do packages_missing $(eval echo "\${packages_$group:-}"); done | sort -u)
    if [ "${#missing[@]}" = 0 ]; then
        sources=$(sources_size "$@") || exit 1
        [ "$sources" = 0 ] || say "to fetch: $(human "$sources") of library sources"
        return 0
    fi
    root_find "${missing[@]}"
    if ! bytes=$(packages_size "${missing[@]}"); then
        packages_update
        updated=1
        bytes=$(packages_size "${missing[@]}") ||
            fail "apt does not know some of: ${missing[*]} - add Debian's main component to /etc/apt/sources.list"
    fi
    sources=$(sources_size "$@") || exit 1
    say "to fetch: $(human "$bytes") of Debian packages, $(human "$sources") of library sources"
    disk_check /var/cache/apt $((bytes / 1000000 * 5))
    locks_wait 600
    if ! work "installing ${#missing[@]} packages" build/log/apt-install.log \
        apt install --no-install-recommends "${missing[@]}"; then
        [ -z "$updated" ] || fail "the packages could not be installed - see build/log/apt-install.log"
        packages_update # the lists may be older than the mirror
        locks_wait 600
        work "installing ${#missing[@]} packages" build/log/apt-install.log \
            apt install --no-install-recommends "${missing[@]}" ||
            fail "the packages could not be installed - see build/log/apt-install.log"
    fi
}
