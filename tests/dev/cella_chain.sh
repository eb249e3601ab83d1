#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `cella chain`, as its owner, a thief and whoever relies on it use it. Run from the repository's root, after `make cella`.
set -u
cella=$PWD/build/host/cella
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
root=0101010101010101010101010101010101010101010101010101010101010101
other=0202020202020202020202020202020202020202020202020202020202020202

# say NAME STATUS PATTERN ARGUMENTS...: `cella chain` ends with that status and prints (on either stream) that pattern.
say() {
    local name=$1 status=$2 pattern=$3 got
    shift 3
    "$cella" chain "$@" >out 2>&1
    got=$?
    if [ $got != "$status" ] || ! grep -qE -- "$pattern" out; then
        echo "failed: $name: status $got (wanted $status), wanted /$pattern/, got:"
        sed 's/^/    /' out
        bad=1
    fi
}

failed() {
    echo "failed: $*"
    bad=1
}

program() { # VERSION
    echo hello --version "$1" --size 4096 --code-root $root --package-root $other --time 1800000100
}

flip() { # FILE OFFSET: invert one bit
    python3 -c 'import sys; p, at = sys.argv[1], int(sys.argv[2]); d = bytearray(open(p, "rb").read()); d[at] ^= 1; open(p, "wb").write(d)' "$1" "$2"
}

# Wrong use.
say nothing 2 'usage:' 
say help 0 'cella chain recover' --help
say typo 2 'no `chain rotat`.*did you mean `rotate`' rotat a
say few 2 'too few arguments - usage: cella chain new' new
say no-folder 2 'not a folder with a chain and its key - ' rotate nowhere
say no-time 2 '--time soon is not a time - ' new a --time soon

# A chain, its keys, and what is said on it.
say new 0 'publisher [0-9a-f]{64}' new a --time 1800000000
publisher=$(sed -n 's/^publisher //p' out)
say again 2 'a/chain is there already - ' new a
for key in chain recovery; do
    [ "$(stat -c '%a %s' a/$key.key)" = '600 64' ] || failed "$key.key: $(stat -c '%a %s' a/$key.key)"
done
cmp -s a/chain.key a/recovery.key && failed 'two keys are alike'
say register 0 'entry 1: write hello' register a $(program 1)
say register-lower-minimum 2 'this is no program - ' register a $(program 2) --minimum 3
say register-words 2 'register wants --version' register a hello
say register-root 2 '--code-root 12 is not a hash - ' register a hello --version 2 --size 1 --code-root 12 --package-root $root
say register-name 2 'this is no program - ' register a Hello --version 2 --size 1 --code-root $root --package-root $root
say changed 2 'entry 2: the program changed and kept its version: ' register a hello --version 1 --size 4097 --code-root $root --package-root $other --time 1800000100
say write 0 'entry 2: write note' write a note 'hello, world' --time 1800000100
say readonly 0 'entry 3: write once' write a once 1 --type readonly --time 1800000100
say readonly-again 2 'entry 4: a read-only register is written again: ' write a once 2 --type readonly --time 1800000100
say write-type 2 '--type list does not exist - ' write a note x --type list
say write-long 2 'the entry could not be written - ' write a note "$(printf %01025d 0)" --time 1800000100
say append 0 'entry 4: append list' append a list first --time 1800000100
say earlier 2 'entry 5: an entry is earlier than the one before it: set the clock' append a list second --time 1800000099
say show 0 '^publisher '$publisher'$' show a
for line in '^5 entries, 0 recoveries$' '^hello  program, held, written 1 times$' '^    hello, world$' '^    head    [0-9a-f]{64}$' '2027-01-15 08:00:00  create'; do
    grep -qE "$line" out || failed "show does not say: $line"
done
"$cella" chain show a --json | python3 -c '
import json, sys
chain = json.load(sys.stdin)
hello, note = chain["registers"][0], chain["registers"][1]
assert hello["version"] == 1 and hello["code_root"] == sys.argv[1] and not hello["revoked"]
assert bytes.fromhex(note["value"]) == b"hello, world" and len(chain["entries"]) == 5
' $root || failed 'the JSON does not say the same'
say verify 0 '^good: 5 entries' verify a
cp a/chain older
say rotate 0 'entry 5: from the next one on, a new key signs' rotate a --time 1800000200
cp -r a thief
say rotated 0 'entry 6: append list' append a list second --time 1800000200
say known 0 '^good: 7 entries' verify a --known older
say older 1 'beside a: this is an older state of a chain that is known here: ' verify older --known a

# What is damaged is refused, with the number of the entry.
cp a/chain damaged
flip damaged 2500
say damaged 1 'damaged: entry 0: ' verify damaged
cp a/chain damaged
flip damaged $(($(stat -c %s a/chain) - 1))
say damaged-signature 1 'entry 6: a signature does not verify' verify damaged
head -c 9000 a/chain >damaged
say cut 1 'the chain ends within an entry: ' verify damaged
(cat a/chain; echo) >damaged
say trailing 1 'entry 7: something that is not an entry follows' show damaged
: >damaged
say empty 1 'the chain has no entry' show damaged
chmod 644 a/chain.key
say readable 2 'can be read by others - `chmod 600` it' append a list third
chmod 600 a/chain.key

# A thief who got the keys before the seventh entry: his branch is a fork until the owner recovers.
rm thief/recovery.key
say theft 0 'entry 6: write note' write thief note mine --time 1800000201
say theft-rotates 0 'entry 7' rotate thief --time 1800000202
say fork 1 'the chain says something else than the one known here' verify thief --known a
cp thief/chain a/chain # it is all over the world
say locked-out 2 'chain.key is not the key to which the chain is committed - ' write a note no
say recover-key 2 'this is not the chain.s recovery key - ' recover a --recovery a/chain.key --keep 6
say recover-none 2 'keep at least the first one' recover a --keep 0
say recover 0 'entry 6: the chain is yours again; 2 of its entries are void' recover a --keep 6 --time 1800000300
say recovered 0 'entry 7: write note' write a note back --time 1800000300
say accepted 0 '^good: 8 entries, 1 recoveries' verify a --known thief
say voided 1 'a branch that its owner has voided by recovery' verify thief --known a
say thief-again 2 'this is not the chain.s recovery key - ' recover thief --recovery thief/chain.key

# Keys whose change was interrupted are found again.
cp -r a later
"$cella" chain rotate later --time 1800000400 >/dev/null
mv later/chain.key later/chain.key.new
cp a/chain.key later/chain.key
say interrupted 0 'entry 9' append later list third --time 1800000400
[ -e later/chain.key.new ] && failed 'the new key kept its name'
cp -r a before
cp later/chain.key before/chain.key.new
say interrupted-before 0 'entry 8' append before list third --time 1800000400

# A register moves to another chain.
say new-b 0 publisher new b --time 1800000000
receiver=$(sed -n 's/^publisher //p' out)
say claim-early 2 'has not given this register away' claim b hello --from a
say transfer-whom 2 '--to me is not a hash - ' transfer a hello --to me
say transfer-what 2 'unknown: |has no register of this name' transfer a nothing --to $receiver
say transfer 0 'transfer hello' transfer a hello --to $receiver --time 1800000500
say given 2 'the register was given to another chain' register a $(program 2) --time 1800000500
say claim 0 'claim hello' claim b hello --from a --time 1800000500
say claimed 0 'write hello' register b $(program 2) --time 1800000500
say from 0 "^    from    $publisher" show b

# The end.
say revoke-what 2 'give one of them' revoke b
say revoke 0 'revoke hello' revoke b hello --time 1800000600
say revoked 2 'the register is revoked' register b $(program 3) --time 1800000600
say revoke-all 0 'revoke the chain' revoke b --all --time 1800000600
say over 2 'entries follow after the chain was revoked' write b note x --time 1800000600
say over-show 0 'REVOKED' show b

[ $bad = 0 ] && echo 'cella chain: all as expected'
exit $bad
