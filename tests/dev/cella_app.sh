#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Packages as a developer makes them, with a program that `make image` built. Run from the repository's root.
set -u
cella=$PWD/build/host/cella
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# say NAME STATUS PATTERN COMMAND...: the command ends with that status and prints (on either stream) that pattern.
say() {
    local name=$1 status=$2 pattern=$3 got
    shift 3
    "$@" >"$work/out" 2>&1
    got=$?
    if [ $got != "$status" ] || ! grep -qE -- "$pattern" "$work/out"; then
        echo "failed: $name: status $got (wanted $status), wanted /$pattern/, got:"
        sed 's/^/    /' "$work/out"
        bad=1
    fi
}

manifest() { # NUMBER
    printf 'name = "hello"\nversion = "1.%s"\nnumber = %s\npriority = 90\n\n[permissions]\nlog = ["write"]\n' "$1" "$1"
}

app=$work/app
mkdir -p "$app/build" "$app/resources/words"
cp build/cells/sample.elf "$app/build/hello.elf"
echo yes >"$app/resources/words/short"
manifest 1 >"$app/manifest.toml"

# Packing: the same bytes each time, from any folder and in any order of making.
say pack 0 'hello 1.1, number 1, 4 files' "$cella" app pack "$app"
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
rm "$app/resources/large"
echo 'seed = true' | cat - "$app/manifest.toml" >"$work/again/manifest.toml"
say pack-seed 2 'manifest.toml:1: an app that is installed has no .seed.' "$cella" app pack "$work/again"

# The same source, the same package.
say reproduce 0 ': the same package' "$cella" app reproduce "$app" "$work/two" --program "$app/build/hello.elf"
root=$(sed -n 's/.* makes \([0-9a-f]*\):.*/\1/p' "$work/out")
say reproduce-root 0 ': the same package' "$cella" app reproduce "$app" "$root" --program "$app/build/hello.elf"
echo no >"$app/resources/words/short"
say reproduce-other 1 'resources/words/short: another content' "$cella" app reproduce "$app" "$work/two" --program "$app/build/hello.elf"
say reproduce-root-other 1 "another package than $root" "$cella" app reproduce "$app" "$root" --program "$app/build/hello.elf"
say reproduce-usage 2 'usage' "$cella" app reproduce "$app"
# Showing; a package that nobody signed is not sent.
say show-unsigned 1 'may call log: write' "$cella" app show "$work/two"
say show-json 1 '"holds":false,"verdict":"nobody has signed' "$cella" app show "$work/two" --json
say show-damaged 2 'was altered, or damaged' "$cella" app show <(tail -c +1 "$work/two" | sed 's/yes/no!/')
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
say misspelt 2 'no `app pakc`, did you mean `pack`\? - ' "$cella" app pakc
exit $bad
