// SPDX-License-Identifier: Apache-2.0
#include "custom.hpp"

#include <fnmatch.h>

#include <algorithm>

#include <garboard/hook.hpp>
#include <nlohmann/json.hpp>

#include "common/child_process.hpp"
#include "facts_json.hpp"
#include "situation.hpp"

namespace garboard::policy {
namespace {

using hooks::ChildProcess;
using nlohmann::json;

constexpr std::size_t longest_answer = std::size_t{4} << 20U;

// A glob with a '.' is about the name with its schema.
bool is_matched(const std::vector<std::string>& globs, const Name& table) {
  return std::any_of(globs.begin(), globs.end(), [&table](const std::string& glob) {
    const std::string name = glob.find('.') == std::string::npos ? table.name : display(table);
    return fnmatch(glob.c_str(), name.c_str(), 0) == 0;
  });
}

bool is_matched(const CustomRule& rule, const Statement& statement) {
  const auto& tables = statement.facts.tables;
  return (rule.kinds.empty() || rule.kinds.contains(name_of(statement.facts.kind))) &&
         (rule.phases.empty() || std::find(rule.phases.begin(), rule.phases.end(),
                                           statement.place.phase) != rule.phases.end()) &&
         (rule.tables.empty() ||
          std::any_of(tables.begin(), tables.end(),
                      [&rule](const Name& table) { return is_matched(rule.tables, table); }));
}

// What a program is given of one statement.
json document_of(const Statement& statement) {
  const Place& place = statement.place;
  json out = to_json(statement.facts);
  out.update({{"migration", place.migration},
              {"statement", place.number},
              {"file", place.file},
              {"line", place.line},
              {"phase", place.phase},
              {"direction", place.is_down ? "down" : "up"},
              {"isInTransaction", place.is_in_transaction},
              {"isCreatedHere", place.is_created_here}});
  for (const TableLock& lock : place.locks)
    out["locks"].push_back({{"table", display(lock.table)}, {"lock", name_of(lock.lock)}});
  return out;
}

class Application {
 public:
  Application(const CustomRule& rule, const Config& config, const std::vector<Statement>& run,
              std::vector<Finding>& findings)
      : rule_(rule), config_(config), run_(run), findings_(findings) {
    for (std::size_t i = 0; i < run.size(); ++i)
      if (is_matched(rule, run[i])) matched_.push_back(i);
  }

  void apply(Live& live, const json& about) {
    if (matched_.empty() || rule_.severity == Severity::off) return;
    if (!rule_.exec.empty()) return ask_program(about);
    for (const std::size_t index : matched_) {
      if (rule_.assert_sql.empty())
        report(index, rule_.message, rule_.severity);
      else
        ask_database(live, index);
    }
  }

 private:
  void report(std::size_t index, const std::string& message, Severity severity) {
    findings_.push_back({rule_.id, std::min(severity, config_.most), message, rule_.why, rule_.safe,
                         index, std::nullopt});
  }
  void report_trouble(std::size_t index, const std::string& what) {
    report(index, "it could not be checked: " + what,
           config_.fails_closed ? Severity::error : Severity::warning);
  }

  void ask_database(Live& live, std::size_t index) {
    const bool is_about_table = rule_.assert_sql.find("{table}") != std::string::npos;
    if (!is_about_table) return ask_database(live, index, rule_.assert_sql);
    for (const Name& table : run_[index].facts.tables) {
      if (!rule_.tables.empty() && !is_matched(rule_.tables, table)) continue;
      std::string sql = rule_.assert_sql;
      const std::string name = live.quoted(table);
      for (std::size_t at = 0; (at = sql.find("{table}", at)) != std::string::npos;
           at += name.size())
        sql.replace(at, 7, name);
      ask_database(live, index, sql);
    }
  }

  void ask_database(Live& live, std::size_t index, const std::string& sql) {
    const auto rows = live.ask(sql);
    if (live.is_offline()) return;
    if (!rows || rows->empty() || rows->front().empty())
      return report_trouble(index, rows ? "no row came back" : live.trouble());
    const std::string answer = rows->front().front().value_or("");
    if (answer != "t" && answer != "true" && answer != "1")
      report(index, rule_.message, rule_.severity);
  }

  void ask_program(const json& about) {
    json document = about;
    document["version"] = 1;
    for (const std::size_t index : matched_)
      document["statements"].push_back(document_of(run_[index]));
    try {
      const auto deadline = ChildProcess::Clock::now() + rule_.timeout;
      ChildProcess child(rule_.exec, document.dump(-1, ' ', false, json::error_handler_t::replace));
      const auto answer = child.output(longest_answer, deadline);
      const auto end = answer ? child.end(deadline) : std::nullopt;
      if (!answer || !end)
        return report_trouble(matched_.front(),
                              rule_.exec.front() + " took too long or said too much");
      take(*answer, hooks::has_succeeded(*end));
    } catch (const sdk::Failure& problem) {
      report_trouble(matched_.front(), problem.message);
    }
  }

  void take(const std::string& answer, bool has_succeeded) {
    const std::size_t before = findings_.size();
    const bool is_empty = answer.find_first_not_of(" \t\r\n") == std::string::npos;
    bool is_understood = is_empty;
    try {
      if (!is_empty) is_understood = take_document(json::parse(answer));
    } catch (const json::exception&) {
      is_understood = false;
    }
    if (!is_understood)
      report_trouble(matched_.front(),
                     rule_.exec.front() + " answered something else than findings");
    else if (!has_succeeded && findings_.size() == before)
      report_trouble(matched_.front(), rule_.exec.front() + " failed and found nothing");
  }

  // {"findings":[..]}, {"verdict":"deny","message":".."}, or what conftest says
  bool take_document(const json& answer) {
    if (answer.is_array()) return take_conftest(answer);
    if (!answer.is_object()) return false;
    if (answer.contains("findings")) {
      for (const json& finding : answer["findings"]) take_finding(finding);
      return true;
    }
    const std::string verdict = answer.value("verdict", "");
    const std::string message = answer.value("message", rule_.message);
    if (verdict == "deny") report(matched_.front(), message, rule_.severity);
    if (verdict == "warn") report(matched_.front(), message, Severity::warning);
    return verdict == "deny" || verdict == "warn" || verdict == "allow";
  }

  void take_finding(const json& finding) {
    const std::string severity = finding.value("severity", "error");
    std::size_t index = matched_.front();
    for (const std::size_t i : matched_)
      if (run_[i].place.number == finding.value("statement", std::uint64_t{0}) &&
          run_[i].place.migration == finding.value("migration", run_[i].place.migration))
        index = i;
    report(index, finding.at("message").get<std::string>(),
           severity == "info"                            ? Severity::info
           : severity == "warning" || severity == "warn" ? Severity::warning
                                                         : rule_.severity);
  }

  bool take_conftest(const json& results) {
    for (const json& result : results) {
      for (const json& failure : result.value("failures", json::array()))
        report(matched_.front(), failure.at("msg").get<std::string>(), rule_.severity);
      for (const json& warning : result.value("warnings", json::array()))
        report(matched_.front(), warning.at("msg").get<std::string>(), Severity::warning);
    }
    return true;
  }

  const CustomRule& rule_;
  const Config& config_;
  const std::vector<Statement>& run_;
  std::vector<Finding>& findings_;
  std::vector<std::size_t> matched_;
};

}  // namespace

void apply_custom(const Config& config, const std::vector<Statement>& run, Live& live,
                  const json& about, std::vector<Finding>& findings) {
  for (const CustomRule& rule : config.custom)
    Application(rule, config, run, findings).apply(live, about);
}

}  // namespace garboard::policy
