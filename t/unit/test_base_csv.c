/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_csv.c - base/text/csv: RFC 4180, and what a spreadsheet obeys. */
#include "unit/unit.h"

#include "base/text/csv.h"

static void test_fields(void **state)
{
    static const struct { const char *field; const char *text; } rows[] = {
        { "a", "a,z\r\n" },
        { "", ",z\r\n" },
        { NULL, ",z\r\n" },
        { " a b ", " a b ,z\r\n" },
        /* RFC 4180 section 2, 6 and 7 */
        { "a,b", "\"a,b\",z\r\n" },
        { "a\nb", "\"a\nb\",z\r\n" },
        { "a\rb", "\"a\rb\",z\r\n" },
        { "say \"a\"", "\"say \"\"a\"\"\",z\r\n" },
        { "\"", "\"\"\"\",z\r\n" },
        /* formulas */
        { "=1+1", "'=1+1,z\r\n" },
        { "+1", "'+1,z\r\n" },
        { "-1", "'-1,z\r\n" },
        { "@SUM(A1)", "'@SUM(A1),z\r\n" },
        { "\t=1", "'\t=1,z\r\n" },
        { "\r=1", "\"'\r=1\",z\r\n" },
        { "=cmd|' /C calc'!\"A0\"", "\"'=cmd|' /C calc'!\"\"A0\"\"\",z\r\n" },
        { "a=1", "a=1,z\r\n" },
        { "\xc3\xa9", "\xc3\xa9,z\r\n" },
    };
    unsigned i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *fields[] = { rows[i].field, "z" };

        assert_string_equal(oa2_csv_record(fields, 2, *state), rows[i].text);
    }
    assert_string_equal(oa2_csv_record(NULL, 0, *state), "\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = { UNIT_TEST(test_fields) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
