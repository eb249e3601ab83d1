#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `cella` with inputs that somebody else made to deceive or to harm, and results that cannot be written. Run from the
# repository's root.
set -u
cella=$PWD/build/host/cella
. tests/say.sh

# plain: the same, and nothing but printable text in lines, of which only the first begins like a message.
plain() {
    say "$@"
    if LC_ALL=C grep -qaP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]' "$work/out" ||
        [ "$(grep -c '^cella: ' "$work/out")" -gt 1 ]; then
        echo "failed: $1: this reached the terminal:"
        cat -v "$work/out" | sed 's/^/    /'
        bad=1
    fi
}

full() { # COMMAND...: with a standard output that takes nothing
    "$@" >/dev/full
}

app=$work/app
mkdir -p "$app/build"
cp build/cells/sample.elf "$app/build/hello.elf"
manifest() { # LINE: of its permissions
    printf 'name = "hello"\nversion = "1"\nnumber = 1\npriority = 90\n\n[permissions]\n%s\n' "$1" >"$app/manifest.toml"
}

# Escapes: in names that a manifest spells with \u, in file names, in options.
manifest '"\u001b]0;owned\u0007log" = ["write"]'
plain service 2 'unknown service `.\]0;owned.log`' "$cella" app pack "$app"
manifest 'log = ["\u001b[2Jwrite"]'
plain method 2 'has no method `.\[2Jwrite`' "$cella" app pack "$app"
manifest '"\ncella: all is well\n" = ["write"]'
plain line 2 'unknown service' "$cella" app pack "$app"
manifest '"\u009b31mlog\u202e" = ["write"]'
plain c1 2 'unknown service `..31mlog...`' "$cella" app pack "$app"
manifest 'log = ["write"]'
plain file 2 'cannot read x.\[31mred: ' "$cella" verify $'x\e[31mred'
plain file-bytes 2 'cannot read x.31mred: ' "$cella" app show $'x\x9b31mred'
plain file-line 2 'cannot read x' "$cella" image show $'x\ncella: good'
plain option 2 'no option --.\[1m' "$cella" verify $'--\e[1m'
plain command 2 'no command' "$cella" $'\e[1m'
say letters 2 'cannot read Gl.*ck.cella: ' "$cella" app show "Gl$(printf '\xc3\xbc')ck.cella"
grep -q "Gl$(printf '\xc3\xbc')ck" "$work/out" || { echo "failed: letters beyond ASCII are lost"; bad=1; }
plain out 0 'out.\[1m: hello 1, ' "$cella" app pack "$app" -o "$work/"$'out\e[1m'

# Results that nobody got.
for command in help "image show build/vault.bundle" "inspect build/vault.bundle" "inspect build/vault.bundle --json" \
    "inspect build/vault.bundle --svg" "image predict build/vault.bundle" "app list --help"; do
    # shellcheck disable=SC2086
    say "full: $command" 2 'could not be written' full "$cella" $command
done
say closed 2 'could not be written' bash -c '"$1" help >&-' - "$cella"

# Numbers that do not fit are not made to fit.
"$cella" chain new "$work/chain" >/dev/null || bad=1
register() { # VERSION SIZE MINIMUM
    local root
    root=$(printf '%064d' 1)
    "$cella" chain register "$work/chain" hello --version "$1" --size "$2" --minimum "$3" --code-root "$root" --package-root "$root"
}
say version 2 'version 99999999999999999999 is not a number' register 99999999999999999999 1 0
say size 2 'size 18446744073709551616 is not a number' register 1 18446744073709551616 0
say minimum 2 'minimum -1 is not a number' register 1 1 -1
say register 0 'write hello' register 1 1 0

# Keys: nobody's are used that others can read, none is overwritten.
"$cella" image keygen "$work/keys" >/dev/null || bad=1
chmod 644 "$work/keys/bundle.key"
say open-key 2 'can be read by others - ' "$cella" image sign build/vault.bundle --key "$work/keys/bundle.key" -o "$work/signed"
[ ! -e "$work/signed" ] || { echo "failed: signed with a key that is no secret"; bad=1; }
mkdir -p "$work/half/bundle.pub/there"
say half-key 2 'cannot write|already' "$cella" image keygen "$work/half"
[ ! -e "$work/half/bundle.key" ] || { echo "failed: a key is left of which nobody knows the public one"; bad=1; }
enrol() { # FILE: from a played device
    rm -f "$work/link"
    python3 tests/package/played.py "$work/link" 0,0,0,0,0,0,0,0,0 &
    for _ in $(seq 100); do
        [ ! -S "$work/link" ] || break
        sleep 0.05
    done
    "$cella" attest enrol "$1" --device "$work/link"
    local status=$?
    wait $!
    return $status
}
say enrol 0 '^TPM key ' enrol "$work/tpm"
cp "$work/tpm" "$work/tpm.before" && echo 00 >"$work/tpm"
say enrol-again 2 'is there already - ' enrol "$work/tpm"
[ "$(cat "$work/tpm")" = 00 ] || { echo "failed: another machine took an enrolled one's place"; bad=1; }

# What cannot be read is not what does not hold.
say chain-none 2 'cannot read' "$cella" chain verify "$work/none"
say chain-bad 1 'entry ' "$cella" chain verify build/cells/sample.elf

# Firmware that unpacks to more than there is room for: nobody reads on.
mkdir "$work/bin"
printf '#!/bin/bash\nhead -c 300000000 /dev/zero && touch %s\n' "$work/whole" >"$work/bin/xz"
chmod +x "$work/bin/xz"
{ # the section's header, its guid, where its data begin, attributes; then the data
    head -c 16 /dev/zero
    printf '\x20\x00\x00\x02\x98\x58\x4e\xee\x14\x39\x59\x42\x9d\x6e\xdc\x7b\xd7\x94\x03\xcf\x18\x00\x01\x00packed!!'
} >"$work/firmware"
say unpacks 2 'no volumes that xz can unpack' env PATH="$work/bin:$PATH" "$cella" image predict build/vault.bundle \
    --firmware "$work/firmware" --volume "$(printf '%064d' 0)"
[ ! -e "$work/whole" ] || { echo "failed: all of it was unpacked"; bad=1; }

# Help, wherever it is asked for.
for words in "help verify" "verify --help" "help app install" "app install --help" "help wallet sign" "help chain"; do
    # shellcheck disable=SC2086
    say "$words" 0 '^usage' "$cella" $words
done
say -h 0 '^usage' "$cella" -h
say help-misspelt 2 'did you mean `verify`' "$cella" help verfy
exit $bad
