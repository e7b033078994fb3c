/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_domain_audit.c - domain/site/audit and store/trail: what an entry is,
 * and how it is found again.
 */
#include "domain/person/export.h"
#include "domain/site/settings.h"
#include "domain/site/audit.h"
#include "store/purge.h"
#include "store/trail.h"
#include "unit/fixture_store.h"

#define MANY 30

typedef struct {
    fixture_t *fixture;
    oa2_ctx_t *ctx;
    oa2_settings_t settings;
    oa2_audit_t audit;
} trail_t;

static const oa2_audit_origin_t origin = { "192.0.2.1", "request-1", NULL };

static int setup(void **state)
{
    fixture_t *fixture = fixture_open();
    trail_t *trail = apr_pcalloc(fixture->pool, sizeof(*trail));

    trail->fixture = fixture;
    trail->ctx = fixture->ctx;
    trail->settings.realm = "the realm";
    trail->settings.audit_keep = 100;
    trail->audit.pool = fixture->pool;
    trail->ctx->settings = &trail->settings;
    trail->ctx->audit = &trail->audit;
    *state = trail;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(((trail_t *)*state)->fixture);
    return 0;
}

static void keep(trail_t *trail)
{
    fixture_good(oa2_audit_keep(trail->ctx, &origin, NULL));
    trail->audit.entries = NULL;
}

static int found(const trail_t *trail, const oa2_trail_query_t *query, int n)
{
    apr_array_header_t *rows;

    fixture_good(oa2_trail_list(&rows, trail->ctx, query, n));
    return rows->nelts;
}

static const char *line(const trail_t *trail)
{
    return oa2_audit_line(trail->ctx, &APR_ARRAY_IDX(
        trail->audit.entries, 0, oa2_audit_entry_t), &origin);
}

static void a_line_is_an_object(void **state)
{
    trail_t *trail = *state;
    const char *text;
    cJSON *json;

    oa2_audit(trail->ctx, &oa2_event_consent_given, "user", "a\"b\n\xc3\xa9",
              "scope", "read", "client", NULL, NULL);
    text = line(trail);
    assert_string_equal(strchr(text, '\n'), "\n");
    json = oa2_json_parse(text, strlen(text) - 1, trail->fixture->pool);
    assert_non_null(json);
    assert_string_equal(oa2_json_get_text(json, "event"), "consent.given");
    assert_string_equal(oa2_json_get_text(json, "level"), "info");
    assert_string_equal(oa2_json_get_text(json, "realm"), "the realm");
    assert_string_equal(oa2_json_get_text(json, "user"), "a\"b\n\xc3\xa9");
    assert_string_equal(oa2_json_get_text(json, "scope"), "read");
    assert_string_equal(oa2_json_get_text(json, "request"), "request-1");
    assert_null(oa2_json_get_text(json, "client"));
}

/* Of letters it is cut between two; of what JSON escapes, nearly all goes. */
static void a_long_one_is_cut(void **state)
{
    trail_t *trail = *state;
    char *letters = apr_pcalloc(trail->fixture->pool, 2001);
    char *controls = apr_pcalloc(trail->fixture->pool, 2001);
    const char *text;
    int i;

    for (i = 0; i < 2000; i += 2)
        memcpy(letters + i, "\xc3\xa9", 2);
    memset(controls, 1, 2000);
    letters[0] = 'a';
    letters[1] = 'b';
    oa2_audit(trail->ctx, &oa2_event_consent_given, "user", "ann", "scope",
              letters, NULL);
    text = line(trail);
    assert_true(strlen(text) < 800);
    assert_non_null(oa2_json_parse(text, strlen(text) - 1,
                                   trail->fixture->pool));
    trail->audit.entries = NULL;
    oa2_audit(trail->ctx, &oa2_event_consent_given, "user", controls, "scope",
              controls, NULL);
    text = line(trail);
    assert_true(strlen(text) <= OA2_AUDIT_LINE);
    assert_non_null(strstr(text, "\"cut\":true"));
    keep(trail);
}

static void rows_come_back_newest_first(void **state)
{
    trail_t *trail = *state;
    oa2_trail_query_t query = { .user = "ann" };
    apr_array_header_t *rows;
    const oa2_trail_t *row;
    int i;

    for (i = 0; i < MANY; i++)
        oa2_audit(trail->ctx, i % 3 ? &oa2_event_token_issued
                                    : &oa2_event_login_ok,
                  "user", i % 2 ? "ann" : "bob", "client", i % 3 ? "app"
                                                                 : NULL,
                  NULL);
    keep(trail);
    fixture_good(oa2_trail_list(&rows, trail->ctx, &query, 10));
    assert_int_equal(rows->nelts, 10);
    for (i = 1; i < rows->nelts; i++)
        assert_true(strcmp(APR_ARRAY_IDX(rows, i - 1, oa2_trail_t).id,
                           APR_ARRAY_IDX(rows, i, oa2_trail_t).id) > 0);
    row = &APR_ARRAY_IDX(rows, 9, oa2_trail_t);
    assert_string_equal(row->user, "ann");
    assert_string_equal(row->address, "192.0.2.1");
    assert_true(oa2_trail_time(row->id) > 0);
    query.before = row->id;
    assert_int_equal(found(trail, &query, 100), MANY / 2 - 10);
    query = (oa2_trail_query_t) { .client_id = "app" };
    assert_int_equal(found(trail, &query, 100), 20);
    query.user = "bob";
    assert_int_equal(found(trail, &query, 100), 10);
    oa2_audit(trail->ctx, &oa2_event_request_refused, "client", "app", NULL);
    keep(trail);
    query = (oa2_trail_query_t) { .client_id = "app",
                                  .event = OA2_TRAIL_REFUSED };
    assert_int_equal(found(trail, &query, 100), 1);
    query.client_id = "other";
    assert_int_equal(found(trail, &query, 100), 0);
    query = (oa2_trail_query_t) { .event = "login.ok" };
    assert_int_equal(found(trail, &query, 100), 10);
    query = (oa2_trail_query_t) { .since = apr_time_now() + 1000000 };
    assert_int_equal(found(trail, &query, 100), 0);
    query.since = apr_time_now() - apr_time_from_sec(600);
    assert_int_equal(found(trail, &query, 100), MANY + 1);
    query.until = query.since + 1;
    assert_int_equal(found(trail, &query, 100), 0);
    /* whatever ends first */
    query = (oa2_trail_query_t) { .until = oa2_trail_time(row->id) };
    assert_int_equal(found(trail, &query, 100), MANY - 19);
    query.before = row->id;
    assert_int_equal(found(trail, &query, 100), MANY - 19);
    query.until = apr_time_now() + 1000000;
    assert_int_equal(found(trail, &query, 100), MANY - 19);
}

/* The numbers of realms, and the digits in ids, are next to each other. */
static void realms_are_apart(void **state)
{
    static const apr_int64_t realms[] = { 0, 1, 6, 60, 65 };
    trail_t *trail = *state;
    oa2_trail_query_t query = { .user = NULL };
    unsigned i;

    for (i = 0; i < UNIT_COUNT(realms); i++) {
        trail->ctx->realm = realms[i];
        oa2_audit(trail->ctx, &oa2_event_login_ok, "user", "ann", NULL);
        keep(trail);
    }
    for (i = 0; i < UNIT_COUNT(realms); i++) {
        trail->ctx->realm = realms[i];
        query.user = NULL;
        assert_int_equal(found(trail, &query, 100), 1);
        query.user = "ann";
        assert_int_equal(found(trail, &query, 100), 1);
    }
}

/* The name was another person's before. */
static void an_export_begins_with_the_user(void **state)
{
    const trail_t *trail = *state;
    oa2_ctx_t *ctx = trail->ctx;
    apr_array_header_t *rows = apr_array_make(ctx->pool, 2,
                                              sizeof(oa2_trail_t));
    const oa2_user_t user = {
        .name = "dora", .sub = "dora", .created = 1000
    };
    const cJSON *events;
    cJSON *json;
    int i;

    for (i = 999; i <= 1000; i++) {
        oa2_trail_t *row = apr_array_push(rows);

        memset(row, 0, sizeof(*row));
        row->id = oa2_trail_id(apr_time_from_sec(i), ctx->pool);
        row->event = i == 1000 ? "login" : "old";
        row->level = "info";
        row->user = "dora";
        row->members = "{}";
    }
    fixture_good(oa2_trail_put(ctx, rows, ctx->now + 60));
    fixture_good(oa2_export_user(&json, ctx, &user));
    events = cJSON_GetObjectItemCaseSensitive(json, "events");
    assert_int_equal(cJSON_GetArraySize(events), 1);
    assert_string_equal(oa2_json_get_text(cJSON_GetArrayItem(events, 0),
                                          "event"), "login");
}

/* The limit is a multiple of what one statement reads. */
static void an_export_that_is_cut_says_so(void **state)
{
    const trail_t *trail = *state;
    oa2_ctx_t *ctx = trail->ctx;
    apr_array_header_t *rows = apr_array_make(ctx->pool, OA2_EXPORT_MOST,
                                              sizeof(oa2_trail_t));
    const oa2_trail_t row = {
        .event = "login", .level = "info", .user = "dora", .members = "{}"
    };
    const oa2_user_t user = { .name = "dora", .sub = "dora", .created = 1 };
    cJSON *json;
    int i;

    for (i = 0; i < OA2_EXPORT_MOST; i++) {
        oa2_trail_t *one = apr_array_push(rows);

        *one = row;
        one->id = oa2_trail_id(apr_time_from_sec(1000 + i), ctx->pool);
    }
    fixture_good(oa2_trail_put(ctx, rows, ctx->now + 60));
    fixture_good(oa2_export_user(&json, ctx, &user));
    assert_false(cJSON_HasObjectItem(json, "events_more"));
    rows->nelts = 1;
    APR_ARRAY_IDX(rows, 0, oa2_trail_t).id =
        oa2_trail_id(apr_time_from_sec(2), ctx->pool);
    fixture_good(oa2_trail_put(ctx, rows, ctx->now + 60));
    fixture_good(oa2_export_user(&json, ctx, &user));
    assert_int_equal(OA2_EXPORT_MOST, cJSON_GetArraySize(
        cJSON_GetObjectItemCaseSensitive(json, "events")));
    assert_true(cJSON_HasObjectItem(json, "events_more"));
}

static void they_expire(void **state)
{
    trail_t *trail = *state;
    oa2_trail_query_t query = { .user = NULL };
    apr_int64_t removed;

    oa2_audit(trail->ctx, &oa2_event_login_ok, "user", "ann", NULL);
    keep(trail);
    trail->ctx->now += 99;
    fixture_good(oa2_purge(&removed, trail->ctx, 100));
    assert_int_equal(found(trail, &query, 100), 1);
    trail->ctx->now += 1;
    fixture_good(oa2_purge(&removed, trail->ctx, 100));
    assert_int_equal(found(trail, &query, 100), 0);
    /* 0: none is put there */
    trail->settings.audit_keep = 0;
    oa2_audit(trail->ctx, &oa2_event_login_ok, "user", "ann", NULL);
    keep(trail);
    assert_int_equal(found(trail, &query, 100), 0);
}

/* Where nobody collects, nothing is noted, and nothing breaks. */
static void without_a_list(void **state)
{
    trail_t *trail = *state;

    trail->ctx->audit = NULL;
    oa2_audit(trail->ctx, &oa2_event_login_ok, "user", "ann", NULL);
    fixture_good(oa2_audit_keep(trail->ctx, &origin, NULL));
    assert_null(trail->audit.entries);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_is_an_object),
        TEST(a_long_one_is_cut),
        TEST(rows_come_back_newest_first),
        TEST(realms_are_apart),
        TEST(an_export_begins_with_the_user),
        TEST(an_export_that_is_cut_says_so),
        TEST(they_expire),
        TEST(without_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
