#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Packages as a developer makes them, with a program that `make image` built. Run from the repository's root.
set -u
cella=$PWD/build/host/cella
. tests/say.sh
make -s build/cells/almanac.elf >"$work/log" 2>&1 || { cat "$work/log"; exit 1; } # in no image

manifest() { # NUMBER
    printf 'name = "hello"\nversion = "1.%s"\nnumber = %s\npriority = 90\n\n[permissions]\nlog = ["write"]\n' "$1" "$1"
}

app=$work/app
mkdir -p "$app/build"
cp build/cells/almanac.elf "$app/build/hello.elf"
cp -r tests/cells/almanac/resources "$app/"
manifest 1 >"$app/manifest.toml"

# Packing: the same bytes each time, from any folder and in any order of making.
say pack 0 'hello 1.1, number 1, 2 resources' "$cella" app pack "$app"
cp -r "$app" "$work/again" && rm "$work/again/build/hello.cella"
(cd "$work/again" && exec "$cella" app pack . -o "$work/two") >/dev/null || bad=1
cmp "$app/build/hello.cella" "$work/two" || { echo "failed: the package is not reproducible"; bad=1; }
say pack-nothing 2 'usage: cella app pack' "$cella" app pack
say pack-no-manifest 2 'cannot read .*manifest.toml' "$cella" app pack "$work"
say pack-no-program 2 'cannot read .*none.elf' "$cella" app pack "$app" --program "$work/none.elf"
say pack-not-elf 2 'manifest.toml: ' "$cella" app pack "$app" --program "$app/manifest.toml"
ln -s /etc/passwd "$app/resources/link"
say pack-link 2 'resources/link is a symbolic link' "$cella" app pack "$app"
rm "$app/resources/link" && mkfifo "$app/resources/pipe"
say pack-pipe 2 'resources/pipe is no plain file' "$cella" app pack "$app"
rm "$app/resources/pipe" && echo x >"$app/resources/Big"
say pack-name 2 'a file.s name is not made of' "$cella" app pack "$app"
rm "$app/resources/Big" && head -c 1100000 /dev/zero >"$app/resources/large"
say pack-large 2 'larger than' "$cella" app pack "$app"
for i in 1 2 3; do head -c 400000 /dev/zero >"$app/resources/large$i"; done
rm "$app/resources/large"
say pack-large-together 2 'resources is larger than 1 MiB - ' "$cella" app pack "$app"
rm "$app"/resources/large[123]
mkdir "$app/resources/many"
for i in $(seq 65); do echo "$i" >"$app/resources/many/$i"; done
say pack-many 2 'resources holds more than 64 files - ' "$cella" app pack "$app"
rm -r "$app/resources/many"
long=$app/resources/$(printf 'a%.0s' $(seq 56))
echo x >"$long"
say pack-long 2 'a name in resources/ has at most 55 letters - ' "$cella" app pack "$app"
rm "$long"
echo x >"$app/resources/more"
say pack-other 2 'the program does not hold what lies in .*/resources - build it with' "$cella" app pack "$app"
rm "$app/resources/more"
say pack-without 2 'the program does not hold' "$cella" app pack "$app" --program build/cells/sample.elf
say resources-usage 2 'usage: cella app resources' "$cella" app resources "$app"
echo 'seed = true' | cat - "$app/manifest.toml" >"$work/again/manifest.toml"
say pack-seed 2 'manifest.toml:1: an app that is installed has no .seed.' "$cella" app pack "$work/again"

# The same source, the same package.
say reproduce 0 ': the same package' "$cella" app reproduce "$app" "$work/two" --program "$app/build/hello.elf"
root=$(sed -n 's/.* makes \([0-9a-f]*\):.*/\1/p' "$work/out")
say reproduce-root 0 ': the same package' "$cella" app reproduce "$app" "$root" --program "$app/build/hello.elf"
cp -r "$app" "$work/bare" && rm -r "$work/bare/resources"
say reproduce-other 1 'resources/words: only in the package' "$cella" app reproduce "$work/bare" "$work/two" --program build/cells/sample.elf
say reproduce-root-other 1 "another package than $root" "$cella" app reproduce "$work/bare" "$root" --program build/cells/sample.elf
say reproduce-usage 2 'usage' "$cella" app reproduce "$app"
# Showing; a package that nobody signed is not sent.
say show-unsigned 1 'may call log: write' "$cella" app show "$work/two"
say show-resources 1 ' 14400 resources/tables/large$' "$cella" app show "$work/two"
say show-json 1 '"holds":false,"verdict":"nobody has signed' "$cella" app show "$work/two" --json
say show-damaged 2 'was altered, or damaged' "$cella" app show <(tail -c +1 "$work/two" | sed 's/nothing more/anything too/')
say show-other 2 'this is no package' "$cella" app show build/cells/sample.elf
say install-unsigned 1 'nobody has signed the package' "$cella" app install "$work/two" --device "$work/none"

# played END COMMAND...: against a device that ends each job so.
played() {
    local end=$1 player try
    shift
    rm -f "$work/link"
    python3 tests/package/played.py "$work/link" "$end" "$work/sent" &
    player=$!
    for try in $(seq 100); do
        [ -S "$work/link" ] && break
        sleep 0.05
    done
    "$cella" "$@" --device "$work/link"
    local status=$?
    wait $player || status=99
    return $status
}
say install 0 'two is installed and runs' played 4,0,0,0,0,0,0,0,0 app install "$work/two" --unchecked
cmp "$work/two" "$work/sent" || { echo "failed: another package arrived"; bad=1; }
say install-asks 0 'look at the device' played 4,0,0,0,0,0,0,0,0 app install "$work/two" --unchecked
say install-refused 1 'a higher version is installed' played 5,0,36,0,0,0,0,0,0 app install "$work/two" --unchecked
say install-chain 1 'the program is revoked: remove it' played 5,0,33,66,3,0,0,0,0 app install "$work/two" --unchecked
say install-ceiling 1 'its heap is larger' played 6,0,0,0,0,3,0,0,0 app install "$work/two" --unchecked
say install-method 1 'lets no app call vault.previous' played 6,0,0,0,0,7,7,4,0 app install "$work/two" --unchecked
say install-declined 1 'said no - nothing has changed' played 7,0,0,0,0,0,0,0,0 app install "$work/two" --unchecked
say install-failed 2 'out of memory' played 8,0,0,0,0,0,0,0,17 app install "$work/two" --unchecked
say install-anew 2 'started anew' played 0,0,0,0,0,0,0,0,0 app install "$work/two" --unchecked
say list 0 '^words +2.1 +132 KiB +stopped +publisher 0202' played 4,0,0,0,0,0,0,0,0 app list
say list-json 0 '^\[\{"name":"note",.*"runs":true.*\]$' played 4,0,0,0,0,0,0,0,0 app list --json
say remove 0 'note is removed' played 4,0,0,0,0,0,0,0,0 app remove note
say remove-unknown 1 'no app is called nobody' played 4,0,0,0,0,0,0,0,0 app remove nobody
# Signing: the chain says it, once; the package carries the chain.
flip() { # FILE OFFSET: invert one bit
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1") || exit 1
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
package() { # NUMBER OUT: another version, not signed yet
    manifest "$1" >"$app/manifest.toml"
    "$cella" app pack "$app" -o "$2" >/dev/null || bad=1
}
say chain 0 'publisher [0-9a-f]{64}' "$cella" chain new "$work/chain"
publisher=$(sed -n 's/^publisher //p' "$work/out")
package 1 "$work/one" && package 2 "$work/two"
archive=$(stat -c %s "$work/one")
say sign 0 "number 1, signed; publisher $publisher" "$cella" app sign "$work/one" --chain "$work/chain"
say sign-again 0 'signed before, and the chain says so' "$cella" app sign "$work/one" --chain "$work/chain"
say sign-no-chain 2 ' - ' "$cella" app sign "$work/two" --chain "$work/none"
say sign-minimum 2 'minimum above' "$cella" app sign "$work/two" --chain "$work/chain" --minimum 3
say sign-usage 2 'usage: cella app sign' "$cella" app sign "$work/two"
say sign-out 0 'number 2, signed' "$cella" app sign "$work/two" --chain "$work/chain" -o "$work/two.signed"
say sign-lower 2 'version is lower than before' "$cella" app sign "$work/one" --chain "$work/chain" --minimum 1
say show 0 'the package holds' "$cella" app show "$work/two.signed"
say show-json-signed 0 "\"publisher\":\"$publisher\".*\"holds\":true" "$cella" app show "$work/two.signed" --json
say install-signed 0 'is installed and runs' played 4,0,0,0,0,0,0,0,0 app install "$work/two.signed"
for place in 0 9 40 60 3000 30000 $((archive - 200)) $((archive - 1)) $((archive + 5)) $((archive + 3000)) $((archive + 8000)); do
    cp "$work/two.signed" "$work/flipped"
    flip "$work/flipped" "$place"
    say "flip-$place" '[12]' ': .*: ' "$cella" app install "$work/flipped" --device "$work/none"
done

# Two packages that change places with their chains; a thief's chain; what was taken back.
head -c "$archive" "$work/two" >"$work/mixed" && tail -c +$((archive + 1)) "$work/one" >>"$work/mixed"
say show-mixed 1 'vouches for this program, but for no such version' "$cella" app show "$work/mixed"
"$cella" chain new "$work/thief" >/dev/null || bad=1
head -c "$archive" "$work/two" >"$work/mixed" && cat "$work/thief/chain" >>"$work/mixed"
say show-thief 1 'no register of this name' "$cella" app show "$work/mixed"
package 3 "$work/three"
say sign-three 0 'number 3, signed' "$cella" app sign "$work/three" --chain "$work/chain" --minimum 3
head -c "$archive" "$work/two" >"$work/mixed" && cat "$work/chain/chain" >>"$work/mixed"
say show-below 1 'below the minimum' "$cella" app show "$work/mixed"
"$cella" chain revoke "$work/chain" hello >/dev/null || bad=1
head -c "$archive" "$work/three" >"$work/mixed" && cat "$work/chain/chain" >>"$work/mixed"
say show-revoked 1 'is revoked: ' "$cella" app show "$work/mixed"
# What an update of an app changes, before anybody installs it.
cp -r "$app" "$work/newer" && rm -r "$work/newer/resources"
cat >"$work/newer/manifest.toml" <<'TOML'
name = "hello"
version = "2.0"
number = 4
priority = 90
heap = "64K"
argument = "loud"

[permissions]
steward = ["request"]
vault = ["status"]

[consent]
vault = ["account"]
TOML
"$cella" app pack "$work/newer" --program build/cells/sample.elf -o "$work/newer.cella" >/dev/null || bad=1
manifest 1 >"$app/manifest.toml"
"$cella" app pack "$app" -o "$work/older.cella" >/dev/null || bad=1
"$cella" inspect "$work/older.cella" "$work/newer.cella" >"$work/out" || bad=1
diff tests/dev/cella_app.txt "$work/out" || { echo "failed: the difference is not tests/dev/cella_app.txt"; bad=1; }
say inspect-back 0 'the number does not rise' "$cella" inspect "$work/newer.cella" "$work/older.cella"
say inspect-same 0 'Nobody may do more or less' "$cella" inspect "$work/older.cella" "$work/older.cella"
say inspect-json 0 '"text":"hello may ask the person for vault.account"' "$cella" inspect "$work/older.cella" "$work/newer.cella" --json
python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/out" || { echo "failed: no JSON"; bad=1; }
say inspect-one 1 'may ask the person for vault: account' "$cella" inspect "$work/newer.cella"
say inspect-svg 0 '>request<' "$cella" inspect "$work/newer.cella" --svg
say inspect-svg-both 0 'class="method new"[^>]*>status<' "$cella" inspect "$work/older.cella" "$work/newer.cella" --svg
say inspect-svg-ask 0 'class="method new ask"[^>]*>account\?<' "$cella" inspect "$work/older.cella" "$work/newer.cella" --svg
say inspect-svg-ask-one 0 '>account\?<' "$cella" inspect "$work/newer.cella" --svg
say inspect-unsigned 0 'hello is not signed by anybody, by [0-9a-f]{16}\.\.\. before' "$cella" inspect "$work/two.signed" "$work/newer.cella"
say inspect-mixed 2 ' - ' "$cella" inspect build/vault.bundle "$work/older.cella"
say misspelt 2 'no `app pakc`, did you mean `pack`\? - ' "$cella" app pakc
exit $bad
