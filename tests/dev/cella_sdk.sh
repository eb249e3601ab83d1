#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The development kit as somebody uses it who has nothing else: in a folder outside the tree, whose name has a blank in it.
set -u
make -s -j"$(nproc)" sdk >/dev/null || { echo "failed: make sdk"; exit 1; }
. tests/say.sh
cp -r build/cella-sdk "$work/kit"
cp -r examples/apps "$work/apps"
cella=$work/kit/bin/cella
mkdir "$work/my apps" && cd "$work/my apps" || exit 1

# Nothing in the kit leads back.
[ -z "$(find "$work/kit" -type l)" ] || { echo "failed: links in the kit"; bad=1; }

say new 0 'cella app test hello' "$cella" app new hello
say new-again 2 'hello is there already - ' "$cella" app new hello
say new-name 2 'is not a name' "$cella" app new 2nd
say new-usage 2 'usage: cella app new NAME' "$cella" app new
say test 0 '^ok hello$' "$cella" app test hello
say package 1 'may call vault: status' "$cella" app show hello/build/hello.cella
cp hello/build/hello.cella published

# Edited: the test notices, and so does whoever reproduces.
sed -i 's/hello from/\\033[31mgoodbye from/' hello/main.c
# It has ended, so nobody waits for what it will not say any more, however long the test may take.
say test-fails 1 '^not ok hello: cell hello stopped: exit with status 0, and it had not come to .\^hello: hello from' \
    env sh -c "echo 'seconds 3000' >>hello/expect; exec timeout 300 '$cella' app test hello"
grep -q 'log | hello: .*\[31mgoodbye' "$work/out" && ! grep -q $'\e' "$work/out" || { echo "failed: an app's escapes reach the terminal"; bad=1; }
say reproduce-other 1 'image: another content' "$cella" app reproduce hello published
sed -i 's/\\033\[31mgoodbye from/hello from/' hello/main.c
say reproduce 0 ': the same package' "$cella" app reproduce hello published

# What is wrong is said where it is.
sed -i 's/"status"/"statsu"/' hello/manifest.toml
say manifest 2 'hello/manifest.toml:[0-9]+: service .vault. has no method .statsu., did you mean .status.' "$cella" app build hello
sed -i 's/"statsu"/"status"/' hello/manifest.toml
# What a device refuses is said here, with the manifest's line.
cp hello/manifest.toml kept
sed -i 's/^priority = 90/priority = 150/' hello/manifest.toml
say build-priority 2 'hello/manifest.toml:5: .priority. must be 1 to 149' "$cella" app build hello
sed -i 's/^priority = 150/priority = 120/' hello/manifest.toml
say build-ceiling 2 "hello/manifest.toml:5: .priority. is more than the device's profile allows an app: at most 100" "$cella" app build hello
sed 's/^priority = 100/priority = 120/' "$work/kit/device/usual.toml" >wide.toml
say build-profile 0 'not signed yet' "$cella" app build hello --profile wide.toml
say build-profile-missing 2 ' - ' "$cella" app build hello --profile none.toml
sed 's/"status"/"restore"/' kept >hello/manifest.toml
say build-method 2 'hello/manifest.toml:13: .*no app call .restore. of service .vault.' "$cella" app build hello
sed 's/heap = "64K"/heap = "1M"/' kept >hello/manifest.toml
say build-heap 2 'hello/manifest.toml:7: .heap. is more than .* at most "256K"' "$cella" app build hello
sed 's/^memory = "1M"/memory = "64K"/; s/^heap = .*//; s/^stack = .*//' "$work/kit/device/usual.toml" >small.toml
sed 's/heap = "64K"/heap = "40K"/' kept >hello/manifest.toml
say build-memory 2 'hello: program, heap and stack take .* an app 64 - ' "$cella" app build hello --profile small.toml
cp kept hello/manifest.toml
say no-device 2 "no device is running at .*name the socket of one with --device: .*cella app run APP" "$cella" app list
echo 'int main(void) { return nothing(); }' >hello/main.c
say source 2 'main.c:1' "$cella" app build hello
printf '#include <sdk/cella.h>\nint main(void) { return *(volatile int *)0; }\n' >hello/main.c
printf 'log ^steward: cell hello stopped: page fault, read from 0x0 \\(a null pointer\\) at code\\+0x\n' >hello/expect
say crash 0 '^ok hello$' "$cella" app test hello
printf 'seconds 3000\nlog ^hello: hello' >hello/expect
say crash-unexpected 1 '^not ok hello: cell hello stopped: page fault, read from 0x0 \(a null pointer\) at code\+0x[0-9a-f]+, and' \
    timeout 300 "$cella" app test hello
grep -q '^    in main, hello/main.c:2$' "$work/out" || { echo "failed: crash-unexpected does not say where in the source"; bad=1; }
grep -q '^    with the debugger: cella app run hello --debug$' "$work/out" || { echo "failed: crash-unexpected does not say what to do"; bad=1; }
printf '#include <sdk/cella.h>\n__attribute__((noinline)) static int deep(int n) { volatile char a[512]; a[0] = (char)n; return n ? deep(n - 1) + a[0] : 0; }\nint main(void) { return deep(9999); }\n' >hello/main.c
say crash-stack 1 'page fault, write to 0x[0-9a-f]+ \(the stack is full\) at code' timeout 300 "$cella" app test hello
printf '#include <stdlib.h>\nint main(void) { abort(); }\n' >hello/main.c
say crash-abort 1 'cell hello stopped: ' timeout 300 "$cella" app test hello
say no-app 2 'has no manifest.toml' "$cella" app build "$work"

# A person at the terminal.
say run 0 'log \| hello: hello from' env sh -c "rm -r hello; '$cella' app new hello; (sleep 5) | '$cella' app run hello"
say run-unread 0 '^done' env sh -c "(sleep 5) | '$cella' app run hello | true; echo done"
grep -q Traceback "$work/out" && { echo "failed: a pipe that nobody reads is a traceback"; bad=1; }

# The examples.
say watch 0 '^ok watch$' "$cella" app test "$work/apps/watch"
say draw 0 '^ok draw$' "$cella" app test "$work/apps/draw"

# What an app's own files are is in its program: one more, another one, one that is gone, each without anything else being touched.
draw=$work/apps/draw
cp "$draw/build/draw.cella" drawn
say resource 1 '^ +[0-9]+ resources/names$' "$cella" app show drawn
say resource-same 0 ': the same package' "$cella" app reproduce "$draw" drawn
mkdir "$draw/resources/more" && echo Dora >>"$draw/resources/names" && echo x >"$draw/resources/more/x"
say resource-other 1 'resources/names: another content' "$cella" app reproduce "$draw" drawn
say resource-build 0 '2 resources' "$cella" app build "$draw"
say resource-new 0 'draw comes with resources/more/x$' "$cella" inspect drawn "$draw/build/draw.cella"
say resource-changed 0 'resources/names is another file$' "$cella" inspect drawn "$draw/build/draw.cella"
rm -r "$draw/resources"
say resource-gone 0 '0 resources' "$cella" app build "$draw"
say resource-missed 1 'not ok draw' env sh -c "echo 'seconds 5' >>'$draw/expect'; exec '$cella' app test '$draw'"
mkdir "$draw/resources" && ln -s /etc/passwd "$draw/resources/names"
say resource-link 2 'resources/names is a symbolic link' "$cella" app build "$draw"
exit $bad
