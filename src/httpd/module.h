/* SPDX-License-Identifier: Apache-2.0 */
/* module.h - the module's record, for the files that log and find their
   configuration by it. */
#ifndef OA2_HTTPD_MODULE_H
#define OA2_HTTPD_MODULE_H

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>

extern module AP_MODULE_DECLARE_DATA oauth2_api_module;
APLOG_USE_MODULE(oauth2_api);

#endif
