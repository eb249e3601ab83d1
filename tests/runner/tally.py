# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts as every test program here prints them: `ok NAME`, `not ok NAME: why`, and the count at the end."""


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def good(self, name, more=""):
        self.passed += 1
        print(f"ok {name}{': ' + more if more else ''}", flush=True)

    def bad(self, name, why):
        self.failed += 1
        print(f"not ok {name}: {why}", flush=True)

    def end(self):
        """Prints the count; the exit status."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1
