// SPDX-License-Identifier: GPL-3.0-or-later
// An app's own files, as `cella app resources` wrote them (lib/format/resources.h): RESOURCES is
// that file's path.
.section .resources, "a", @progbits
.balign 32
.incbin RESOURCES
