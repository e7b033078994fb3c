/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_template.c - base/text/template: mustache(5), and what we refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "base/text/template.h"

static int set_up(void **state)
{
    apr_pool_t *pool;

    if (apr_pool_create(&pool, NULL) != APR_SUCCESS) return -1;
    *state = pool;
    return 0;
}

static int tear_down(void **state)
{
    apr_pool_destroy(*state);
    return 0;
}

/* Partials of all tests: rows of name and text. */
static const char *const partials[][2] = {
    { "words", "{{name}} says" },
    { "plain", "[{{name}}]\n" },
    { "open", "{{#name}}" },
    { "self", "x{{> self}}" },
    { "ping", "{{> pong}}" },
    { "pong", "{{> ping}}" },
    { "wrap", "<{{> plain}}>" },
    { "bad", "one\n{{{name}}}" },
    { "deep10", "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}x"
               "{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}" },
};

static oa2_err_t *load(const char **text, const char **where, void *baton,
                       const char *name, apr_pool_t *pool)
{
    size_t i;

    if (baton)
        ++*(int *)baton;
    for (i = 0; i < sizeof(partials) / sizeof(partials[0]); i++) {
        if (strcmp(partials[i][0], name) != 0) continue;
        *text = partials[i][1];
        *where = apr_pstrcat(pool, "p/", name, NULL);
        return NULL;
    }
    return oa2_err_make(pool, &oa2_server_error, 1, NULL, "no \"%s\"", name);
}

typedef struct {
    const char *says;
    const char *text;
    const char *model;
    const char *out;
} render_row_t;

static const char model[] =
    "{\"name\":\"Ann\",\"empty\":\"\",\"none\":null,\"yes\":true,\"no\":false,"
    "\"zero\":0,\"n\":42,\"neg\":-7,\"half\":0.5,\"big\":1e300,"
    "\"list\":[1,2,3],\"void\":[],\"object\":{},"
    "\"o\":{\"name\":\"Bob\",\"p\":{\"q\":\"deep\"}},"
    "\"rows\":[{\"name\":\"r1\",\"v\":[\"a\",\"b\"]},{\"v\":[]}],"
    "\"a-b_9\":\"odd\",\"Name\":\"case\"}";

static const render_row_t rows[] = {
    { "text alone", "plain } }} { text", NULL, "plain } }} { text" },
    { "nothing", "", NULL, "" },
    { "a value", "Hi {{name}}!", NULL, "Hi Ann!" },
    { "space in a tag", "{{ \n\tname }}", NULL, "Ann" },
    { "an absent value is nothing", "<{{nobody}}>", NULL, "<>" },
    { "null, a list and an object are nothing",
     "<{{none}}{{list}}{{o}}>", NULL, "<>" },
    { "truth values", "{{yes}} {{no}}", NULL, "true false" },
    { "whole numbers", "{{n}} {{neg}} {{zero}}", NULL, "42 -7 0" },
    { "a fraction", "{{half}}", NULL, "0.5" },
    { "names are case-sensitive", "{{Name}}{{NAME}}", NULL, "case" },
    { "all characters of a name", "{{a-b_9}}", NULL, "odd" },
    { "a dotted name", "{{o.name}} {{o.p.q}}", NULL, "Bob deep" },
    { "a dotted name that breaks off", "<{{o.x.q}}{{name.x}}{{list.0}}>", NULL,
     "<>" },
    { "a third closing brace is text", "{{name}}}", NULL, "Ann}" },

    { "escapes all five", "{{x}}", "{\"x\":\"a<b>&\\\"'c\"}",
     "a&lt;b&gt;&amp;&quot;&#39;c" },
    { "escapes what is escaped already", "{{x}}", "{\"x\":\"&lt;\"}",
     "&amp;lt;" },
    { "escapes {{.}}", "{{#x}}{{.}}{{/x}}", "{\"x\":[\"<\",\"'\"]}",
     "&lt;&#39;" },
    { "does not read values as templates", "{{x}}",
     "{\"x\":\"{{name}}{{{y}}}\"}", "{{name}}{{{y}}}" },
    { "leaves UTF-8 alone", "{{x}}", "{\"x\":\"\xC3\xA9\xF0\x9F\x98\x80\"}",
     "\xC3\xA9\xF0\x9F\x98\x80" },

    { "a true section", "{{#yes}}x{{/yes}}", NULL, "x" },
    { "false sections",
     "{{#no}}1{{/no}}{{#none}}2{{/none}}{{#empty}}3{{/empty}}"
     "{{#void}}4{{/void}}{{#nobody}}5{{/nobody}}", NULL, "" },
    { "0 and {} are true", "{{#zero}}a{{/zero}}{{#object}}b{{/object}}", NULL,
     "ab" },
    { "inverted", "{{^no}}1{{/no}}{{^none}}2{{/none}}{{^empty}}3{{/empty}}"
     "{{^void}}4{{/void}}{{^nobody}}5{{/nobody}}{{^yes}}6{{/yes}}"
     "{{^zero}}7{{/zero}}{{^list}}8{{/list}}", NULL, "12345" },
    { "a list", "{{#list}}<{{.}}>{{/list}}", NULL, "<1><2><3>" },
    { "an object opens its names", "{{#o}}{{name}} {{#p}}{{q}}{{/p}}{{/o}}",
     NULL, "Bob deep" },
    { "outer names are still seen", "{{#o}}{{n}}{{/o}}", NULL, "42" },
    { "the inner name hides the outer", "{{#rows}}{{name}},{{/rows}}", NULL,
     "r1,Ann," },
    { "a list in a list", "{{#rows}}({{#v}}{{.}}{{/v}}){{/rows}}", NULL,
     "(ab)()" },
    { "lists of lists", "{{#x}}[{{#.}}{{.}}{{/.}}]{{/x}}",
     "{\"x\":[[1,2],[],[3]]}", "[12][][3]" },
    { "a string opens a section of itself", "{{#name}}{{.}}{{/name}}", NULL,
     "Ann" },
    { "a dotted section", "{{#o.p}}{{q}}{{/o.p}}", NULL, "deep" },
    { "sections of one name", "{{#o}}{{#name}}{{.}}{{/name}}{{/o}}", NULL,
     "Bob" },

    { "comments", "a{{! no {{name}b }}c{{!\nlong\n}}d", NULL, "acd" },
    { "a section line goes with its break", "a\n{{#yes}}\nb\n{{/yes}}\nc\n",
     NULL, "a\nb\nc\n" },
    { "with space around it", "a\n  {{#yes}} \t\nb\n\t{{/yes}}\nc", NULL,
     "a\nb\nc" },
    { "with CRLF", "a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc", NULL,
     "a\r\nb\r\nc" },
    { "on the first and the last line", "{{#yes}}\nb\n{{/yes}}", NULL, "b\n" },
    { "inverted and comment lines too", "{{^no}}\n{{! x }}\n b\n{{/no}}\n",
     NULL, " b\n" },
    { "a comment of many lines", "a\n {{! x\ny }} \nb", NULL, "a\nb" },
    { "two tags on a line keep it", "{{#yes}}{{/yes}}\nx", NULL, "\nx" },
    { "text on the line keeps it", "a {{#yes}}\nb{{/yes}} \nc", NULL,
     "a \nb \nc" },
    { "a value keeps its line", " {{name}} \nx", NULL, " Ann \nx" },
    { "a bare CR is no line break", "{{#yes}}\rx{{/yes}}", NULL, "\rx" },

    { "a partial sees the context", "{{#o}}{{>plain}}{{/o}}", NULL, "[Bob]\n" },
    { "a partial on its line", "a\n  {{> plain }}\nb", NULL, "a\n[Ann]\nb" },
    { "a partial of words on its line", "a\n  {{> words }}\nb", NULL,
      "a\nAnn says\nb" },
    { "a partial in a line", "a {{> plain}} b", NULL, "a [Ann]\n b" },
    { "a partial in a partial, twice", "{{> wrap}}{{> plain}}{{> wrap}}", NULL,
     "<[Ann]\n>[Ann]\n<[Ann]\n>" },
    { "sixteen deep", "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{> deep10}}"
     "{{/a}}{{/a}}{{/a}}{{/a}}{{/a}}", "{\"a\":1}", "x" },
    { "a model that is no object", "<{{name}}{{.}}>", "\"a&b\"", "<a&amp;b>" },
    { "a list as the model", "{{#.}}{{.}};{{/.}}", "[1,2]", "1;2;" },
};

static void renders(void **state)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const render_row_t *row = &rows[i];
        const char *json = row->model ? row->model : model;
        oa2_template_t *template;
        const cJSON *value;
        const char *out;

        value = oa2_json_parse(json, strlen(json), *state);
        assert_non_null(value);
        assert_null(oa2_template_compile(&template, "t", row->text, load, NULL,
                                         *state));
        out = oa2_template_render(template, value, *state);
        if (strcmp(out, row->out) != 0) {
            fail_msg("%s: \"%s\", not \"%s\"", row->says, out, row->out);
        }
        /* Compiled once, rendered often. */
        assert_string_equal(oa2_template_render(template, value, *state), out);
    }
}

typedef struct {
    const char *text;
    const char *begins;         /* of the error */
} refuse_row_t;

static const refuse_row_t refused[] = {
    { "{{{name}}}", "t, line 1: cannot leave a value unescaped" },
    { "a\nb {{& name}}", "t, line 2: cannot leave a value unescaped" },
    { "\n\n{{=<% %>=}}", "t, line 3: cannot change the delimiters" },
    { "a\n{{name", "t, line 2: the tag that begins with" },
    { "{{", "t, line 1: the tag that begins with" },
    { "{{}", "t, line 1: the tag that begins with" },
    { "{{! never", "t, line 1: the tag that begins with" },
    { "{{}}", "t, line 1: \"\" is not a name" },
    { "{{ }}", "t, line 1: \"\" is not a name" },
    { "{{#}}{{/}}", "t, line 1: \"\" is not a name" },
    { "{{a b}}", "t, line 1: \"a b\" is not a name" },
    { "{{a.}}", "t, line 1: \"a.\" is not a name" },
    { "{{.a}}", "t, line 1: \".a\" is not a name" },
    { "{{a..b}}", "t, line 1: \"a..b\" is not a name" },
    { "{{..}}", "t, line 1: \"..\" is not a name" },
    { "{{ #a}}", "t, line 1: \"#a\" is not a name" },
    { "{{$a}}{{/a}}", "t, line 1: \"$a\" is not a name" },
    { "{{\xC3\xA9}}", "t, line 1: \"\xC3\xA9\" is not a name" },
    { "a\n{{#x}}\nb", "t, line 2: the section \"x\" is never closed" },
    { "{{#x}}{{^y}}{{/x}}{{/y}}", "t, line 1: {{/x}} cannot close the section "
     "\"y\" opened in line 1" },
    { "{{#x}}\n{{/y}}", "t, line 2: {{/y}} cannot close the section \"x\" "
     "opened in line 1" },
    { "\n{{/x}}", "t, line 2: {{/x}} closes a section that was not opened" },
    { "{{> no}}", "t, line 1: no \"no\"" },
    { "{{> ../x}}", "t, line 1: \"../x\" is not the name of a partial" },
    { "{{>}}", "t, line 1: \"\" is not the name of a partial" },
    { "{{> a..b}}", "t, line 1: \"a..b\" is not the name of a partial" },
    { "{{> a/.b}}", "t, line 1: \"a/.b\" is not the name of a partial" },
    { "{{> /a}}", "t, line 1: \"/a\" is not the name of a partial" },
    { "{{> a/}}", "t, line 1: \"a/\" is not the name of a partial" },
    { "x\n{{> self}}", "p/self, line 1: the partial \"self\" includes itself" },
    { "{{> ping}}", "p/pong, line 1: the partial \"ping\" includes itself" },
    { "{{> bad}}", "p/bad, line 2: cannot leave a value unescaped" },
    { "{{> open}}{{/name}}", "p/open, line 1: the section \"name\" is never "
     "closed" },
    { "{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{> deep10}}{{/a}}{{/a}}{{/a}}{{/a}}"
     "{{/a}}{{/a}}", "p/deep10, line 1: \"a\" is nested deeper than 16" },
    { "{{> deep10}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{#a}}{{> deep10}}{{/a}}{{/a}}"
     "{{/a}}{{/a}}{{/a}}{{/a}}", "t, line 1: \"deep10\" is nested deeper" },
};

static void refuses_with_name_and_line(void **state)
{
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const refuse_row_t *row = &refused[i];
        oa2_template_t *template = NULL;
        const oa2_err_t *err;

        err = oa2_template_compile(&template, "t", row->text, load, NULL,
                                   *state);
        if (!err)
            fail_msg("accepts \"%s\"", row->text);
        if (strncmp(err->meant, row->begins, strlen(row->begins)) != 0) {
            fail_msg("\"%s\": \"%s\"", row->text, err->meant);
        }
        assert_null(template);
        assert_ptr_equal(err->kind, &oa2_server_error);
    }
}

static void has_no_partials_without_a_loader(void **state)
{
    oa2_template_t *template;
    const oa2_err_t *err;

    err = oa2_template_compile(&template, "t", "{{> plain}}", NULL, NULL,
                               *state);
    assert_non_null(err);
    assert_non_null(strstr(err->meant, "there are no partials"));
}

static void loads_each_partial_once(void **state)
{
    oa2_template_t *template;
    int loads = 0;

    assert_null(oa2_template_compile(&template, "t", "{{> plain}}{{> wrap}}"
                                     "{{> plain}}{{> wrap}}", load, &loads,
                                     *state));
    assert_int_equal(loads, 2);
}

/* Neither the caller's text nor its model is needed any longer. */
static void keeps_a_copy(void **state)
{
    char text[] = "a {{name}} b";
    oa2_template_t *template;
    const char *out;
    cJSON *value;

    assert_null(oa2_template_compile(&template, "t", text, load, NULL,
                                     *state));
    memset(text, 'X', sizeof(text) - 1);
    value = cJSON_Parse("{\"name\":\"Ann\"}");
    out = oa2_template_render(template, value, *state);
    cJSON_Delete(value);
    assert_string_equal(out, "a Ann b");
}

static void shows_what_the_program_counts(void **state)
{
    oa2_template_t *template;
    cJSON *value = oa2_json_object(*state);

    oa2_json_put_number(value, "none", 0);
    oa2_json_put_number(value, "many", APR_INT64_C(9007199254740993));
    assert_null(oa2_template_compile(&template, "t", "{{none}} {{many}}",
                                     load, NULL, *state));
    assert_string_equal(oa2_template_render(template, value, *state),
                        "0 9007199254740993");
}

static void grows_as_far_as_needed(void **state)
{
    enum { COUNT = 200000 };
    oa2_template_t *template;
    cJSON *value = oa2_json_object(*state);
    cJSON *list = cJSON_AddArrayToObject(value, "list");
    char *big = apr_palloc(*state, COUNT + 1);
    const char *out;
    int i;

    memset(big, '<', COUNT);
    big[COUNT] = '\0';
    oa2_json_put_text(value, "big", big);
    for (i = 0; i < COUNT; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateTrue());
    }
    assert_null(oa2_template_compile(&template, "t", "{{big}}{{#list}}0123456"
                                     "789{{/list}}", load, NULL, *state));
    out = oa2_template_render(template, value, *state);
    assert_int_equal(strlen(out), COUNT * 4 + COUNT * 10);
    assert_memory_equal(out, "&lt;&lt;", 8);
    assert_string_equal(out + COUNT * 14 - 12, "890123456789");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(renders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_with_name_and_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(has_no_partials_without_a_loader,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(loads_each_partial_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(keeps_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shows_what_the_program_counts,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(grows_as_far_as_needed, set_up,
                                        tear_down),
    };
    int failed;

    apr_initialize();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    apr_terminate();
    return failed;
}
