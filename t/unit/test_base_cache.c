/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_cache.c - base/shm/cache, one thing at a time; many at once are in
 * test_base_cache_race.c.
 */
#include "unit/unit.h"

#include "base/shm/cache.h"
#include "unit/fixture_clock.h"

#define SIZE (64 * 1024)
#define ENTRY_SIZE 256
#define NOW 1000
#define LATER 1000000
#define WAYS 8

static oa2_cache_t *cache_of(apr_pool_t *pool)
{
    return oa2_cache_init(apr_pcalloc(pool, SIZE), SIZE, ENTRY_SIZE, NULL);
}

/* Keys with the same where share a set: only the first bytes choose it. */
static unsigned char *key_of(apr_pool_t *pool, unsigned where, unsigned n)
{
    unsigned char *key = apr_pcalloc(pool, OA2_KEY_LEN);

    memcpy(key, &where, sizeof(where));
    memcpy(key + 8, &n, sizeof(n));
    return key;
}

static void put(oa2_cache_t *cache, const unsigned char *key,
                const char *text, apr_int64_t expires, apr_int64_t now,
                apr_uint64_t tag)
{
    oa2_cache_entry_t entry;

    fixture_clock_stopped = apr_time_from_sec(now);
    memset(&entry, 0, sizeof(entry));
    memcpy(entry.key, key, OA2_KEY_LEN);
    entry.tags[1] = tag;
    entry.expires = expires;
    entry.data = text;
    entry.len = strlen(text);
    oa2_cache_put(cache, &entry, oa2_cache_mark(cache), now);
}

/* 1 when text, and nothing else, is found. */
static int has(oa2_cache_t *cache, const unsigned char *key,
               const char *text, apr_int64_t now)
{
    char buf[ENTRY_SIZE];
    apr_size_t len = sizeof(buf);

    fixture_clock_stopped = apr_time_from_sec(now);
    if (!oa2_cache_find(buf, &len, cache, key, now)) return 0;
    if (len != strlen(text) || memcmp(buf, text, len) != 0)
        fail_msg("found something, but not %s", text);
    return 1;
}

static void an_entry_costs_80_bytes(void **state)
{
    oa2_cache_t *cache = cache_of(*state);

    assert_int_equal(oa2_cache_room(cache), ENTRY_SIZE - 80);
    /* and an eighth of a small block goes to the counters */
    assert_in_range(oa2_cache_capacity(cache) * ENTRY_SIZE, SIZE * 3 / 4,
                    SIZE);
    assert_int_equal(oa2_cache_capacity(cache) % WAYS, 0);
    cache = oa2_cache_init(apr_pcalloc(*state, SIZE), SIZE, 263, NULL);
    assert_int_equal(oa2_cache_room(cache), 256 - 80);
}

/* Old and new children of httpd, whose caches have other sizes. */
static void caches_can_share_their_counters(void **state)
{
    void *memory = apr_pcalloc(*state, oa2_counters_size());
    oa2_counters_t *counters = oa2_counters_init(memory);
    oa2_cache_t *one = oa2_cache_init(apr_pcalloc(*state, SIZE), SIZE,
                                      ENTRY_SIZE, counters);
    oa2_cache_t *two = oa2_cache_init(apr_pcalloc(*state, SIZE / 2), SIZE / 2,
                                      ENTRY_SIZE * 2, counters);
    apr_uint64_t tag = oa2_cache_tag('g', "17");
    unsigned char *key = key_of(*state, 1, 1);
    oa2_cache_mark_t mark;
    oa2_cache_entry_t entry = { .tags = { tag }, .expires = LATER,
                                .data = "new", .len = 3 };

    assert_ptr_equal(oa2_counters_at(memory), counters);
    put(one, key, "text", LATER, NOW, tag);
    assert_true(has(one, key, "text", NOW));
    assert_false(has(two, key, "text", NOW));
    put(two, key, "text", LATER, NOW, tag);
    mark = oa2_cache_mark(one);
    oa2_cache_bump(two, tag);
    assert_false(has(one, key, "text", NOW));
    assert_false(has(two, key, "text", NOW));
    /* what one read before the other was told is not stored */
    memcpy(entry.key, key, OA2_KEY_LEN);
    oa2_cache_put(one, &entry, mark, NOW);
    assert_false(has(one, key, "new", NOW));
    put(one, key, "text", LATER, NOW, tag);
    assert_false(has(one, key, "text", NOW + OA2_CACHE_TRUST));
    oa2_cache_beat(two, apr_time_from_sec(NOW + OA2_CACHE_TRUST));
    assert_true(has(one, key, "text", NOW + OA2_CACHE_TRUST));
    oa2_cache_flush(two);
    assert_false(has(one, key, "text", NOW));
}

static void the_block_is_never_left(void **state)
{
    apr_size_t size;
    int some = 0;

    (void)state;
    for (size = 0; size < 8000; size += 7) {
        char *memory = calloc(1, size + 3);
        /* at any address, in a block whose ends ASan watches */
        oa2_cache_t *cache = oa2_cache_init(memory + 3, size, ENTRY_SIZE, NULL);

        if (cache) {
            unsigned i;

            some = 1;
            assert_true(oa2_cache_capacity(cache) >= WAYS);
            assert_true(oa2_cache_capacity(cache) * ENTRY_SIZE < size);
            for (i = 0; i < 64; i++) {
                unsigned char key[OA2_KEY_LEN];

                memset(key, (int)(i * 37), sizeof(key));
                put(cache, key, "text", LATER, NOW, oa2_cache_tag('a', "b"));
                assert_true(has(cache, key, "text", NOW));
            }
            oa2_cache_bump(cache, oa2_cache_tag('a', "b"));
        }
        else {
            assert_true(size < 3000);
        }
        free(memory);
    }
    assert_true(some);
}

static void sizes_that_make_no_sense_are_refused(void **state)
{
    void *memory = apr_pcalloc(*state, SIZE);

    assert_null(oa2_cache_init(memory, SIZE, 0, NULL));
    assert_null(oa2_cache_init(memory, SIZE, 80, NULL));
    assert_null(oa2_cache_init(memory, SIZE, 87, NULL));
    assert_non_null(oa2_cache_init(memory, SIZE, 88, NULL));
    assert_null(oa2_cache_init(memory, SIZE, SIZE, NULL));
    assert_null(oa2_cache_init(memory, SIZE, (apr_size_t)-1, NULL));
    assert_null(oa2_cache_init(memory, 0, ENTRY_SIZE, NULL));
}

static void what_was_put_is_found(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 7, 1);

    assert_false(has(cache, key, "", NOW));
    put(cache, key, "a record", LATER, NOW, 0);
    assert_true(has(cache, key, "a record", NOW));
    assert_false(has(cache, key_of(*state, 7, 2), "", NOW));
    assert_false(has(cache, key_of(*state, 8, 1), "", NOW));
    /* the same set and the same fingerprint are not the same key */
    key = key_of(*state, 7, 1);
    key[31] = 1;
    assert_false(has(cache, key, "", NOW));
    put(cache, key, "another", LATER, NOW, 0);
    assert_true(has(cache, key, "another", NOW));
    assert_true(has(cache, key_of(*state, 7, 1), "a record", NOW));
}

static void a_second_put_replaces_the_first(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);
    unsigned i;

    put(cache, key, "first, and longer", LATER, NOW, 0);
    for (i = 0; i < 2 * WAYS; i++)
        put(cache, key, "second", LATER, NOW, 0);
    assert_true(has(cache, key, "second", NOW));
    /* in its own way: there is room for seven more */
    for (i = 1; i < WAYS; i++)
        put(cache, key_of(*state, 0, i), "x", LATER, NOW, 0);
    assert_true(has(cache, key, "second", NOW));
}

static void all_lengths_up_to_the_room_fit(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    apr_size_t room = oa2_cache_room(cache);
    apr_size_t i;
    char text[ENTRY_SIZE];

    for (i = 0; i <= room + 1; i++) {
        unsigned char *key = key_of(*state, 0, (unsigned)i);

        memset(text, 'a' + (int)(i % 26), i);
        text[i] = '\0';
        put(cache, key, text, LATER, NOW, 0);
        assert_int_equal(has(cache, key, text, NOW), i <= room);
    }
}

static void what_is_too_large_disturbs_nothing(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    char text[ENTRY_SIZE];
    unsigned i;

    for (i = 0; i < WAYS; i++)
        put(cache, key_of(*state, 0, i), "x", LATER, NOW, 0);
    memset(text, 'a', sizeof(text));
    text[oa2_cache_room(cache) + 1] = '\0';
    for (i = 0; i < WAYS; i++)
        put(cache, key_of(*state, 0, i), text, LATER, NOW, 0);
    for (i = 0; i < WAYS; i++)
        assert_true(has(cache, key_of(*state, 0, i), "x", NOW));
}

static void a_buffer_that_is_too_small_is_a_miss(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);
    char buf[10] = "unchanged";
    apr_size_t len;

    put(cache, key, "12345678", LATER, NOW, 0);
    for (len = 0; len < 8; len++) {
        apr_size_t size = len;

        assert_int_equal(oa2_cache_find(buf, &size, cache, key, NOW), 0);
        assert_int_equal(size, len);
        assert_string_equal(buf, "unchanged");
    }
    assert_int_equal(oa2_cache_find(buf, &len, cache, key, NOW), 1);
    assert_int_equal(len, 8);
    assert_memory_equal(buf, "12345678d", 9);
}

static void an_entry_expires(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);

    put(cache, key, "x", NOW + 2, NOW, 0);
    assert_true(has(cache, key, "x", NOW + 1));
    assert_false(has(cache, key, "x", NOW + 2));
    oa2_cache_beat(cache, apr_time_from_sec(NOW + 2));
    assert_false(has(cache, key, "x", NOW + 2));
    /* one that has expired does not replace one that has not */
    put(cache, key, "y", NOW, NOW, 0);
    assert_true(has(cache, key, "x", NOW + 1));
}

static void an_unvouched_entry_is_trusted_for_5_seconds(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);

    put(cache, key, "x", LATER, 1, 0);
    assert_true(has(cache, key, "x", 0 + OA2_CACHE_TRUST));
    /* where no beat has been, none vouches, whatever the clock says */
    assert_false(has(cache, key, "x", 1 + OA2_CACHE_TRUST));
    put(cache, key, "x", LATER, NOW, 0);
    assert_true(has(cache, key, "x", NOW + OA2_CACHE_TRUST - 1));
    assert_false(has(cache, key, "x", NOW + OA2_CACHE_TRUST));
}

static void a_date_that_is_set_back_makes_nothing_young(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);
    char buf[ENTRY_SIZE];
    apr_size_t len = sizeof(buf);

    put(cache, key, "x", LATER, NOW, 0);
    fixture_clock_stopped += apr_time_from_sec(OA2_CACHE_TRUST);
    assert_false(oa2_cache_find(buf, &len, cache, key, NOW - 3600));
}

static void an_age_counts_from_the_mark(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    oa2_cache_entry_t entry = { { 0 }, { 0 }, LATER, "x", 1 };
    oa2_cache_mark_t mark = oa2_cache_mark(cache);

    mark.at = apr_time_from_sec(NOW);
    oa2_cache_put(cache, &entry, mark, NOW + 4);
    assert_true(has(cache, entry.key, "x", NOW + 4));
    assert_false(has(cache, entry.key, "x", NOW + OA2_CACHE_TRUST));
}

static void a_beat_vouches_for_3_seconds(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned char *key = key_of(*state, 0, 0);

    put(cache, key, "x", LATER, NOW, 0);
    oa2_cache_beat(cache, apr_time_from_sec(NOW + 100));
    assert_true(has(cache, key, "x", NOW + 100));
    assert_true(has(cache, key, "x", NOW + 99 + OA2_CACHE_VOUCH));
    assert_false(has(cache, key, "x", NOW + 100 + OA2_CACHE_VOUCH));
    oa2_cache_beat(cache, apr_time_from_sec(NOW + 104));
    assert_true(has(cache, key, "x", NOW + 104));
}

static void a_bump_makes_its_entries_misses(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    apr_uint64_t tags[OA2_CACHE_TAGS];
    apr_uint64_t other = oa2_cache_tag('g', "18");
    unsigned char *key = key_of(*state, 0, 0);
    int i;

    tags[0] = oa2_cache_tag('g', "17");
    tags[1] = oa2_cache_tag('c', "17");
    tags[2] = oa2_cache_tag('u', "alice");
    for (i = 0; i < OA2_CACHE_TAGS; i++) {
        oa2_cache_entry_t entry;

        memset(&entry, 0, sizeof(entry));
        memcpy(entry.key, key, OA2_KEY_LEN);
        memcpy(entry.tags, tags, sizeof(tags));
        entry.expires = LATER;
        entry.data = "x";
        entry.len = 1;
        oa2_cache_put(cache, &entry, oa2_cache_mark(cache), NOW);
        oa2_cache_bump(cache, other);
        oa2_cache_bump(cache, 0);
        assert_true(has(cache, key, "x", NOW));
        oa2_cache_bump(cache, tags[i]);
        assert_false(has(cache, key, "x", NOW));
    }
    /* and a new one is as good as ever */
    put(cache, key, "y", LATER, NOW, tags[0]);
    assert_true(has(cache, key, "y", NOW));
}

static void a_flush_makes_everything_a_miss(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    unsigned i;

    for (i = 0; i < 40; i++)
        put(cache, key_of(*state, i << 26, i), "x", LATER, NOW, i);
    oa2_cache_flush(cache);
    for (i = 0; i < 40; i++)
        assert_false(has(cache, key_of(*state, i << 26, i), "x", NOW));
    put(cache, key_of(*state, 0, 0), "y", LATER, NOW, 0);
    assert_true(has(cache, key_of(*state, 0, 0), "y", NOW));
}

static void what_was_read_before_a_bump_is_not_put(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    oa2_cache_entry_t entry;
    oa2_cache_mark_t mark;

    memset(&entry, 0, sizeof(entry));
    entry.expires = LATER;
    entry.data = "x";
    entry.len = 1;
    entry.tags[0] = oa2_cache_tag('g', "17");
    mark = oa2_cache_mark(cache);
    oa2_cache_bump(cache, entry.tags[0]);
    oa2_cache_put(cache, &entry, mark, NOW);
    assert_false(has(cache, entry.key, "x", NOW));

    mark = oa2_cache_mark(cache);
    oa2_cache_flush(cache);
    oa2_cache_put(cache, &entry, mark, NOW);
    assert_false(has(cache, entry.key, "x", NOW));

    mark = oa2_cache_mark(cache);
    oa2_cache_put(cache, &entry, mark, NOW);
    assert_true(has(cache, entry.key, "x", NOW));
}

/* Fills a set with entries 0 to 7, the one numbered oldest stored first. */
static oa2_cache_t *full_set(apr_pool_t *pool, unsigned oldest)
{
    oa2_cache_t *cache = cache_of(pool);
    unsigned i;

    for (i = 0; i < WAYS; i++)
        put(cache, key_of(pool, 5, i), "x", LATER,
            i == oldest ? NOW - 1 : NOW, oa2_cache_tag('n', i ? "i" : "0"));
    for (i = 0; i < WAYS; i++)
        assert_true(has(cache, key_of(pool, 5, i), "x", NOW));
    return cache;
}

/* Which of 0 to 7 is gone after the entry 99 was put; fails unless one is. */
static int gone_after_put(oa2_cache_t *cache, apr_pool_t *pool,
                          apr_int64_t now)
{
    int gone = -1;
    unsigned i;

    put(cache, key_of(pool, 5, 99), "new", LATER, now, 0);
    assert_true(has(cache, key_of(pool, 5, 99), "new", now));
    for (i = 0; i < WAYS; i++) {
        if (has(cache, key_of(pool, 5, i), "x", now)) continue;
        assert_int_equal(gone, -1);
        gone = (int)i;
    }
    return gone;
}

static void a_full_set_loses_its_oldest(void **state)
{
    unsigned i;

    for (i = 0; i < WAYS; i++)
        assert_int_equal(gone_after_put(full_set(*state, i), *state, NOW),
                         (int)i);
}

static void a_useless_entry_goes_before_the_oldest(void **state)
{
    oa2_cache_t *cache = full_set(*state, 3);

    /* expired: it replaces itself, with an end that then comes */
    put(cache, key_of(*state, 5, 6), "x", NOW + 1, NOW, 0);
    assert_int_equal(gone_after_put(cache, *state, NOW + 1), 6);

    cache = full_set(*state, 3);
    oa2_cache_bump(cache, oa2_cache_tag('n', "0"));
    assert_int_equal(gone_after_put(cache, *state, NOW), 0);

    /* too old is useless as well */
    cache = full_set(*state, 3);
    assert_int_equal(gone_after_put(cache, *state,
                                    NOW - 1 + OA2_CACHE_TRUST), 3);
}

static void keys_spread_over_the_whole_block(void **state)
{
    oa2_cache_t *cache = cache_of(*state);
    apr_size_t capacity = oa2_cache_capacity(cache);
    unsigned char key[OA2_KEY_LEN];
    apr_size_t i;
    apr_size_t found = 0;

    for (i = 0; i < capacity; i++) {
        oa2_sha256(key, &i, sizeof(i));
        put(cache, key, "x", LATER, NOW, 0);
    }
    for (i = 0; i < capacity; i++) {
        oa2_sha256(key, &i, sizeof(i));
        found += (apr_size_t)has(cache, key, "x", NOW);
    }
    /* what falls into a full set is about a seventh */
    assert_in_range(found, capacity * 3 / 4, capacity);
}

static void tags_differ_by_kind_and_name(void **state)
{
    (void)state;
    assert_true(oa2_cache_tag('g', "1") == oa2_cache_tag('g', "1"));
    assert_true(oa2_cache_tag('g', "1") != oa2_cache_tag('g', "2"));
    assert_true(oa2_cache_tag('g', "1") != oa2_cache_tag('c', "1"));
    assert_true(oa2_cache_tag('g', "") != oa2_cache_tag('c', ""));
    assert_true(oa2_cache_tag('g', "") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(an_entry_costs_80_bytes),
        UNIT_TEST(caches_can_share_their_counters),
        UNIT_TEST(the_block_is_never_left),
        UNIT_TEST(sizes_that_make_no_sense_are_refused),
        UNIT_TEST(what_was_put_is_found),
        UNIT_TEST(a_second_put_replaces_the_first),
        UNIT_TEST(all_lengths_up_to_the_room_fit),
        UNIT_TEST(what_is_too_large_disturbs_nothing),
        UNIT_TEST(a_buffer_that_is_too_small_is_a_miss),
        UNIT_TEST(an_entry_expires),
        UNIT_TEST(an_unvouched_entry_is_trusted_for_5_seconds),
        UNIT_TEST(a_date_that_is_set_back_makes_nothing_young),
        UNIT_TEST(an_age_counts_from_the_mark),
        UNIT_TEST(a_beat_vouches_for_3_seconds),
        UNIT_TEST(a_bump_makes_its_entries_misses),
        UNIT_TEST(a_flush_makes_everything_a_miss),
        UNIT_TEST(what_was_read_before_a_bump_is_not_put),
        UNIT_TEST(a_full_set_loses_its_oldest),
        UNIT_TEST(a_useless_entry_goes_before_the_oldest),
        UNIT_TEST(keys_spread_over_the_whole_block),
        UNIT_TEST(tags_differ_by_kind_and_name),
    };

    return cmocka_run_group_tests_name("base/cache", tests, NULL, NULL);
}
