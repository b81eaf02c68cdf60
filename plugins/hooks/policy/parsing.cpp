// SPDX-License-Identifier: Apache-2.0
#include "parsing.hpp"

#include <dlfcn.h>

#include <exception>

#include <nlohmann/json.hpp>

#include "common/child_process.hpp"
#include "facts_json.hpp"
#include "read_statement.hpp"

namespace garboard::policy {
namespace {

using hooks::ChildProcess;
using nlohmann::json;

// Each costs a new process; whoever makes it crash more often is not read by it any more.
constexpr int most_crashes = 8;

// Beside the file that this is in.
std::string worker_path() {
  Dl_info info{};
  static const char here = 0;
  if (dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return "garboard-policy-worker";
  const std::string file = info.dli_fname;
  return file.substr(0, file.rfind('/') + 1) + "garboard-policy-worker";
}

bool is_values_insert(std::string_view sql, const Facts& facts) {
  if (facts.kind != Kind::insert) return false;
  for (const Token& token : tokens_of(sql.substr(0, 4096), Dialect::other)) {
    if (token.kind == Token::Kind::word && token.text == "values") return true;
    if (token.kind == Token::Kind::word && token.text == "select") return false;
  }
  return false;
}

Facts by_words(const SqlText& text, Dialect dialect) {
  Facts facts = read_statement(text.sql, dialect);
  // more rows of literals change nothing
  if (text.is_cut && !is_values_insert(text.sql, facts))
    facts.unread = "it is longer than what is shown of it";
  return facts;
}

class Worker {
 public:
  Worker(const std::vector<SqlText>& texts, const WorkerLimits& limits, std::vector<Facts>& facts)
      : texts_(texts), limits_(limits), facts_(facts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].is_cut)
        facts_[i] = by_words(texts[i], Dialect::postgres);
      else if (texts[i].sql.size() > limits.max_statement_bytes)
        leave_to_words(i, "it is longer than max_statement_kb");
      else
        open_.push_back(i);
    }
  }

  void run() {
    for (int crashes = 0; next_ < open_.size(); ++crashes) {
      if (crashes == most_crashes) return give_up("the parser has crashed too often");
      std::string why;
      try {
        why = run_once();
      } catch (const std::exception& unexpected) {
        return give_up(std::string("the parser cannot be started: ") + unexpected.what());
      }
      if (next_ < open_.size()) leave_to_words(open_[next_++], why);
    }
  }

 private:
  // Why the statement at next_ has no answer; nothing to say when all have.
  std::string run_once() {
    std::string input;
    for (std::size_t i = next_; i < open_.size(); ++i)
      input +=
          json(texts_[open_[i]].sql).dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    ChildProcess child({worker_path(), std::to_string(limits_.memory_mb)}, input);
    for (; next_ < open_.size(); ++next_) {
      const auto deadline = ChildProcess::Clock::now() + limits_.timeout;
      const auto answer = child.line(deadline);
      if (!answer)
        return ChildProcess::Clock::now() < deadline ? "the parser crashed on it"
                                                     : "the parser took too long";
      const json facts = json::parse(*answer);
      // what its grammar refuses may be newer than it: then the words decide
      facts_[open_[next_]] = facts.contains("error")
                                 ? by_words(texts_[open_[next_]], Dialect::postgres)
                                 : facts_from_json(facts);
    }
    return {};
  }

  void leave_to_words(std::size_t index, const std::string& why) {
    facts_[index] = by_words(texts_[index], Dialect::postgres);
    facts_[index].unread = why;
  }

  void give_up(const std::string& why) {
    for (; next_ < open_.size(); ++next_) leave_to_words(open_[next_], why);
  }

  const std::vector<SqlText>& texts_;
  const WorkerLimits& limits_;
  std::vector<Facts>& facts_;
  std::vector<std::size_t> open_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<Facts> parse(const std::vector<SqlText>& texts, Dialect dialect,
                         const WorkerLimits& limits) {
  std::vector<Facts> facts(texts.size());
  if (dialect == Dialect::postgres) {
    Worker(texts, limits, facts).run();
  } else {
    for (std::size_t i = 0; i < texts.size(); ++i) facts[i] = by_words(texts[i], dialect);
  }
  return facts;
}

}  // namespace garboard::policy
