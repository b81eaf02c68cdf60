// SPDX-License-Identifier: Apache-2.0
// garboard-policy-worker MEMORY_MB: reads PostgreSQL's statements from its input, each as a JSON
// string on a line, and answers each with a line: its facts, or {"error":".."}. It is a process of
// its own because libpg_query can crash on what it is given, and holds a memory limit for the same.
#include <pg_query.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "facts_json.hpp"
#include "tree_reader.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GARBOARD_WIDE_ADDRESSES 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GARBOARD_WIDE_ADDRESSES 1
#endif

namespace {

using nlohmann::json;

// AddressSanitizer reserves terabytes of addresses, which this limit would refuse.
void limit_memory([[maybe_unused]] long megabytes) {
#ifndef GARBOARD_WIDE_ADDRESSES
  const auto bytes = static_cast<rlim_t>(megabytes) << 20U;
  const rlimit memory{bytes, bytes};
  setrlimit(RLIMIT_AS, &memory);
#endif
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

json facts_of(const std::string& sql) {
  struct Free {
    void operator()(PgQueryParseResult* result) const { pg_query_free_parse_result(*result); }
  };
  PgQueryParseResult parsed = pg_query_parse(sql.c_str());
  const std::unique_ptr<PgQueryParseResult, Free> owner(&parsed);
  if (parsed.error != nullptr) return {{"error", parsed.error->message}};
  return garboard::policy::to_json(garboard::policy::read_tree(json::parse(parsed.parse_tree)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  // out of memory, the library tells its whole allocation; whoever asked is told by the end of it
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 2;
  limit_memory(std::strtol(argv[1], nullptr, 10));
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << facts_of(json::parse(line).get<std::string>())
                     .dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
    // a crash must not take along what is answered
    std::cout.flush();
  }
  return 0;
}
