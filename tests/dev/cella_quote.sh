#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What `cella attest` and `cella verify --quote` say when they cannot, as a person sees it; on what `make image` built. Quotes
# themselves: build/unit/cella_quote, tests/system/quote. Run from the repository's root.
set -u
cella=$PWD/build/host/cella
. tests/say.sh

key=$(printf '%0128d' 7) nonce=$(printf '%064d' 1)
echo "$key" >"$work/tpm"
head -c 4 </dev/zero >"$work/short"
head -c 600 </dev/zero >"$work/junk"
"$cella" image keygen "$work/k" >/dev/null && "$cella" image build profiles/vault.toml -o "$work/direct" --key "$work/k/bundle.key" --direct >/dev/null || exit 1
tools/dev/uefi keys >"$work/log" 2>&1 && tools/dev/uefi sign build/boot/BOOTX64.EFI "$work/loader.EFI" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
know=(--nonce "$nonce" --tpm "$work/tpm" --image build/vault.bundle --loader "$work/loader.EFI" --vars build/keys/vars.fd)

judge() { # QUOTE, more arguments replace what is known
    "$cella" verify --quote "$1" "${know[@]}" "${@:2}"
}

say attest-usage 2 'wants `state`, `enrol FILE` or `quote FILE` - usage' "$cella" attest
say attest-word 2 'wants `state`, `enrol FILE` or `quote FILE` - usage' "$cella" attest ask
say attest-no-file 2 'wants `state`' "$cella" attest quote
say attest-ca 2 'wants `state`' "$cella" attest quote "$work/x" --ca README.md
say verify-usage 2 'wants one file, or --quote - usage' "$cella" verify
say quote-alone 2 '--quote needs --nonce, --tpm, --image, --loader and --vars - ' "$cella" verify --quote "$work/junk"
say quote-firmware 2 '--quote needs' judge "$work/junk" --firmware x
say bad-nonce 2 'xyz is no nonce, which is 64 hexadecimal digits - ' judge "$work/junk" --nonce xyz
say bad-tpm 2 'is no enrolled TPM, which is 128 hexadecimal digits - ' judge "$work/junk" --tpm "$work/short"
say no-quote-named 2 'go with --quote - ' "$cella" verify "$work/junk" "${know[@]}"
say no-tpm 2 'cannot read ' judge "$work/junk" --tpm "$work/none"
say direct-image 2 'is for direct boot, which nothing measures - ' judge "$work/junk" --image "$work/direct"
say no-quote 2 'cannot read ' judge "$work/none"
say short-quote 1 'the quote ends too early - ' judge "$work/short"
say junk-quote 1 'this is no quote of a device - ' judge "$work/junk"

exit $bad
