/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_store_apikey.c - API keys in the store and as texts: whose they are,
 * what ends them, and what the cache may remember.
 *
 * long: store and domain are one promise here: who adds, finds and ends a key.
 */
#include "base/shm/counter.h"
#include "domain/site/audit.h"
#include "domain/site/subject.h"
#include "domain/token/apikey.h"
#include "store/purge.h"
#include "store/session.h"
#include "unit/fixture_domain.h"
#include "unit/fixture_store.h"

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();
    oa2_ctx_t *ctx = fixture->ctx;

    fixture_store_client(ctx, "app");
    fixture_store_client(ctx, "other");
    fixture_store_user(ctx, "ann");
    fixture_store_user(ctx, "bob");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static oa2_ctx_t *ctx_of(void **state)
{
    return ((fixture_t *)*state)->ctx;
}

/* *id: of the key; may be NULL. */
static const char *add(const char **id, oa2_ctx_t *ctx, const char *user,
                       const char *client_id, const char *scope, int good)
{
    oa2_apikey_t key = {
        .user = user, .client_id = client_id, .name = "backup",
        .scope = scope, .expires = good ? ctx->now + good : 0
    };
    oa2_apikey_put_t put;
    const char *text = oa2_apikey_new(ctx->pool);

    fixture_good(oa2_apikey_add(&put, ctx, &key, text));
    assert_int_equal(put, OA2_APIKEY_PUT);
    if (id)
        *id = key.id;
    return text;
}

/* As the password of Basic, with that name; NULL: as X-API-Key. */
static oa2_apikey_t *check_named(oa2_ctx_t *ctx, const char *text,
                                 const char *name)
{
    const oa2_apikey_sent_t sent = { text, name, 0 };
    oa2_apikey_t *key = NULL;
    oa2_err_t *err = oa2_apikey_check(&key, ctx, &sent);

    if (err)
        assert_ptr_equal(err->kind, &oa2_invalid_api_key);
    return key;
}

static oa2_apikey_t *check(oa2_ctx_t *ctx, const char *text)
{
    return check_named(ctx, text, NULL);
}

static apr_array_header_t *list(oa2_ctx_t *ctx, const char *user,
                                const char *client_id, const char *before,
                                int n)
{
    apr_array_header_t *keys;

    fixture_good(oa2_apikey_list(&keys, ctx, user, client_id, before, n));
    return keys;
}

/* ------------------------------------------------------------ texts */

static void a_key_says_what_it_is(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "read", 0);
    char *bad = apr_pstrdup(ctx->pool, text);
    size_t i;

    assert_int_equal(strlen(text), 56);
    assert_int_equal(strncmp(text, OA2_APIKEY_PREFIX, 5), 0);
    assert_non_null(check(ctx, text));
    for (i = 0; i < strlen(text); i++) {
        char kept = bad[i];

        bad[i] = kept == 'A' ? 'B' : 'A';
        assert_null(check(ctx, bad));
        bad[i] = kept;
    }
    assert_null(check(ctx, ""));
    assert_null(check(ctx, "oa2k_"));
}

/* A miss is counted by who then asks the database. */
static apr_uint64_t misses(const oa2_ctx_t *ctx)
{
    oa2_counts_t counts;

    oa2_counter_sum(&counts, ctx->counter);
    return counts.cache_misses[OA2_CACHE_TOKENS];
}

static void garbage_asks_no_database(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "read", 0);

    ctx->counter = oa2_counter_init(
        apr_pcalloc(ctx->pool, oa2_counter_size(1)), 1);
    assert_null(check(ctx, apr_pstrcat(
        ctx->pool, OA2_APIKEY_PREFIX, oa2_random_text(ctx->pool, 32),
        "AAAAAAAA", NULL)));
    assert_true(misses(ctx) == 0);
    assert_non_null(check(ctx, text));
    assert_true(misses(ctx) == 1);
    assert_non_null(check(ctx, text));
    assert_true(misses(ctx) == 1);
}

static void a_name_goes_with_a_key(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *ann = add(NULL, ctx, "ann", NULL, "", 0);
    const char *app = add(NULL, ctx, NULL, "app", "", 0);

    assert_non_null(check_named(ctx, ann, "ann"));
    assert_non_null(check_named(ctx, ann, "ANN"));
    assert_non_null(check_named(ctx, ann, ""));
    assert_null(check_named(ctx, ann, "bob"));
    assert_null(check_named(ctx, ann, "\xff"));
    assert_non_null(check_named(ctx, app, "app"));
    assert_non_null(check_named(ctx, app, ""));
    /* RFC 6749 appendix A.1: client IDs are compared exactly */
    assert_null(check_named(ctx, app, "APP"));
}

static void several_are_malformed(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "", 0);
    const oa2_apikey_sent_t two[] = {
        { text, NULL, 1 },
        { apr_pstrcat(ctx->pool, text, ", ", text, NULL), NULL, 0 },
    };
    oa2_apikey_t *key;
    size_t i;

    for (i = 0; i < UNIT_COUNT(two); i++)
        assert_ptr_equal(oa2_apikey_check(&key, ctx, &two[i])->kind,
                         &oa2_invalid_request);
}

static void problems(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    char *long_name = apr_palloc(ctx->pool, 102);
    size_t i;
    const struct {
        oa2_apikey_t key;
        const char *may;
        const char *problem;            /* a part of it; NULL: none */
    } rows[] = {
        { { .name = "cron", .scope = "read" }, NULL, NULL },
        { { .name = "cron", .scope = "" }, NULL, NULL },
        { { .name = "", .scope = "read" }, NULL, "give the key a name" },
        { { .name = long_name, .scope = "" }, NULL, "at most 100 bytes" },
        { { .name = "a\nb", .scope = "" }, NULL, "one line" },
        { { .name = "\xff", .scope = "" }, NULL, "one line" },
        { { .name = "a", .scope = "re\"ad" }, NULL, "cannot be a scope" },
        { { .name = "a", .scope = "read fly" }, NULL, NULL },
        { { .name = "a", .scope = "read write" }, "read", "\"write\"" },
        { { .name = "a", .scope = "read" }, "", "there is none" },
        { { .name = "a", .scope = "read" }, "read write", NULL },
        { { .name = "a", .scope = "", .expires = FIXTURE_NOW }, NULL,
          "expired already" },
        { { .name = "a", .scope = "", .expires = FIXTURE_NOW + 1 }, NULL,
          NULL },
    };

    memset(long_name, 'a', 101);
    long_name[101] = '\0';
    for (i = 0; i < UNIT_COUNT(rows); i++) {
        const char *problem = oa2_apikey_problem(ctx, &rows[i].key,
                                                 rows[i].may);

        if (!rows[i].problem)
            assert_null(problem);
        else
            assert_non_null(strstr(problem, rows[i].problem));
    }
}

/* ------------------------------------------------------------ subjects */

static void a_users_key_acts_as_the_user(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *id;
    oa2_apikey_t *key = check(ctx, add(&id, ctx, "ann", NULL, "read", 60));
    oa2_subject_t subject;
    oa2_user_t *ann;

    fixture_good(oa2_user_find(&ann, ctx, "ann"));
    oa2_subject_of_key(&subject, key);
    assert_int_equal(subject.by, OA2_BY_KEY);
    assert_string_equal(subject.user, "ann");
    assert_string_equal(subject.sub, ann->sub);
    assert_null(subject.client_id);
    assert_string_equal(subject.key_id, id);
    assert_string_equal(subject.scope, "read");
    assert_true(subject.expires == ctx->now + 60);
    assert_true(oa2_subject_is_issued(&subject));
}

static void a_clients_key_acts_as_the_client(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_apikey_t *key = check(ctx, add(NULL, ctx, NULL, "app", "read", 0));
    oa2_subject_t subject;

    oa2_subject_of_key(&subject, key);
    assert_null(subject.user);
    assert_null(subject.sub);
    assert_string_equal(subject.client_id, "app");
    assert_string_equal(oa2_subject_name(&subject, ctx->pool), "client:app");
    assert_true(subject.expires == 0);
}

/* ------------------------------------------------------------ what ends it */

static void it_ends_when_it_expires(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "read", 60);
    const char *lasting = add(NULL, ctx, "ann", NULL, "read", 0);
    apr_int64_t removed;

    assert_non_null(check(ctx, text));
    ctx->now += 60;
    assert_null(check(ctx, text));
    fixture_good(oa2_purge(&removed, ctx, 10));
    assert_int_equal(removed, 1);
    assert_int_equal(list(ctx, "ann", NULL, NULL, 9)->nelts, 1);
    ctx->now += 100 * 365 * APR_INT64_C(86400);
    assert_non_null(check(ctx, lasting));
}

/* Each, warm in the cache, is refused by the next request. */
static void it_ends_with_what_it_hangs_on(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *anns = add(NULL, ctx, "ann", NULL, "read", 0);
    const char *apps = add(NULL, ctx, NULL, "app", "read", 0);
    int done;

    assert_non_null(check(ctx, anns));
    assert_non_null(check(ctx, apps));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 1));
    assert_null(check(ctx, anns));
    assert_non_null(check(ctx, apps));
    fixture_good(oa2_user_set_disabled(&done, ctx, "ann", 0));
    assert_non_null(check(ctx, anns));
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 1));
    assert_null(check(ctx, apps));
    fixture_good(oa2_client_set_disabled(&done, ctx, "app", 0));
    assert_non_null(check(ctx, apps));
    fixture_good(oa2_user_remove(&done, ctx, "ann"));
    assert_null(check(ctx, anns));
    fixture_good(oa2_client_remove(&done, ctx, "app"));
    assert_null(check(ctx, apps));
    /* others of the same names are somebody else */
    fixture_store_user(ctx, "ann");
    fixture_store_client(ctx, "app");
    assert_null(check(ctx, anns));
    assert_null(check(ctx, apps));
    assert_int_equal(list(ctx, NULL, NULL, NULL, 9)->nelts, 0);
}

static void a_password_or_signing_out_does_not_end_it(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *anns = add(NULL, ctx, "ann", NULL, "read", 0);
    int done;

    fixture_good(oa2_user_set_password(&done, ctx, "ann", "x"));
    assert_non_null(check(ctx, anns));
    fixture_good(oa2_user_end_sessions(&done, ctx, "ann"));
    assert_non_null(check(ctx, anns));
}

static void a_client_that_may_less_has_keys_that_may_less(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_client_t *client;
    const char *text;
    int done;

    fixture_good(oa2_client_find(&client, ctx, "app"));
    client->scope = "read write";
    fixture_good(oa2_client_update(&done, ctx, client));
    text = add(NULL, ctx, NULL, "app", "write read", 0);
    assert_string_equal(check(ctx, text)->scope, "write read");
    client->scope = "read";
    fixture_good(oa2_client_update(&done, ctx, client));
    assert_string_equal(check(ctx, text)->scope, "read");
}

static void it_is_revoked_by_its_owner_only(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *id, *apps_id;
    const char *text = add(&id, ctx, "ann", NULL, "read", 0);
    const char *apps = add(&apps_id, ctx, NULL, "app", "read", 0);
    int done;

    assert_non_null(check(ctx, text));
    assert_non_null(check(ctx, apps));
    fixture_good(oa2_apikey_take_back(&done, ctx, id, "bob", NULL));
    assert_false(done);
    fixture_good(oa2_apikey_take_back(&done, ctx, id, NULL, "app"));
    assert_false(done);
    fixture_good(oa2_apikey_take_back(&done, ctx, apps_id, "ann", NULL));
    assert_false(done);
    assert_non_null(check(ctx, text));
    fixture_good(oa2_apikey_take_back(&done, ctx, id, "ann", NULL));
    assert_true(done);
    assert_null(check(ctx, text));
    fixture_good(oa2_apikey_take_back(&done, ctx, id, "ann", NULL));
    assert_false(done);
    /* an administrator: whosever */
    fixture_good(oa2_apikey_take_back(&done, ctx, apps_id, NULL, NULL));
    assert_true(done);
    assert_null(check(ctx, apps));
}

static void all_of_an_owner_are_revoked(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *one = add(NULL, ctx, "ann", NULL, "", 0);
    const char *two = add(NULL, ctx, "ann", NULL, "", 0);
    const char *bobs = add(NULL, ctx, "bob", NULL, "", 0);
    const char *apps = add(NULL, ctx, NULL, "app", "", 0);
    int count;

    assert_non_null(check(ctx, one));
    assert_non_null(check(ctx, two));
    fixture_good(oa2_apikey_take_back_all(&count, ctx, "ann", NULL));
    assert_int_equal(count, 2);
    assert_null(check(ctx, one));
    assert_null(check(ctx, two));
    assert_non_null(check(ctx, bobs));
    assert_non_null(check(ctx, apps));
    fixture_good(oa2_apikey_take_back_all(&count, ctx, NULL, "app"));
    assert_int_equal(count, 1);
    assert_null(check(ctx, apps));
}

/* ------------------------------------------------------------ the rest */

static void what_is_for_keys_no_more_is_cut(void **state)
{
    oa2_ctx_t ctx = *ctx_of(state);
    oa2_settings_t *settings = fixture_settings(ctx.pool);
    oa2_apikey_t key = { .user = "ann", .name = "x", .scope = "read write" };
    const char *text = oa2_apikey_new(ctx.pool);
    oa2_apikey_put_t put;
    int i;

    ctx.settings = settings;
    for (i = 0; i < settings->scopes->nelts; i++)
        APR_ARRAY_IDX(settings->scopes, i, oa2_scope_row_t).is_for_keys = 1;
    fixture_good(oa2_apikey_add(&put, &ctx, &key, text));
    assert_string_equal(check(&ctx, text)->scope, "read write");
    text = oa2_apikey_new(ctx.pool);
    key.is_own = 1;
    fixture_good(oa2_apikey_add(&put, &ctx, &key, text));
    assert_string_equal(check(&ctx, text)->scope, "read write");
    for (i = 0; i < settings->scopes->nelts; i++) {
        oa2_scope_row_t *row = &APR_ARRAY_IDX(settings->scopes, i,
                                              oa2_scope_row_t);

        row->is_for_keys = strcmp(row->name, "read") == 0;
    }
    /* remembered, and anew */
    assert_string_equal(check(&ctx, text)->scope, "read");
    assert_string_equal(check(&ctx, text)->scope, "read");
}

static void an_owner_has_so_many(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_apikey_t key = { .user = "ann", .name = "x", .scope = "" };
    oa2_apikey_put_t put;
    const char *text = oa2_apikey_new(ctx->pool);
    int i;

    for (i = 0; i < OA2_APIKEYS_MOST; i++)
        add(NULL, ctx, "ann", NULL, "", 0);
    fixture_good(oa2_apikey_add(&put, ctx, &key, text));
    assert_int_equal(put, OA2_APIKEY_TOO_MANY);
    add(NULL, ctx, "bob", NULL, "", 0);
    key.user = "nobody";
    fixture_good(oa2_apikey_add(&put, ctx, &key, text));
    assert_int_equal(put, OA2_APIKEY_NO_OWNER);
    key.user = NULL;
    key.client_id = "nothing";
    fixture_good(oa2_apikey_add(&put, ctx, &key, text));
    assert_int_equal(put, OA2_APIKEY_NO_OWNER);
}

static void lists_are_by_key(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *ids[5];
    apr_array_header_t *keys;
    int i;

    for (i = 0; i < 5; i++) {
        add(&ids[i], ctx, i == 2 ? NULL : "ann", i == 2 ? "app" : NULL, "",
            0);
        ctx->now++;
    }
    keys = list(ctx, NULL, NULL, NULL, 9);
    assert_int_equal(keys->nelts, 5);
    for (i = 0; i < 5; i++)
        assert_string_equal(APR_ARRAY_IDX(keys, i, oa2_apikey_t).id,
                            ids[4 - i]);
    keys = list(ctx, "ann", NULL, NULL, 2);
    assert_int_equal(keys->nelts, 2);
    keys = list(ctx, "ann", NULL, ids[3], 9);
    assert_int_equal(keys->nelts, 2);
    assert_string_equal(APR_ARRAY_IDX(keys, 0, oa2_apikey_t).id, ids[1]);
    assert_string_equal(APR_ARRAY_IDX(keys, 0, oa2_apikey_t).user, "ann");
    assert_string_equal(APR_ARRAY_IDX(keys, 0, oa2_apikey_t).name, "backup");
    keys = list(ctx, NULL, "app", NULL, 9);
    assert_int_equal(keys->nelts, 1);
    assert_string_equal(APR_ARRAY_IDX(keys, 0, oa2_apikey_t).client_id,
                        "app");
    assert_int_equal(list(ctx, "bob", NULL, NULL, 9)->nelts, 0);
}

static apr_int64_t used(oa2_ctx_t *ctx)
{
    return APR_ARRAY_IDX(list(ctx, "ann", NULL, NULL, 1), 0,
                         oa2_apikey_t).used;
}

/* Noted by the first use of an hour, and by none of the others. */
static void its_last_use_is_noted_by_the_hour(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "", 0);
    apr_int64_t first = ctx->now;

    assert_true(used(ctx) == 0);
    assert_non_null(check(ctx, text));
    assert_true(used(ctx) == first);
    ctx->now = first + OA2_APIKEY_USED - 1;
    assert_non_null(check(ctx, text));
    assert_true(used(ctx) == first);
    ctx->now = first + OA2_APIKEY_USED;
    assert_non_null(check(ctx, text));
    assert_true(used(ctx) == ctx->now);
}

static void it_is_of_one_realm(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *id;
    const char *text = add(&id, ctx, "ann", NULL, "read", 0);
    oa2_ctx_t other = *ctx;
    const char *theirs;
    int done;

    other.realm = 7;
    assert_non_null(check(ctx, text));
    assert_null(check(&other, text));
    fixture_good(oa2_apikey_take_back(&done, &other, id, NULL, NULL));
    assert_false(done);
    fixture_store_user(&other, "ann");
    theirs = add(NULL, &other, "ann", NULL, "read", 0);
    assert_string_equal(check(&other, theirs)->user, "ann");
    assert_null(check(ctx, theirs));
    assert_int_equal(list(&other, NULL, NULL, NULL, 9)->nelts, 1);
    assert_int_equal(list(ctx, NULL, NULL, NULL, 9)->nelts, 1);
    assert_int_equal(list(&other, "ann", NULL, NULL, 9)->nelts, 1);
}

/* The tokens' cache holds both, and neither is taken for the other. */
static void a_key_is_no_token(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    const char *text = add(NULL, ctx, "ann", NULL, "read", 0);
    oa2_code_t *code = fixture_store_code(ctx, "app", "ann");
    oa2_token_t *token = fixture_store_token(ctx, code, 0, 600);
    unsigned char digest[OA2_KEY_LEN];
    oa2_apikey_t *key;
    oa2_token_t *found;
    int first;

    fixture_good(oa2_code_spend(&first, ctx, code, token, NULL));
    assert_non_null(check(ctx, text));
    oa2_sha256(digest, text, strlen(text));
    assert_null(oa2_token_recall(ctx, digest));
    fixture_good(oa2_token_find(&found, ctx,
                                oa2_digest_text(ctx->pool, text)));
    assert_null(found);
    fixture_good(oa2_token_find(&found, ctx, token->digest));
    assert_non_null(found);
    fixture_good(oa2_apikey_find(&key, ctx, token->digest));
    assert_null(key);
}

static void it_is_in_the_audit_trail(void **state)
{
    oa2_ctx_t *ctx = ctx_of(state);
    oa2_audit_t audit = { ctx->pool, NULL };
    const oa2_audit_entry_t *entry;
    const char *id, *line, *text;
    oa2_audit_origin_t origin = { 0 };
    oa2_settings_t *settings = fixture_settings(ctx->pool);
    int done;

    ctx->audit = &audit;
    ctx->settings = settings;
    text = add(&id, ctx, "ann", NULL, "read", 60);
    fixture_good(oa2_apikey_take_back(&done, ctx, id, NULL, NULL));
    assert_int_equal(audit.entries->nelts, 2);
    entry = &APR_ARRAY_IDX(audit.entries, 0, oa2_audit_entry_t);
    assert_string_equal(entry->event->name, "apikey.added");
    assert_string_equal(entry->user, "ann");
    line = oa2_audit_line(ctx, entry, &origin);
    assert_non_null(strstr(line, id));
    assert_null(strstr(line, text));
    entry = &APR_ARRAY_IDX(audit.entries, 1, oa2_audit_entry_t);
    assert_string_equal(entry->event->name, "apikey.revoked");
    ctx->audit = NULL;
    ctx->settings = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_says_what_it_is),
        TEST(garbage_asks_no_database),
        TEST(a_name_goes_with_a_key),
        TEST(several_are_malformed),
        TEST(problems),
        TEST(a_users_key_acts_as_the_user),
        TEST(a_clients_key_acts_as_the_client),
        TEST(it_ends_when_it_expires),
        TEST(it_ends_with_what_it_hangs_on),
        TEST(a_password_or_signing_out_does_not_end_it),
        TEST(a_client_that_may_less_has_keys_that_may_less),
        TEST(it_is_revoked_by_its_owner_only),
        TEST(all_of_an_owner_are_revoked),
        TEST(what_is_for_keys_no_more_is_cut),
        TEST(an_owner_has_so_many),
        TEST(lists_are_by_key),
        TEST(its_last_use_is_noted_by_the_hour),
        TEST(it_is_of_one_realm),
        TEST(a_key_is_no_token),
        TEST(it_is_in_the_audit_trail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
