#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `cella inspect OLD NEW`, as somebody uses it who is offered an update. Run from the repository's root, on what `make image` built.
set -u
cella=$PWD/build/host/cella
golden=$PWD/tests/dev/cella_inspect.txt
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

failed() {
    echo "failed: $*"
    bad=1
}

# edit FILE FROM TO: replaces one line's part, which must be there.
edit() {
    grep -qF -- "$2" "$work/$1" || failed "$1 has no: $2"
    python3 - "$work/$1" "$2" "$3" <<'PY' || failed "$1 cannot be edited"
import sys
path, old, new = sys.argv[1:]
text = open(path).read()
open(path, "w").write(text.replace(old, new, 1))
PY
}

build() { # OUT
    (cd "$work" && "$cella" image build profiles/vault.toml -o "$1" --key a/bundle.key) >"$work/log" || failed "build $1: $(cat "$work/log")"
}

make -s build/cells/hello.elf build/cells/link.elf && "$cella" image keygen "$work/a" >/dev/null || exit 1
cp -rL profiles services drivers apps "$work/" && mkdir -p "$work/build" && cp -r build/cells build/kernel.elf "$work/build/" || exit 1
build one
build same
edit profiles/vault.toml 'version = "0.1.0"' 'version = "0.2.0"'
edit profiles/vault.toml '    "apps/sample",' ''
edit profiles/vault.toml '    "drivers/flash",' '    "drivers/flash",
    "drivers/link",'
edit apps/wallet/manifest.toml '"device_key"]' '"device_key", "protect"]'
edit apps/wallet/manifest.toml '"signature", ' ''
edit apps/wallet/manifest.toml '"32K"' '"64K"'
edit apps/wallet/manifest.toml 'secret = false' 'secret = true'
edit services/companion/manifest.toml 'ports = [[0x2f8, 8]]' ''
edit services/companion/manifest.toml 'interrupts = [3]' ''
cp "$work/build/cells/hello.elf" "$work/build/cells/reader.elf"
build two

"$cella" inspect "$work/one" "$work/same" >"$work/out" || failed "equal images"
grep -q '^Nobody may do more or less, and every program is the same\.$' "$work/out" || failed "equal images: $(cat "$work/out")"

"$cella" inspect "$work/one" "$work/two" >"$work/out" || failed "two images"
diff "$golden" "$work/out" || failed "the difference is not tests/dev/cella_inspect.txt"

"$cella" inspect "$work/two" "$work/one" >"$work/back" || failed "two images, back"
for line in 'wallet may call vault.signature' 'sample is new: an app of priority 90' 'sample may call vault.status'; do
    grep -qF "    $line" "$work/back" || failed "the way back does not add: $line"
done

"$cella" inspect "$work/one" "$work/two" --json >"$work/out" || failed "json"
python3 - "$work/out" <<'PY' || failed "the JSON does not say the same"
import json, sys
got = json.load(open(sys.argv[1]))
golden = [line.strip() for line in open("tests/dev/cella_inspect.txt") if line.startswith("    ")]
assert [c["text"] for kind in ("adds", "takes", "alters") for c in got[kind]] == golden
assert {"cell": "wallet", "what": "call", "text": "wallet may call vault.protect"} in got["adds"]
assert got["before"]["version"] == "0.1.0" and got["after"]["version"] == "0.2.0"
PY

"$cella" inspect "$work/one" "$work/two" --svg >"$work/out" || failed "svg"
python3 - "$work/out" <<'PY' || failed "the picture does not mark what differs"
import sys, xml.etree.ElementTree as tree
texts = [(t.get("class"), t.text) for t in tree.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}text")]
for wanted in (("method new", "protect"), ("method gone", "signature"), ("name new", "link"), ("name gone", "sample"), ("name both", "wallet")):
    assert wanted in texts, wanted
assert ("method new", "signature") not in texts
PY

"$cella" inspect "$work/one" "$work/two" "$work/one" 2>"$work/out" && failed "three images"
grep -q 'one image or two' "$work/out" || failed "three images: $(cat "$work/out")"
exit $bad
