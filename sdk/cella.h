// SPDX-License-Identifier: GPL-3.0-or-later
// Writing an app for Cella. This header is everything that an app may include, with the C library.
//
// An app is a C program with `int main(void)` and a manifest.toml. It lives in a cell: an address
// space of its own, a stack, a heap of the size that the manifest says (malloc works in it), and
// the capabilities that the manifest names. There are no files, no other processes, no arguments.
//
//   standard output   printf writes lines to the log, if the manifest says log = ["write"]
//   services          one function for each method that the manifest names: vault_status(),
//                     vault_account(), companion_take_wallet(), ... What each does, with its limits
//                     and errors, stands in gen/<service>.h and docs/api/<service>.md. A method
//                     that the manifest does not name answers ERR_DENIED, and the service never
//                     hears of it.
//   results           every function answers an error (abi/errors.def); 0 is ERR_OK. Results are
//                     written only on success.
//   resources         the files of the app's folder resources/: resource_find()
//   time              sys_now(): nanoseconds since boot. Deadlines are such times; 0 is never.
//   the end           returning from main or calling exit ends the cell for this run of the system.
//
// An app's keys come from its publisher's key and its permanent app id: no other app has the same,
// whatever it calls itself. The app itself sees addresses and signatures, never a private key.
//
// A manifest (all sizes take K or M):
//
//   name = "sample"             what the profile and the log call it
//   publisher = "cella"         whose key; an entry of profiles/publishers.toml
//   priority = 90               at most 100 on the usual device
//   heap = "64K"
//   stack = "16K"
//   memory = "0"
//   fpu = true                  an app that uses the C library needs it
//   secret = false              true: no report about a crash says an address
//   seed = false
//   argument = ""               text for the program: cella_argument()
//   [permissions]
//   log = ["write"]
//   vault = ["status", "account"]
//
// and the build line, in build.mk beside it (sources; what it serves; what it calls; libraries):
//
//   $(eval $(call cell,sample,apps/sample/main.c,,vault,libc sdk,))
#pragma once
#include "abi/consent.h"
#include "abi/types.h"
#include "gen/companion.h"
#include "gen/entropy.h"
#include "gen/link.h"
#include "gen/log.h"
#include "gen/reader.h"
#include "gen/vault.h"

// Nanoseconds since boot.
nsec_t sys_now(void);

// Do nothing until `deadline` (0: for ever). Only in an app that uses its signal for nothing else.
void cella_sleep(nsec_t deadline);

// Ask the person for `methods` (bit n: method n) of a service, which must stand in the manifest's
// [consent]; steward = ["request"] must be among the permissions. CONSENT_ONCE: for one call;
// CONSENT_RUN: until the app ends; CONSENT_UNTIL: until `expiry`, at most a day ahead (0 for the
// others). Waits for the answer, at most until `deadline` (0: as long as the device does). After a
// yes the service's functions work; one use, or the time, or the end of the run takes that back.
// Errors: REFUSED (the person said no), TIMED_OUT, BUSY (another question is open: try again
// later), DENIED (not in [consent], or the person has said no three times: do not ask again),
// BAD_ARGUMENT, NO_SLOT, DEVICE (the console failed), PEER_DEAD.
err_t cella_ask(uint32_t service, uint64_t methods, enum consent_kind kind, nsec_t expiry,
                nsec_t deadline);

// A file of the app's folder resources/, by its name there ("words.txt", "pictures/flag.svg"): its
// bytes, which nobody can change, aligned to 32. A null pointer, and `size` untouched, if there is
// none. The bytes do not end in a zero.
const void *resource_find(const char *name, size_t *size);

// The manifest's `argument`, ending in a zero byte.
const char *cella_argument(void);

// The sentence behind an error code, for people.
const char *err_sentence(err_t error);
