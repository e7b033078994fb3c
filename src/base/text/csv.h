/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - tables as comma-separated values, RFC 4180, for people who open them
 * in a spreadsheet.
 */
#ifndef OA2_BASE_TEXT_CSV_H
#define OA2_BASE_TEXT_CSV_H

#include <apr_pools.h>

/* RFC 4180 section 3; the first line names the columns. */
#define OA2_CSV_TYPE "text/csv; charset=utf-8; header=present"

/*
 * One record, with the CRLF that ends it (section 2); NULL: an empty field.
 * A spreadsheet takes a field that begins with one of "=+-@", a tab or a
 * carriage return for a formula, which whoever wrote it could have the reader's
 * machine obey: such a one has an apostrophe in front.
 */
const char *oa2_csv_record(const char *const *fields, int count,
                           apr_pool_t *pool);

#endif
