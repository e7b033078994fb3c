/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_base_multipart.c - base/text/multipart: RFC 7578 and RFC 2046 section
 * 5.1, and what else may come.
 */
#include "unit/unit.h"

#include "base/text/multipart.h"

#define NAMED "Content-Disposition: form-data; name="
#define FIELD(name, value) "--x\r\n" NAMED #name "\r\n\r\n" value "\r\n"

typedef struct {
    oa2_params_t *params;
    apr_array_header_t *files;
} read_t;

/* Just its bytes, so that ASan sees a read behind them. */
static oa2_err_t *parse_bytes(read_t *out, const char *text, apr_size_t len,
                              apr_pool_t *pool)
{
    char *copy = malloc(len ? len : 1);
    oa2_err_t *err;
    int i;

    memcpy(copy, text, len);
    out->params = oa2_params_make(pool);
    out->files = apr_array_make(pool, 2, sizeof(oa2_file_t));
    err = oa2_multipart_parse(out->params, out->files, "x", copy, len, pool);
    /* A file's bytes are in the body; all else is a copy. */
    for (i = 0; i < out->files->nelts; i++) {
        oa2_file_t *file = &APR_ARRAY_IDX(out->files, i, oa2_file_t);

        file->bytes = apr_pmemdup(pool, file->bytes, file->len);
    }
    memset(copy, 'y', len);
    free(copy);
    return err;
}

static oa2_err_t *parse(read_t *out, const char *text, apr_pool_t *pool)
{
    return parse_bytes(out, text, strlen(text), pool);
}

static const oa2_file_t *file_of(const apr_array_header_t *files,
                                 const char *field)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        const oa2_file_t *file = &APR_ARRAY_IDX(files, i, oa2_file_t);

        if (strcmp(file->field, field) == 0) return file;
    }
    return NULL;
}

static void boundaries(void **state)
{
    static const struct {
        const char *type;
        const char *boundary;
    } rows[] = {
        { "multipart/form-data; boundary=----WebKitFormBoundaryAb12",
          "----WebKitFormBoundaryAb12" },
        { "Multipart/Form-Data;BOUNDARY=\"a b:c\"", "a b:c" },
        { "multipart/form-data; charset=utf-8; boundary=x", "x" },
        { NULL, NULL },
        { "multipart/form-data", NULL },
        { "multipart/form-data; boundary=", NULL },
        { "multipart/form-data; boundary=\"\"", NULL },
        { "multipart/form-data; boundary=\"a ", NULL },
        { "multipart/form-data; boundary=\"a \"", NULL },
        { "multipart/form-data; boundary=a; boundary=b", NULL },
        { "multipart/form-data; boundary=a b", NULL },
        { "multipart/form-data; boundary=\"a\tb\"", NULL },
        { "multipart/form-data; boundary=\"\xc3\xa4\"", NULL },
        { "multipart/form-data boundary=a", NULL },
        { "multipart/form-datax; boundary=a", NULL },
        { "multipart/mixed; boundary=a", NULL },
        { "application/x-www-form-urlencoded", NULL },
        { "multipart/form-data; boundary=12345678901234567890123456789012345"
          "67890123456789012345678901234567890",
          "1234567890123456789012345678901234567890123456789012345678901234"
          "567890" },
        { "multipart/form-data; boundary=12345678901234567890123456789012345"
          "678901234567890123456789012345678901", NULL },
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = oa2_multipart_boundary(rows[i].type, *state);

        if (rows[i].boundary)
            assert_string_equal(got, rows[i].boundary);
        else
            assert_null(got);
    }
}

static void fields_and_files(void **state)
{
    static const char body[] =
        FIELD("csrf", "abc") FIELD("text", "a\r\nb & c=d\r\n--\r\n--y")
        "--x  \r\ncontent-disposition:form-data; name=\"logo\"; "
        "filename=\"C:\\a \\\"b\\\".png\"\r\nContent-Type: image/png\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n\x89P\0\r\n--w\r\r\n"
        FIELD("empty", "")
        "--x\r\n" NAMED "other; filename=\"\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n";
    const oa2_file_t *file;
    read_t got;

    assert_null(parse_bytes(&got, body, sizeof(body) - 1, *state));
    assert_string_equal(oa2_params_get(got.params, "csrf"), "abc");
    assert_string_equal(oa2_params_get(got.params, "text"),
                        "a\r\nb & c=d\r\n--\r\n--y");
    assert_null(oa2_params_get(got.params, "empty"));
    assert_int_equal(oa2_params_count(got.params, "empty"), 1);
    assert_int_equal(oa2_params_count(got.params, "logo"), 0);
    assert_int_equal(got.files->nelts, 1);
    file = file_of(got.files, "logo");
    assert_string_equal(file->name, "C:\\a \"b\".png");
    assert_int_equal(file->len, 9);
    assert_memory_equal(file->bytes, "\x89P\0\r\n--w\r", 9);
    assert_null(file_of(got.files, "other"));
    /* A form without a field is one. */
    assert_null(parse(&got, "--x--", *state));
    assert_null(parse(&got, "--x--\r\n", *state));
    /* A file that is empty but has a name is one. */
    assert_null(parse(&got, "--x\r\n" NAMED "f; filename=a\r\n\r\n\r\n--x--",
                      *state));
    assert_int_equal(file_of(got.files, "f")->len, 0);
}

/* long: a table */
static void what_is_refused(void **state)
{
    static const struct {
        const char *body;
        int id;
    } rows[] = {
        { "", 1710 }, { "-", 1710 }, { "--x", 1710 }, { "--x\r\n", 1712 },
        { "--x-", 1710 }, { "--y--", 1710 }, { "--xx--", 1710 },
        { "preamble\r\n" FIELD("a", "b") "--x--", 1710 },
        { "\r\n" FIELD("a", "b") "--x--", 1710 },
        { FIELD("a", "b") "--x--\r\nepilogue", 1710 },
        { FIELD("a", "b") "--x--x", 1710 },
        { FIELD("a", "b") "--x--\r\n" FIELD("c", "d") "--x--", 1710 },
        { FIELD("a", "b"), 1710 },
        { "--x\r\n" NAMED "a\r\n\r\nb", 1710 },
        { "--x\r\n" NAMED "a\r\n\r\nb\n--x--", 1710 },
        { "--x\r\n" NAMED "a\r\n\r\nb\r\n--xy\r\n--x--", 1710 },
        { "--x\n" NAMED "a\n\nb\n--x--", 1710 },
        { "--x\r\n" NAMED "a\n\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\n", 1712 },
        /* no header, no name, no value */
        { "--x\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\nContent-Type: text/plain\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--", 1711 },
        { FIELD("", "b") "--x--", 1711 },
        { "--x\r\n" NAMED "\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "\"a\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "\"a\\\"\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "\"a\"b\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a; \r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\nContent-Disposition: file; name=a\r\n\r\nb\r\n--x--",
          1711 },
        { "--x\r\nContent-Disposition: form-datax; name=a\r\n\r\n\r\n--x--",
          1711 },
        /* twice, or in two ways */
        { "--x\r\n" NAMED "a; name=b\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\n" NAMED "b\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a; filename=b; filename=c\r\n\r\n\r\n--x--",
          1711 },
        { "--x\r\n" NAMED "a; filename*=utf-8''c\r\n\r\nb\r\n--x--", 1711 },
        /* what is deprecated, and would change what is read */
        { "--x\r\n" NAMED "a\r\nContent-Transfer-Encoding: base64\r\n\r\n"
          "Yg==\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\nContent-Type: Multipart/mixed; boundary=y"
          "\r\n\r\n--y--\r\n--x--", 1711 },
        /* lines */
        { "--x\r\n" NAMED "a;\r\n filename=b\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\nX\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\nX : y\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\rX: y\r\n\r\nb\r\n--x--", 1712 },
        { "--x\r\n" NAMED "a\x01\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "\xff\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a; filename=\"\xc3\"\r\n\r\nb\r\n--x--", 1711 },
        { "--x\r\n" NAMED "a\r\nA: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5\r\n"
          "A: 6\r\nA: 7\r\nA: 8\r\n\r\nb\r\n--x--", 1712 },
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        read_t got;
        oa2_err_t *err = parse(&got, rows[i].body, *state);

        if (!err || err->id != rows[i].id)
            print_error("%s\n", rows[i].body);
        assert_non_null(err);
        assert_int_equal(err->id, rows[i].id);
        assert_ptr_equal(err->kind, &oa2_invalid_request);
    }
}

static void nul_and_what_is_not_utf8(void **state)
{
    static const char in_header[] =
        "--x\r\n" NAMED "a\0; filename=b\r\n\r\nb\r\n--x--";
    static const char in_value[] = FIELD("a", "b\0c") "--x--";
    read_t got;

    assert_int_equal(parse_bytes(&got, in_header, sizeof(in_header) - 1,
                                 *state)->id, 1711);
    /* A field's value is judged with the rows, as everywhere. */
    assert_null(parse_bytes(&got, in_value, sizeof(in_value) - 1, *state));
    assert_int_equal(oa2_params_check_encoding(got.params, NULL,
                                               *state)->id, 1003);
    assert_null(parse(&got, FIELD("a", "\xff") "--x--", *state));
    assert_string_equal(oa2_params_check_encoding(got.params, NULL,
                                                  *state)->said,
                        "a is not UTF-8.");
}

static const char *many(int count, const char *part, apr_pool_t *pool)
{
    const char *body = "";

    while (count-- > 0)
        body = apr_pstrcat(pool, body, part, NULL);
    return apr_pstrcat(pool, body, "--x--", NULL);
}

static void limits(void **state)
{
    const char *file = "--x\r\n" NAMED "a; filename=f\r\n\r\nb\r\n";
    const char *empty = "--x\r\n" NAMED "a; filename=\"\"\r\n\r\n\r\n";
    char *big = apr_pcalloc(*state, OA2_PARAMS_BYTES + 1);
    char *header = apr_pcalloc(*state, OA2_MULTIPART_HEADER + 1);
    read_t got;

    assert_null(parse(&got, many(100, FIELD("a", "b"), *state), *state));
    assert_int_equal(parse(&got, many(101, FIELD("a", "b"), *state),
                           *state)->id, 1712);
    assert_null(parse(&got, many(OA2_MULTIPART_FILES, file, *state),
                      *state));
    assert_int_equal(parse(&got, many(OA2_MULTIPART_FILES + 1, file, *state),
                           *state)->id, 1712);
    assert_int_equal(parse(&got, many(101, empty, *state), *state)->id,
                     1712);
    memset(big, 'x', OA2_PARAMS_BYTES);
    assert_int_equal(parse(&got, apr_pstrcat(*state, "--x\r\n" NAMED
                                             "a\r\n\r\n", big, "\r\n--x--",
                                             NULL), *state)->id, 1712);
    assert_null(parse(&got, apr_pstrcat(*state, "--x\r\n" NAMED
                                        "a\r\n\r\n", big + 1, "\r\n--x--",
                                        NULL), *state));
    /* A file may be as large as the body. */
    assert_null(parse(&got, apr_pstrcat(*state, "--x\r\n" NAMED
                                        "a; filename=b\r\n\r\n", big,
                                        "\r\n--x--", NULL), *state));
    assert_int_equal(file_of(got.files, "a")->len,
                     OA2_PARAMS_BYTES);
    memset(header, 'x', OA2_MULTIPART_HEADER);
    assert_int_equal(parse(&got, apr_pstrcat(*state, "--x\r\n" NAMED "a\r\n"
                                             "X: ", header, "\r\n\r\nb\r\n"
                                             "--x--", NULL), *state)->id,
                     1712);
    /* A name is as long as any parameter's. */
    header[200] = '\0';
    assert_int_equal(parse(&got, apr_pstrcat(*state, "--x\r\n" NAMED, header,
                                             "\r\n\r\nb\r\n--x--", NULL),
                           *state)->id, 1004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(boundaries),
        UNIT_TEST(fields_and_files),
        UNIT_TEST(what_is_refused),
        UNIT_TEST(nul_and_what_is_not_utf8),
        UNIT_TEST(limits),
    };

    return cmocka_run_group_tests_name("base/multipart", tests, NULL, NULL);
}
