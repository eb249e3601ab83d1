#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What ./dev does about missing packages, with the system's commands replaced by ones that answer as a newcomer's machine would.
. "$(dirname "$0")/expect.sh"

bin=$scratch/bin
mkdir -p "$bin" "$scratch/work"

fake() { # NAME BODY
    printf '#!/bin/bash\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$scratch" "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

# A machine without the packages, of an ordinary user, with sudo that needs no password. Cases change one thing each.
machine_reset() {
    rm -rf "$scratch/work" "$scratch/calls" "$bin"
    mkdir -p "$scratch/work" "$bin"
    fake dpkg-query 'exit 1'
    fake id 'echo 1000'
    fake sudo '[ "$1" = -n ] && shift; exec "$@"'
    fake apt-get 'case "$*" in *--print-uris*) echo "'"'http://m/x.deb'"' x.deb 123000000 SHA256:0" ;; esac'
    fake df 'printf "x\nx x x 99999 x\n"'
}

# In the scratch folder: the functions of ./dev, with no terminal.
dev_call() { # CODE
    case_run env PATH="$bin:$PATH" bash -c "set -u -o pipefail; cd '$scratch/work'; mkdir -p build/log third_party
        printf '#!/bin/bash\necho 31000000\n' >third_party/fetch; chmod +x third_party/fetch
        for part in common host lock install; do . '$repository/tools/dev/'\$part.sh; done
        packages_build='make' packages_run='swtpm'
        $1"
}

called() { # WHAT PATTERN
    checks=$((checks + 1))
    grep -q -- "$2" "$scratch/calls" || {
        echo "$1: $2 was not called: $(cat "$scratch/calls")"
        failures=$((failures + 1))
    }
}

machine_reset
fake dpkg-query 'echo installed'
fake apt-get 'exit 9'
dev_call 'packages_install build run'
wants 'nothing missing' 0 'to fetch: 31 MB of library sources'

machine_reset
dev_call 'packages_install build run'
wants 'sudo without a password' 0 'to fetch: 123 MB of Debian packages, 31 MB of library sources'
called 'no questions asked' 'sudo -n env DEBIAN_FRONTEND=noninteractive'
called 'no recommended packages' 'apt-get .*install --no-install-recommends make swtpm'
called 'waits for the lock' 'DPkg::Lock::Timeout=600'

machine_reset
fake id 'echo 0'
rm "$bin/sudo"
dev_call 'packages_install build'
wants 'root, without sudo' 0 '123 MB'

machine_reset
fake sudo 'exit 1'
dev_call 'packages_install build run'
refuses 'sudo wants a password and there is no terminal' 'run: sudo apt-get install --no-install-recommends make swtpm'

machine_reset
dev_call 'command() { return 1; }; packages_install build'
refuses 'no sudo' 'there is no sudo' 'as root, run: apt-get install --no-install-recommends make'

machine_reset
fake apt-get 'case "$*" in
    *update*) touch '"$scratch"'/work/updated ;;
    *--print-uris*) [ -e '"$scratch"'/work/updated ] || exit 100; echo "x x 5000000 x" ;; esac'
dev_call 'packages_install build'
wants 'empty package lists' 0 'to fetch: 5 MB of Debian packages'
called 'the lists are updated' 'apt-get .*update'

machine_reset
fake apt-get 'case "$*" in *--print-uris*) exit 100 ;; esac'
dev_call 'packages_install build'
refuses 'a package that apt does not know' 'apt does not know some of: make'

machine_reset
fake apt-get 'case "$*" in *--print-uris*) exit 100 ;; *update*) echo "no network"; exit 100 ;; esac'
dev_call 'packages_install build'
refuses 'no network' 'no network' 'the package lists could not be fetched'

machine_reset
fake apt-get 'case "$*" in *update*) touch '"$scratch"'/work/updated ;; *--print-uris*) echo "x x 5000000 x" ;;
    *install*) [ -e '"$scratch"'/work/updated ] || exit 100 ;; esac'
dev_call 'packages_install build'
wants 'lists older than the mirror' 0
called 'updated after the failure' 'apt-get .*update'

machine_reset
fake apt-get 'case "$*" in *--print-uris*) echo "x x 5000000 x" ;; *install*) echo broken; exit 100 ;; esac'
dev_call 'packages_install build'
refuses 'the installation fails' 'broken' 'see build/log/apt-install.log'

machine_reset
fake df 'printf "x\nx x x 300 x\n"'
dev_call 'packages_install build'
refuses 'no room' 'only 300 MB of disk are free' 'are needed'

machine_reset
dev_call 'touch held; exec 7>held; flock 7; lock_files=$PWD/held
    (sleep 2; flock -u 7) & packages_install build; wait'
wants 'another program installs' 0 'another program is installing packages' 'waiting'

machine_reset
dev_call 'touch held; exec 7>held; flock 7; lock_files=$PWD/held; locks_wait 1'
refuses 'it never ends' 'another program still holds'

machine_reset
printf 'ID=debian\nVERSION_ID="13"\n' >"$scratch/debian13"
printf 'ID=ubuntu\nVERSION_ID="24.04"\n' >"$scratch/ubuntu"
printf 'ID=debian\nVERSION_ID="11"\n' >"$scratch/debian11"
dev_call "host_check x86_64 '$scratch/debian13'"
wants 'Debian 13' 0
dev_call "host_check aarch64 '$scratch/debian13'"
refuses 'an Arm machine' 'this machine is aarch64' 'x86-64'
dev_call "host_check x86_64 '$scratch/ubuntu'"
refuses 'another distribution' 'this is ubuntu 24.04' 'Debian 12 or 13'
dev_call "host_check x86_64 '$scratch/debian11'"
refuses 'an older Debian' 'this is debian 11'
dev_call "host_check x86_64 '$scratch/nothing'"
refuses 'no os-release' 'an unknown system'

dev_call 'echo >build2; cd build2 2>/dev/null; rm -rf build; echo >build; build_folder_check'
refuses 'build cannot be written' 'cannot write to'

machine_reset
dev_call 'mkdir "a clone"; cd "a clone"; build_folder_check'
refuses 'a space in the path' 'a character that make cannot handle'

machine_reset
dev_call '(mkdir -p build/run; exec 7>>build/run/lock; flock 7; sleep 2) & sleep 0.5; run_lock'
refuses 'two devices at once' 'a device of this clone is already running'

dev_call '(exec 9>build/dev.lock; flock 9; sleep 2) & sleep 0.5; build_lock; echo got it'
wants 'two builders at once' 0 'another ./dev builds or tests in this clone; waiting for it' 'got it'

dev_call 'work "a long step" build/log/x sleep 2'
wants 'progress' 0 'dev: a long step, 1 s' 'dev: a long step: '
dev_call 'work "a step that fails" build/log/x bash -c "echo why; exit 3"; echo "status $?"'
wants 'a step that fails' 0 'why' 'status 3'

done_checking
