#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The image half of `cella`, as a person uses it, on what `make image` built. Run from the repository's root.
set -u
cella=$PWD/build/host/cella
. tests/say.sh

flip() { # FILE OFFSET: invert one bit
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1") || exit 1
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

build() { # OUT, more arguments
    local out=$1
    shift
    "$cella" image build profiles/vault.toml -o "$out" --key "$work/a/bundle.key" "$@"
}

# Keys.
say keygen 0 'bundle.key' "$cella" image keygen "$work/a"
say keygen-again 2 'there already - ' "$cella" image keygen "$work/a"
say keygen-other 0 'bundle.key' "$cella" image keygen "$work/b"
[ "$(stat -c %a "$work/a/bundle.key")" = 600 ] || { echo "failed: the key is readable by others"; bad=1; }
cmp -s "$work/a/bundle.key" "$work/b/bundle.key" && { echo "failed: two keys are alike"; bad=1; }

# Building: the same bytes each time, from any folder.
say build 0 'profile vault' build "$work/one"
cp -rL profiles services drivers apps "$work/" && mkdir -p "$work/build" && cp -r build/cells build/kernel.elf "$work/build/"
(cd "$work" && exec "$cella" image build profiles/vault.toml -o two --key a/bundle.key) >/dev/null || bad=1
cmp "$work/one" "$work/two" || { echo "failed: the image is not reproducible"; bad=1; }
say build-no-key 2 "cannot read .*none: .* - " "$cella" image build profiles/vault.toml -o "$work/x" --key none
say build-bad-key 2 'is not a key, which is 64 bytes - ' "$cella" image build profiles/vault.toml -o "$work/x" --key Makefile
say build-no-profile 2 'none.toml: cannot be read' "$cella" image build none.toml -o "$work/x" --key "$work/a/bundle.key"
say build-no-cells 2 'cannot read .*steward.elf' build "$work/x" --cells "$work"
say build-not-elf 2 'Makefile: not a 64-bit' build "$work/x" --kernel Makefile
say build-device 2 'is a device or a folder' build /dev/null
say build-usage 2 'usage: cella image build' "$cella" image build profiles/vault.toml
[ ! -e "$work/x" ] || { echo "failed: a refused build left a file"; bad=1; }

# Showing and signing.
say show 0 'not checked: name ' "$cella" image show "$work/one"
say show-seal 0 'its measurements are signed' "$cella" image show "$work/one"
say build-no-seal 0 'profile vault' build "$work/unsealed" --no-seal
say show-no-seal 0 'opens no seed that a TPM keeps' "$cella" image show "$work/unsealed"
say sign-no-seal 0 '' "$cella" image sign "$work/unsealed" --key "$work/b/bundle.key"
say show-still-none 0 '"seals":false' "$cella" image show "$work/unsealed" --json
say show-key 0 'both hold under the given key' "$cella" image show "$work/one" --key "$work/a/bundle.pub"
say show-other 1 'NOT BY THE GIVEN KEY' "$cella" image show "$work/one" --key "$work/b/bundle.pub"
say show-json 0 '"signatures_good":null' "$cella" image show "$work/one" --json
say show-json-key 0 '"signatures_good":true' "$cella" image show "$work/one" --json --key "$work/a/bundle.pub"
head -c 32 "$work/a/bundle.key" >"$work/old.key"
say old-key 2 'one of format 1' "$cella" image sign "$work/one" --key "$work/old.key" -o "$work/x"
say sign 0 'signed by [0-9a-f]{64}' "$cella" image sign "$work/one" --key "$work/b/bundle.key" -o "$work/three"
say sign-shown 0 'both hold under the given key' "$cella" image show "$work/three" --key "$work/b/bundle.pub"
say direct 0 'direct boot' build "$work/direct" --direct
for place in 520:1:'DO NOT HOLD' 600:1:'DO NOT HOLD' 3884:1:'DO NOT HOLD' 80:1:'DO NOT HOLD' 0:2:'not a Cella bundle' 100000:2:'Merkle root' 4000:2:'must be zero'; do
    cp "$work/one" "$work/flipped"
    flip "$work/flipped" "${place%%:*}"
    rest=${place#*:}
    say "flip-${place%%:*}" "${rest%%:*}" "${rest#*:}" "$cella" image show "$work/flipped" --key "$work/a/bundle.pub"
done
head -c 5000 "$work/one" >"$work/short"
say short 2 'shorter than' "$cella" inspect "$work/short"

# Inspecting.
say inspect 0 'vault +status account offer' "$cella" inspect "$work/one"
say inspect-key 1 'do not hold under that key' "$cella" inspect "$work/one" --key "$work/b/bundle.pub"
say inspect-json 0 '"vault":\["status"' "$cella" inspect "$work/one" --json
say inspect-svg 0 '^</svg>$' "$cella" inspect "$work/one" --svg
say inspect-ask 0 '"may_ask_for":' "$cella" inspect "$work/one" --json
say inspect-both 2 'usage' "$cella" inspect "$work/one" --json --svg
say matrix 0 '\| 34 \| \[approve\]\(vault.md#34-approve\) \| prompt \|' "$cella" image matrix profiles/vault.toml
say matrix-memory 0 '^. tpm . . 5 pages at 0xfed40000 ' "$cella" image matrix profiles/vault.toml
say graph 0 '^</svg>$' "$cella" image graph profiles/vault.toml
"$cella" inspect "$work/one" --svg | cmp - "$work/out" || { echo "failed: profile and image give different graphs"; bad=1; }

# The table of commands.
say help 0 'image +build, sign' "$cella" help
say nothing 2 'usage: cella' "$cella"
say misspelt 2 'no command `imgae`, did you mean `image`\? - ' "$cella" imgae
say misspelt-image 2 'no `image biuld`, did you mean `build`\? - ' "$cella" image biuld
say device 2 'wants a socket' "$cella" --device x
exit $bad
