/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_address.c - which addresses are one household's, and whose */
#include "unit/unit.h"

#include "base/address.h"

static void private_ones_are_known(void **state)
{
    static const char *const inside[] = {
        "127.255.0.1", "10.255.2.3", "172.31.0.1", "192.168.255.1",
        "169.254.255.1", "100.64.0.1", "::1", "fd00::1", "fe80::1%eth0"
    };
    static const char *const outside[] = {
        "128.0.0.1", "11.0.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1",
        "2001:db8::1", "::2", "fec0::1", ""
    };
    size_t i;

    (void)state;
    for (i = 0; i < UNIT_COUNT(inside); i++)
        UNIT_ROW(oa2_address_is_private(inside[i]), inside[i]);
    for (i = 0; i < UNIT_COUNT(outside); i++)
        UNIT_ROW(!oa2_address_is_private(outside[i]), outside[i]);
}

static void a_network_has_one_text(void **state)
{
    static const struct { const char *address; const char *network; } rows[] =
    {
        { "2001:db8::1:2:3:4", "2001:db8::" },
        { "2001:db8:0:0:1::", "2001:db8::" },
        { "2001:db8::ff00:0:0:1", "2001:db8::" },
        { "2001:db8:0:ff::1", "2001:db8:0:ff::" },
        { "2001:DB8::", "2001:db8::" },
        { "2001:db8:0:1::1", "2001:db8:0:1::" },
        { "192.0.2.1", "192.0.2.1" },
        { "fe80::1%eth0", "fe80::1%eth0" },
        { "", "" }
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++)
        assert_string_equal(oa2_address_network(rows[i].address, *state),
                            rows[i].network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(private_ones_are_known),
        UNIT_TEST(a_network_has_one_text)
    };

    return cmocka_run_group_tests_name("base/address", tests, NULL, NULL);
}
