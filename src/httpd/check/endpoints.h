/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints.h - where endpoints are, and TLS.
 */
#ifndef OA2_HTTPD_CHECK_ENDPOINTS_H
#define OA2_HTTPD_CHECK_ENDPOINTS_H

#include "httpd/check/places.h"

/* Warnings only. */
void oa2_check_endpoints(const oa2_places_t *places);

#endif
