// SPDX-License-Identifier: GPL-3.0-or-later
#include "auditor.h"
#include "tests/unit.h"

static void test_periods(void)
{
    struct auditor a = {.since = 1000};
    nsec_t period = 7;
    CHECK(!auditor_passed(&a, 0, 5000, &period));
    CHECK_EQ(period, 7);
    CHECK(auditor_passed(&a, 1, 11000, &period));
    CHECK_EQ(period, 10000);
    CHECK(!auditor_passed(&a, 1, 20000, &period));
    CHECK(!auditor_passed(&a, 2, 30998, &period)); // 19998
    CHECK(auditor_passed(&a, 3, 50998, &period));  // 20000: twice as long
    CHECK_EQ(period, 20000);
    CHECK(!auditor_passed(&a, 13, 250998, &period)); // ten passes of 20000
    CHECK(auditor_passed(&a, 14, 1000000998, &period));
    CHECK_EQ(period, 999750000);
}

// Passes over nothing take no time; the first is told all the same, and once.
static void test_no_time(void)
{
    struct auditor a = {.since = 10};
    nsec_t period = 7;
    CHECK(auditor_passed(&a, 5, 10, &period));
    CHECK_EQ(period, 0);
    CHECK(!auditor_passed(&a, 6, 10, &period));
}

int main(void)
{
    test_periods();
    test_no_time();
    return unit_done();
}
