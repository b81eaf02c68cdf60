// SPDX-License-Identifier: Apache-2.0
// libcurl, loaded when something is sent for the first time: it and what it needs take longer to
// load than a run with nothing to do takes in all.
#pragma once

#include <curl/curl.h>

namespace garboard::hooks {

struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

/// [thread-safe] Never unloaded. Throws sdk::Failure where there is no libcurl.
[[nodiscard]] const CurlLibrary& curl_library();

}  // namespace garboard::hooks
