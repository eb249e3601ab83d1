# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by ./dev: everything that is tested, one line for each test, and the count at the end.

passed=0
failed=0

good() {
    passed=$((passed + 1))
    echo "ok $1"
}

bad() {
    failed=$((failed + 1))
    echo "not ok $1: $2"
}

# One command as a test: its output is shown if it fails.
check() { # NAME COMMAND...
    local name=$1 began=$SECONDS
    shift
    if work "$name" "build/log/test-$name.log" "$@"; then
        good "$name ($((SECONDS - began)) s)"
    else
        bad "$name" "see build/log/test-$name.log"
    fi
}

# A program that prints "ok NAME" and "not ok NAME: why" for its tests; other lines are passed on. If it fails without having
# said of what, that is a failure of its own.
lines_run() { # NAME COPY-FILE PROGRAM...
    local name=$1 copy=$2 before=$failed line status=
    shift 2
    while IFS= read -r line; do
        case $line in
        'ok '*) good "${line#ok }" ;;
        'not ok '*) bad "$(sed 's/^not ok //; s/:.*//' <<<"$line")" "${line#*: }" ;;
        'ended '*) status=${line#ended } ;;
        *) echo "$line" ;;
        esac
    done < <({ "$@" 9>&- | tee "$copy"; echo "ended ${PIPESTATUS[0]}"; })
    [ "$status" = 0 ] || [ $failed != $before ] || bad "$name" "it ended with status $status"
}

# The repository's format is that of clang-format 14; another version breaks lines elsewhere, so it does not judge.
format_check() {
    if clang-format --version | grep -q 'version 14\.'; then
        check format test_format
    else
        say "format: not judged, because this is not clang-format 14"
    fi
}

test_format() {
    find abi boot kernel lib services drivers apps examples sdk tools tests third_party \
        \( -name '*.c' -o -name '*.h' \) -print0 2>/dev/null | xargs -0 -r clang-format --dry-run -Werror
}

# Pages and tables that a tool makes and that are committed must be what the tool makes.
test_generated() {
    make -s api-check
}

# Kernel text at most 64 KiB and 10,000 lines, image at most 1 MiB (docs: numbers we hold ourselves to).
test_sizes() {
    local text image
    text=$(llvm-size -A build/kernel.elf | awk '/^\.text/ { sum += $2 } END { print sum }')
    image=$(stat -c %s build/vault.bundle)
    echo "kernel text ${text:-none} of 65536, image ${image:-none} of 1048576"
    kernel/test/count || return
    [ "${text:-99999999}" -le 65536 ] && [ "${image:-99999999}" -le 1048576 ]
}

# Nothing for a branch predictor to be taught: the kernel's one indirect call is the boot self-test's.
test_branches() {
    local found
    found=$(llvm-objdump -d build/kernel.elf | awk '/^[0-9a-f]+ </ { name = $2 } /\t(callq?|jmpq?)\t\*/ { print name }')
    echo "indirect branches in: ${found:-nothing}"
    [ "$found" = '<probe_last>:' ] # the label where probe_execute begins
}

tests_make() {
    make -s -f Makefile -f tools/dev/tests.mk "$@"
}

test_unit() { # NAME...: all of them without one
    local names=("$@") targets=unit-build
    [ $# = 0 ] && read -ra names < <(tests_make unit-names) || targets=${*/#/build/unit/}
    if ! work "building the unit tests" build/log/unit-build.log tests_make -j"$(nproc)" $targets; then
        bad unit-build "see build/log/unit-build.log"
        return
    fi
    lines_run unit-run /dev/null tools/dev/together "${names[@]}"
}

# The scripts: what they have made is made before, so that two of them never make the same thing.
test_scripts() {
    local scripts=(tests/dev/reproduce.sh) script # which takes longest
    for script in tests/dev/*.sh; do
        [ ! -x "$script" ] || [ "$script" = "${scripts[0]}" ] || scripts+=("$script")
    done
    if ! work "building what the scripts test" build/log/scripts-build.log tests_make -j"$(nproc)" scripts-build; then
        bad scripts-build "see build/log/scripts-build.log"
        return
    fi
    lines_run scripts-run /dev/null tools/dev/together "${scripts[@]}"
}

# The parsers under libFuzzer, 1 % of the soak's count each.
test_fuzz() { # NAME...: all of them without one
    if ! work "building the fuzz programs" build/log/fuzz-build.log make -s -j"$(nproc)" fuzz; then
        bad fuzz-build "see build/log/fuzz-build.log"
        return
    fi
    lines_run fuzz-run /dev/null tests/fuzz/run "$@"
}

test_system() {
    [ -x tests/system/run ] || { bad system "tests/system/run is missing"; return; }
    lines_run system-run /dev/null tests/system/run "$@"
}

# The loader, by both doors: a probe kernel, damaged bundles, odd machines.
test_boot() {
    if ! work "building the probe kernel" build/log/boot-probe.log make -s -j"$(nproc)" boot-probe; then
        bad boot-probe "see build/log/boot-probe.log"
        return
    fi
    local lines=build/log/test-boot-one.txt
    [ $# != 0 ] || lines=build/log/test-boot.txt # for the table of claims
    lines_run boot-run $lines tests/system/boot_probe/run "$@"
}

test_one() {
    local name=$1
    case $name in
    format) format_check ;;
    generated | sizes | branches) check "$name" "test_$name" ;;
    boot_direct* | boot_uefi* | boot_loader*) test_boot "$name" ;;
    fuzz_*) test_fuzz "${name#fuzz_}" ;;
    readme) check readme tools/dev/readme.py check claims ;;
    *)
        if [ -x "tests/dev/$name.sh" ]; then
            check "$name" "tests/dev/$name.sh"
        elif tests_make unit-names | tr ' ' '\n' | grep -qx "$name"; then
            test_unit "$name"
        else
            test_system "$name"
        fi
        ;;
    esac
}

test_all() {
    local script
    format_check
    for script in generated sizes branches; do check $script test_$script; done
    test_scripts
    test_unit
    test_fuzz
    test_boot
    test_system
    check readme tools/dev/readme.py check claims
}

dev_test() {
    [ $# -le 1 ] || fail "./dev test takes one name at most - run ./dev help"
    prepare build run test
    image_build
    tools/dev/uefi keys || exit 1
    if [ $# = 1 ]; then test_one "$1"; else test_all; fi
    build_unlock
    echo "$passed passed, $failed failed"
    [ $passed -gt 0 ] && [ $failed = 0 ]
}
