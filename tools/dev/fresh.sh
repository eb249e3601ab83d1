# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: both commands on a bare machine. A scratch root gets a minimal Debian and a clone, and nothing else.

fresh_root=
fresh_end() {
    [ -n "$fresh_root" ] || return 0
    umount -l "$fresh_root/proc" "$fresh_root/dev/pts" 2>/dev/null
    rm -rf --one-file-system "$fresh_root"
    fresh_root=
}

dev_fresh() {
    local suite=${1:-bookworm} mirror
    case $suite in
    bookworm | trixie) ;;
    *) fail "./dev fresh wants bookworm or trixie - run ./dev help" ;;
    esac
    [ "$(id -u)" = 0 ] || fail "a scratch root needs root - run: sudo ./dev fresh $suite"
    prepare fresh
    build_unlock
    disk_check build 4000
    mirror=$(third_party/fetch --mirrors | head -1) # the machine's own serves the scratch root too
    [ -n "$mirror" ] || fail "no package mirror is configured for apt - add one to /etc/apt/sources.list"
    fresh_root=$(mktemp -d "$PWD/build/fresh.XXXXXX") && chmod 755 "$fresh_root"
    trap 'fresh_end; finish' EXIT
    work "installing a bare $suite" build/log/fresh-debootstrap.log \
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$fresh_root" "$mirror" ||
        fail "debootstrap failed - see build/log/fresh-debootstrap.log"
    cp /etc/resolv.conf "$fresh_root/etc/" 2>/dev/null
    cp -r /etc/apt/apt.conf.d/*proxy* "$fresh_root/etc/apt/apt.conf.d/" 2>/dev/null
    rm -rf "$fresh_root/var/lib/apt/lists" # as on a machine that was never updated
    mount -t proc proc "$fresh_root/proc" && mkdir -p "$fresh_root/dev/pts" &&
        mount -t devpts devpts "$fresh_root/dev/pts" || fail "cannot mount in $fresh_root - run this on a machine that lets root mount"
    git clone -q "$PWD" "$fresh_root/root/cella" || fail "the clone failed - commit your work first"
    say "./dev run --answer yes --once, in the scratch root"
    chroot "$fresh_root" env -i HOME=/root PATH="/usr/sbin:/usr/bin:/sbin:/bin" TERM=dumb \
        bash -c 'cd /root/cella && ./dev run --answer yes --once </dev/null' || fail "./dev run failed in the scratch root"
    say "./dev test, in the scratch root"
    chroot "$fresh_root" env -i HOME=/root PATH="/usr/sbin:/usr/bin:/sbin:/bin" TERM=dumb \
        bash -c 'cd /root/cella && ./dev test </dev/null' || fail "./dev test failed in the scratch root"
    if [ "$suite" = bookworm ]; then # whose prover the contracts are written for
        say "./dev prove, in the scratch root"
        chroot "$fresh_root" env -i HOME=/root PATH="/usr/sbin:/usr/bin:/sbin:/bin" TERM=dumb \
            bash -c 'cd /root/cella && ./dev prove </dev/null' || fail "./dev prove failed in the scratch root"
    fi
    say "the commands work on a bare $suite"
}
