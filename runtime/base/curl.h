/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRASTC_BASE_CURL_H
#define CONTRASTC_BASE_CURL_H

#include <curl/curl.h>

#include "runtime/base/err.h"

/*
 * libcurl, loaded when it is first needed: most runs open no connection, and
 * it is larger than the whole compiler.  NULL with *err: it is not there.
 */
struct rt_curl {
#define CURL_FN(name) __typeof__(&curl_##name) name;
#include "runtime/base/curl.def"
#undef CURL_FN
};
const struct rt_curl *rt_curl_load(struct rt_err *err);

#endif
