// SPDX-License-Identifier: Apache-2.0
#include "policy.hpp"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/event.hpp"
#include "config.hpp"
#include "custom.hpp"
#include "live.hpp"
#include "parsing.hpp"
#include "rules.hpp"
#include "situation.hpp"
#include "suppression.hpp"

namespace garboard::policy {
namespace {

using nlohmann::json;

// One before_run event.
class Review {
 public:
  Review(const json& event, const std::string& config)
      : data_(event.at("data")),
        today_(event.value("time", "").substr(0, 10)),
        config_(read_config(config, data_.at("run").value("environment", ""))),
        dialect_(dialect_of(data_.at("database").value("dialect", ""),
                            data_.at("database").value("serverVersion", ""))),
        live_(dialect_) {}

  sdk::Answer answer() {
    const std::vector<std::size_t> ends = read_statements();
    live_.load(tables());
    place(ends);
    Inspection(run_, dialect_, config_, live_, findings_).all();
    apply_custom(config_, run_, live_,
                 {{"run", data_.at("run")}, {"database", data_.at("database")}}, findings_);
    apply_suppressions(directives_, config_, today_, findings_);
    report_trouble();
    return written();
  }

 private:
  // Where each migration's statements end.
  std::vector<std::size_t> read_statements() {
    std::vector<SqlText> texts;
    std::vector<std::size_t> ends;
    for (const json& migration : data_.value("migrations", json::array())) {
      for (const json& statement : migration.value("statements", json::array())) {
        const bool is_shown = statement.contains("sql");
        sql_.push_back(std::make_unique<std::string>(statement.value("sql", "")));
        texts.push_back({*sql_.back(), statement.value("isCut", false) || !is_shown});
        read_place(migration, statement);
      }
      if (migration.value("statementsLeftOut", 0) > 0) {
        sql_.push_back(std::make_unique<std::string>());
        texts.push_back({*sql_.back(), true});
        read_place(migration, json::object());
      }
      ends.push_back(run_.size());
    }
    std::vector<Facts> facts = parse(texts, dialect_, config_.worker);
    for (std::size_t i = 0; i < run_.size(); ++i) run_[i].facts = std::move(facts[i]);
    return ends;
  }

  void read_place(const json& migration, const json& statement) {
    Place& place = run_.emplace_back().place;
    place.migration = migration.value("id", "");
    place.phase = migration.value("phase", "any");
    place.is_down = migration.value("direction", "up") == "down";
    place.number = statement.value("number", std::uint64_t{0});
    place.file = statement.value("file", migration.value("file", ""));
    place.line = statement.value("line", std::uint64_t{0});
    place.column = statement.value("column", std::uint64_t{0});
    for (const json& directive : statement.value("directives", json::array()))
      directives_.push_back({run_.size() - 1, directive.value("text", "")});
  }

  [[nodiscard]] std::vector<Name> tables() const {
    std::vector<Name> names;
    for (const Statement& statement : run_)
      if (statement.facts.kind != Kind::create_view && statement.facts.kind != Kind::alter_domain)
        names.insert(names.end(), statement.facts.tables.begin(), statement.facts.tables.end());
    return names;
  }

  void place(const std::vector<std::size_t>& ends) {
    Situation situation(dialect_, live_);
    std::size_t first = 0;
    std::size_t index = 0;
    for (const json& migration : data_.value("migrations", json::array())) {
      const std::size_t last = ends[index++];
      situation.place(run_, first, last,
                      {migration.value("isOneTransaction", false),
                       migration.value("lockTimeoutMs", std::uint64_t{0}) > 0});
      first = last;
    }
  }

  // A question that the database refused leaves a rule without its facts.
  void report_trouble() {
    if (live_.trouble().empty() || !config_.fails_closed || run_.empty()) return;
    findings_.push_back({"GEN207", std::min(Severity::error, config_.most),
                         "the database could not be asked: " + live_.trouble(),
                         "Rules that need to know what is there could not be sure.",
                         "Give the user of the run the right to read the catalog.", 0,
                         std::nullopt});
  }

  [[nodiscard]] json written(const Finding& finding) const {
    json out{{"rule", finding.rule},
             {"severity", name_of(finding.severity)},
             {"message", finding.message}};
    if (!finding.why.empty()) out["why"] = finding.why;
    if (!finding.safe.empty()) out["safe"] = finding.safe;
    if (finding.statement < run_.size()) {
      const Place& place = run_[finding.statement].place;
      out["migration"] = place.migration;
      if (place.number != 0) out["statement"] = place.number;
      if (!place.file.empty()) out["file"] = place.file;
      if (place.line != 0) out["line"] = place.line;
      if (place.column != 0) out["column"] = place.column;
    }
    if (!finding.suppressed) return out;
    out["suppressed"]["reason"] = finding.suppressed->reason;
    if (!finding.suppressed->until.empty()) out["suppressed"]["until"] = finding.suppressed->until;
    return out;
  }

  [[nodiscard]] sdk::Answer written() const {
    sdk::Answer answer;
    json list = json::array();
    for (const Finding& finding : findings_) {
      list.push_back(written(finding));
      if (finding.suppressed) continue;
      const int verdict = finding.severity == Severity::error     ? GBD_DENY
                          : finding.severity == Severity::warning ? GBD_WARN
                                                                  : GBD_ALLOW;
      answer.verdict = std::max(answer.verdict, verdict);
    }
    if (!list.empty())
      answer.findings_json =
          json{{"findings", list}}.dump(-1, ' ', false, json::error_handler_t::replace);
    return answer;
  }

  const json& data_;
  std::string today_;
  Config config_;
  Dialect dialect_;
  Live live_;
  std::vector<std::unique_ptr<std::string>> sql_;
  std::vector<Statement> run_;
  std::vector<Directive> directives_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string Policy::describe() {
  return R"({"events":)" GARBOARD_POLICY_EVENTS R"(,"configSchema":)" + config_schema() + "}";
}

std::unique_ptr<Policy> Policy::create(std::string_view config) {
  (void)read_config(config, {});
  return std::unique_ptr<Policy>(new Policy(config));
}

sdk::Answer Policy::event(std::string_view event_json) {
  const hooks::Event event = hooks::read_event(event_json);
  if (event.name != "before_run") return {};
  return Review(event.envelope, config_).answer();
}

}  // namespace garboard::policy
