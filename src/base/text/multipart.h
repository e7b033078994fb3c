/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.h - a form with files: multipart/form-data, RFC 7578 on RFC 2046.
 *
 * The body is whole and in memory; whoever read it has bounded it.  Only what
 * browsers and curl write is taken: no text before the first part or behind
 * the last one, no part within a part, no encoding, no line that ends in a bare
 * LF.  So nobody in front of us can have read another form than we do.
 */
#ifndef OA2_BASE_TEXT_MULTIPART_H
#define OA2_BASE_TEXT_MULTIPART_H

#include <apr_tables.h>

#include "base/err.h"
#include "base/text/params.h"

#define OA2_MULTIPART_FILES 4           /* with something in them */
#define OA2_MULTIPART_HEADER 1024       /* bytes of one part's header lines */

typedef struct oa2_file_t {
    const char *field;                  /* the name of its field */
    const char *name;                   /* UTF-8 without control characters,
                                           as it was typed; a label, never to
                                           be opened; "": none */
    const unsigned char *bytes;         /* in the body that was parsed */
    apr_size_t len;                     /* 0: a file with nothing in it */
} oa2_file_t;

/* RFC 2046 section 5.1.1: 1 to 70 characters.  NULL: the Content-Type (NULL:
   none) is not multipart/form-data with one good boundary. */
const char *oa2_multipart_boundary(const char *type, apr_pool_t *pool);
/*
 * Adds the fields to params, and the files to files (of oa2_file_t); a file
 * input that was left empty (no name, no bytes) is no file.  The limits of
 * params hold for the fields, and OA2_MULTIPART_FILES for the files.
 * invalid_request, else; it quotes nothing but a field's name.
 */
oa2_err_t *oa2_multipart_parse(oa2_params_t *params,
                               apr_array_header_t *files,
                               const char *boundary, const char *text,
                               apr_size_t len, apr_pool_t *pool);

#endif
