/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - files, directories and databases that servers name.
 */
#ifndef OA2_HTTPD_CHECK_FILES_H
#define OA2_HTTPD_CHECK_FILES_H

#include "httpd/check/trial.h"

void oa2_check_files(oa2_trial_t *trial);

#endif
