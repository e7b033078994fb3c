/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - what the pages of one's own account have in common.
 */
#ifndef OA2_ENDPOINT_ACCOUNT_FRAME_H
#define OA2_ENDPOINT_ACCOUNT_FRAME_H

#include "endpoint/sheet.h"

/* oa2_sheet_model(), and the way from each of them to the others. */
cJSON *oa2_frame_model(oa2_call_t *call);

#endif
