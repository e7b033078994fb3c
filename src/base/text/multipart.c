/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.c - see multipart.h
 *
 * Left out: filename* (RFC 7578 section 4.2: "MUST NOT be used"), _charset_
 * (section 4.6: our pages are UTF-8, and so is what they send), multipart/mixed
 * (section 4.3, deprecated) and Content-Transfer-Encoding (section 4.7,
 * deprecated).  What one of them would change is refused, not guessed.
 */
#include "base/text/multipart.h"

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#include "base/text/encode.h"

#define BOUNDARY_MAX 70
#define LINES_MAX 8                     /* of one part's header */

typedef struct {
    oa2_params_t *params;
    apr_array_header_t *files;
    apr_pool_t *pool;
    const char *delimiter;              /* CR LF "--" boundary */
    apr_size_t delimiter_len;
    const char *at;                     /* what is left of the body */
    const char *end;
    apr_size_t text;                    /* bytes of fields until now */
} form_t;

typedef struct {
    const char *field;
    const char *file;                   /* NULL: a field, not a file */
    int is_named;                       /* has a Content-Disposition */
} part_t;

static oa2_err_t *bad(const form_t *form, const char *said)
{
    return oa2_err_make(form->pool, &oa2_invalid_request, OA2_ID(1710), said,
                        NULL);
}

static oa2_err_t *bad_header(const form_t *form, const char *said)
{
    return oa2_err_make(form->pool, &oa2_invalid_request, OA2_ID(1711), said,
                        NULL);
}

static oa2_err_t *too_much(const form_t *form, const char *said)
{
    return oa2_err_make(form->pool, &oa2_invalid_request, OA2_ID(1712), said,
                        NULL);
}

/* ------------------------------------------------------------ words */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

/* RFC 9110 section 5.6.2 */
static apr_size_t token_len(const char *at)
{
    apr_size_t len = 0;

    while (apr_isalnum(at[len])
           || (at[len] && strchr("!#$%&'*+-.^_`|~", at[len])))
        len++;
    return len;
}

/*
 * Browsers write '"' in it as %22 and a backslash as it is (HTML, "multipart/
 * form-data"); others escape both (RFC 2045).  So only before a quote does a
 * backslash escape.  NULL: it never ends.
 */
static const char *take_quoted(const char **value, const char *at,
                               apr_pool_t *pool)
{
    char *text = apr_palloc(pool, strlen(at) + 1);
    char *to = text;

    for (at++; *at && *at != '"'; at++) {
        if (at[0] == '\\' && at[1] == '"')
            at++;
        *to++ = *at;
    }
    *to = '\0';
    *value = text;
    return *at ? at + 1 : NULL;
}

/*
 * ; name=value, quoted or not: at stands at the semicolon.  Where it ends, with
 * the blanks behind it; NULL: it is none.
 */
static const char *take_parameter(const char **name, const char **value,
                                  const char *at, apr_pool_t *pool)
{
    apr_size_t len;

    if (*at != ';') return NULL;
    at = skip_blanks(at + 1);
    len = token_len(at);
    if (!len || at[len] != '=') return NULL;
    *name = apr_pstrmemdup(pool, at, len);
    at += len + 1;
    if (*at == '"') {
        at = take_quoted(value, at, pool);
    }
    else {
        len = token_len(at);
        *value = apr_pstrmemdup(pool, at, len);
        at = len ? at + len : NULL;
    }
    return at ? skip_blanks(at) : NULL;
}

/* RFC 2046 section 5.1.1: bchars, and no blank at the end. */
static int is_boundary(const char *text)
{
    apr_size_t len = strlen(text);
    apr_size_t i;

    if (!len || len > BOUNDARY_MAX || text[len - 1] == ' ') return 0;
    for (i = 0; i < len; i++) {
        if (!apr_isalnum(text[i]) && !strchr("'()+_,-./:=? ", text[i]))
            return 0;
    }
    return 1;
}

const char *oa2_multipart_boundary(const char *type, apr_pool_t *pool)
{
    static const char form[] = "multipart/form-data";
    const char *found = NULL;
    const char *name;
    const char *value;

    if (!type || strncasecmp(type, form, sizeof(form) - 1) != 0) return NULL;
    type = skip_blanks(type + sizeof(form) - 1);
    while (*type) {
        type = take_parameter(&name, &value, type, pool);
        if (!type) return NULL;
        if (strcasecmp(name, "boundary") != 0) continue;
        if (found) return NULL;
        found = value;
    }
    return found && is_boundary(found) ? found : NULL;
}

/* ------------------------------------------------------------ header */

static int has_control(const char *text)
{
    for (; *text; text++) {
        if (apr_iscntrl(*text)) return 1;
    }
    return 0;
}

/* RFC 7578 section 4.2 */
static oa2_err_t *read_disposition(part_t *part, const char *at,
                                   const form_t *form)
{
    static const char type[] = "form-data";
    const char *name;
    const char *value;

    if (part->is_named)
        return bad_header(form, "A part has two Content-Dispositions.");
    part->is_named = 1;
    if (strncasecmp(at, type, sizeof(type) - 1) != 0)
        return bad_header(form, "A part is not form-data.");
    at = skip_blanks(at + sizeof(type) - 1);
    while (*at) {
        at = take_parameter(&name, &value, at, form->pool);
        if (!at)
            return bad_header(form, "The Content-Disposition of a part "
                              "cannot be read.");
        if (strcasecmp(name, "name") == 0 && !*part->field)
            part->field = value;
        else if (strcasecmp(name, "filename") == 0 && !part->file)
            part->file = value;
        else
            return bad_header(form, "The Content-Disposition of a part has "
                              "more than one name and one filename.");
    }
    return NULL;
}

static oa2_err_t *read_line(part_t *part, char *line, const form_t *form)
{
    apr_size_t len = token_len(line);
    char *value = line + len + 1;
    char *end;

    /* A folded line begins with a blank, which is no name either. */
    if (!len || line[len] != ':')
        return bad_header(form, "A header line of a part is no name, colon "
                          "and value.");
    line[len] = '\0';
    while (is_blank(*value))
        value++;
    for (end = value + strlen(value); end > value && is_blank(end[-1]);)
        *--end = '\0';
    if (has_control(value) || !oa2_utf8_is_valid(value, strlen(value)))
        return bad_header(form, "A header line of a part is not UTF-8, or "
                          "has control characters.");
    if (strcasecmp(line, "Content-Disposition") == 0)
        return read_disposition(part, value, form);
    if (strcasecmp(line, "Content-Transfer-Encoding") == 0
        && strcasecmp(value, "7bit") != 0 && strcasecmp(value, "8bit") != 0
        && strcasecmp(value, "binary") != 0)
        return bad_header(form, "A part is encoded: send its bytes as they "
                          "are.");
    if (strcasecmp(line, "Content-Type") == 0
        && strncasecmp(value, "multipart/", 10) == 0)
        return bad_header(form, "A part is made of parts: send each file as "
                          "a part of its own.");
    return NULL;
}

/* NULL: there is none before end. */
static const char *line_end(const char *at, const char *end)
{
    const char *cr = memchr(at, '\r', (apr_size_t)(end - at));

    return cr && end - cr >= 2 && cr[1] == '\n' ? cr : NULL;
}

/* To the empty line that ends it. */
static oa2_err_t *read_header(part_t *part, form_t *form)
{
    const char *most = form->end - form->at > OA2_MULTIPART_HEADER
        ? form->at + OA2_MULTIPART_HEADER : form->end;
    int lines;

    for (lines = 0; lines <= LINES_MAX; lines++) {
        const char *end = line_end(form->at, most);
        const char *start = form->at;

        if (!end)
            break;
        form->at = end + 2;
        if (end == start) {
            if (*part->field) return NULL;
            return bad_header(form, "A part has no name.");
        }
        if (memchr(start, '\0', (apr_size_t)(end - start)))
            return bad_header(form, "A header line of a part holds NUL.");
        OA2_TRY(read_line(part, apr_pstrmemdup(form->pool, start,
                                               (apr_size_t)(end - start)),
                          form));
    }
    return too_much(form, "The header of a part does not end, or is longer "
                    "than it may be.");
}

/* ------------------------------------------------------------ parts */

static const char *find_delimiter(const form_t *form)
{
    const char *at = form->at;

    while ((apr_size_t)(form->end - at) >= form->delimiter_len) {
        at = memchr(at, '\r', (apr_size_t)(form->end - at)
                    - form->delimiter_len + 1);
        if (!at) return NULL;
        if (memcmp(at, form->delimiter, form->delimiter_len) == 0) return at;
        at++;
    }
    return NULL;
}

/*
 * Behind a delimiter: blanks and the end of the line, as RFC 2046 has it
 * ("transport padding"); or "--", and then the body ends too.
 */
static oa2_err_t *end_delimiter(int *is_last, form_t *form)
{
    const char *at = form->at;

    *is_last = form->end - at >= 2 && at[0] == '-' && at[1] == '-';
    if (*is_last)
        at += 2;
    while (at < form->end && is_blank(*at))
        at++;
    if (form->end - at >= 2 && at[0] == '\r' && at[1] == '\n')
        at += 2;
    else if (!*is_last)
        return bad(form, "A boundary between parts does not end its line.");
    form->at = at;
    if (*is_last && at != form->end)
        return bad(form, "There is something behind the last part.");
    return NULL;
}

static oa2_err_t *take_file(form_t *form, const part_t *part,
                            const char *bytes, apr_size_t len)
{
    oa2_file_t *file;

    /* HTML: an input without a file sends an empty one without a name. */
    if (!*part->file && !len) return NULL;
    if (form->files->nelts >= OA2_MULTIPART_FILES)
        return too_much(form, "There are too many files.");
    file = apr_array_push(form->files);
    file->field = part->field;
    file->name = part->file;
    file->bytes = (const unsigned char *)bytes;
    file->len = len;
    return NULL;
}

static oa2_err_t *take_field(form_t *form, const part_t *part,
                             const char *text, apr_size_t len)
{
    form->text += len + strlen(part->field);
    if (form->text > OA2_PARAMS_BYTES)
        return too_much(form, "The fields of the form are too long.");
    return oa2_params_put(form->params, part->field, text, len, form->pool);
}

static oa2_err_t *read_part(int *is_last, form_t *form)
{
    part_t part = { "", NULL, 0 };
    const char *start;
    const char *end;

    OA2_TRY(read_header(&part, form));
    start = form->at;
    /* An empty part's delimiter begins with the end of the header's last
       line. */
    form->at -= 2;
    end = find_delimiter(form);
    if (!end)
        return bad(form, "The form is not whole: its last boundary is "
                   "missing.");
    form->at = end + form->delimiter_len;
    if (end < start)
        end = start;
    OA2_TRY(end_delimiter(is_last, form));
    return part.file
        ? take_file(form, &part, start, (apr_size_t)(end - start))
        : take_field(form, &part, start, (apr_size_t)(end - start));
}

oa2_err_t *oa2_multipart_parse(oa2_params_t *params,
                               apr_array_header_t *files,
                               const char *boundary, const char *text,
                               apr_size_t len, apr_pool_t *pool)
{
    form_t form = {
        .params = params, .files = files, .pool = pool,
        .delimiter = apr_pstrcat(pool, "\r\n--", boundary, NULL),
        .at = text, .end = text + len
    };
    int parts;
    int is_last;

    form.delimiter_len = strlen(form.delimiter);
    /* The first one has no line before it that it could end. */
    if (len < form.delimiter_len - 2
        || memcmp(text, form.delimiter + 2, form.delimiter_len - 2) != 0)
        return bad(&form, "The form does not begin with its boundary.");
    form.at += form.delimiter_len - 2;
    OA2_TRY(end_delimiter(&is_last, &form));
    for (parts = 0; !is_last; parts++) {
        if (parts == OA2_PARAMS_MAX)
            return too_much(&form, "The form has too many parts.");
        OA2_TRY(read_part(&is_last, &form));
    }
    return NULL;
}
