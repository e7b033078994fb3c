/* SPDX-License-Identifier: Apache-2.0 */
/* test_base_pack.c - base/shm/pack: there and back, and never past the end. */
#include "unit/unit.h"

#include "base/shm/pack.h"

#define SMALLEST (-APR_INT64_C(0x7fffffffffffffff) - 1)

static void what_went_in_comes_out(void **state)
{
    unsigned char buf[64];
    oa2_pack_t pack;

    oa2_pack_begin(&pack, buf, sizeof(buf));
    oa2_pack_number(&pack, 42);
    oa2_pack_text(&pack, "read");
    oa2_pack_text(&pack, NULL);
    oa2_pack_text(&pack, "");
    oa2_pack_number(&pack, SMALLEST);
    assert_int_equal(pack.ok, 1);
    assert_int_equal(pack.at - buf, 8 + 6 + 2 + 2 + 8);

    oa2_pack_begin(&pack, buf, (apr_size_t)(pack.at - buf));
    assert_int_equal(oa2_unpack_number(&pack), 42);
    assert_string_equal(oa2_unpack_text(&pack, *state), "read");
    assert_null(oa2_unpack_text(&pack, *state));
    assert_string_equal(oa2_unpack_text(&pack, *state), "");
    assert_true(oa2_unpack_number(&pack) == SMALLEST);
    assert_int_equal(pack.ok, 1);
    assert_ptr_equal(pack.at, pack.end);
}

static void a_text_outlives_its_buffer(void **state)
{
    char buf[16];
    oa2_pack_t pack;
    const char *text;

    oa2_pack_begin(&pack, buf, sizeof(buf));
    oa2_pack_text(&pack, "keep");
    oa2_pack_begin(&pack, buf, sizeof(buf));
    text = oa2_unpack_text(&pack, *state);
    memset(buf, 'x', sizeof(buf));
    assert_string_equal(text, "keep");
}

/* Every size that is too small, in a block that ASan watches. */
static void what_does_not_fit_is_not_written(void **state)
{
    apr_size_t size;

    (void)state;
    for (size = 0; size < 8 + 2 + 5; size++) {
        unsigned char *buf = malloc(size + 1);
        oa2_pack_t pack;

        buf[size] = 0xa5;
        oa2_pack_begin(&pack, buf, size);
        oa2_pack_number(&pack, -1);
        oa2_pack_text(&pack, "hello");
        assert_int_equal(pack.ok, 0);
        assert_true(pack.at <= pack.end);
        assert_int_equal(buf[size], 0xa5);
        free(buf);
    }
}

static void once_wrong_stays_wrong(void **state)
{
    unsigned char buf[12] = { 0 };
    oa2_pack_t pack;

    oa2_pack_begin(&pack, buf, sizeof(buf));
    oa2_pack_text(&pack, "much too long for it");
    assert_int_equal(pack.ok, 0);
    oa2_pack_number(&pack, -1);
    assert_int_equal(pack.ok, 0);
    assert_int_equal(buf[0], 0);
    oa2_pack_text(&pack, "a");
    assert_int_equal(buf[0], 0);

    oa2_pack_begin(&pack, buf, 4);
    assert_int_equal(oa2_unpack_number(&pack), 0);
    assert_int_equal(pack.ok, 0);
    assert_null(oa2_unpack_text(&pack, *state));
    assert_int_equal(pack.ok, 0);
}

static void a_length_past_the_end_is_refused(void **state)
{
    unsigned char buf[8];
    apr_uint16_t len = 7;
    oa2_pack_t pack;

    memset(buf, 'x', sizeof(buf));
    memcpy(buf, &len, sizeof(len));
    oa2_pack_begin(&pack, buf, sizeof(buf));
    assert_null(oa2_unpack_text(&pack, *state));
    assert_int_equal(pack.ok, 0);
    len = 6;
    memcpy(buf, &len, sizeof(len));
    oa2_pack_begin(&pack, buf, sizeof(buf));
    assert_string_equal(oa2_unpack_text(&pack, *state), "xxxxxx");
    oa2_pack_begin(&pack, buf, 1);
    assert_null(oa2_unpack_text(&pack, *state));
    assert_int_equal(pack.ok, 0);
}

static void the_longest_text_is_65534_bytes(void **state)
{
    char *buf = apr_palloc(*state, 70000);
    char *text = apr_palloc(*state, 65536);
    oa2_pack_t pack;

    memset(text, 'x', 65535);
    text[65535] = '\0';
    oa2_pack_begin(&pack, buf, 70000);
    oa2_pack_text(&pack, text);
    assert_int_equal(pack.ok, 0);
    assert_ptr_equal(pack.at, buf);
    text[65534] = '\0';
    oa2_pack_begin(&pack, buf, 70000);
    oa2_pack_text(&pack, text);
    assert_int_equal(pack.ok, 1);
    oa2_pack_begin(&pack, buf, 70000);
    assert_string_equal(oa2_unpack_text(&pack, *state), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(what_went_in_comes_out),
        UNIT_TEST(a_text_outlives_its_buffer),
        UNIT_TEST(what_does_not_fit_is_not_written),
        UNIT_TEST(once_wrong_stays_wrong),
        UNIT_TEST(a_length_past_the_end_is_refused),
        UNIT_TEST(the_longest_text_is_65534_bytes),
    };

    return cmocka_run_group_tests_name("base/pack", tests, NULL, NULL);
}
