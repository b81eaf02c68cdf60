// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/describe.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;
using model::Dialect;
using model::LexicalTraits;
using nlohmann::json;

enum class Need : bool { optional, required };

struct Trait {
  const char* key;
  bool LexicalTraits::*member;
};

constexpr std::array<Trait, 22> traits{{
    {"nestedComments", &LexicalTraits::has_nested_comments},
    {"hashComments", &LexicalTraits::has_hash_comments},
    {"needsSpaceAfterDashes", &LexicalTraits::needs_space_after_dashes},
    {"lineCommentEndsAtCr", &LexicalTraits::ends_line_comment_at_cr},
    {"executableComments", &LexicalTraits::has_executable_comments},
    {"dollarQuotes", &LexicalTraits::has_dollar_quotes},
    {"escapeStrings", &LexicalTraits::has_escape_strings},
    {"backslashEscapes", &LexicalTraits::has_backslash_escapes},
    {"doubleQuotedStrings", &LexicalTraits::has_double_quoted_strings},
    {"backtickIdentifiers", &LexicalTraits::has_backtick_identifiers},
    {"bracketIdentifiers", &LexicalTraits::has_bracket_identifiers},
    {"beginAtomic", &LexicalTraits::has_begin_atomic},
    {"compoundStatements", &LexicalTraits::has_compound_statements},
    {"triggerBodies", &LexicalTraits::has_trigger_bodies},
    {"delimiterCommand", &LexicalTraits::has_delimiter_command},
    {"copyFromStdin", &LexicalTraits::has_copy_from_stdin},
    {"metaCommands", &LexicalTraits::has_meta_commands},
    {"dollarInIdentifiers", &LexicalTraits::has_dollar_in_identifiers},
    {"ignoresByteOrderMarks", &LexicalTraits::ignores_byte_order_marks},
    {"verticalTabIsSpace", &LexicalTraits::has_vertical_tab_space},
    {"tclVariables", &LexicalTraits::has_tcl_variables},
    {"commentEndsAtEnd", &LexicalTraits::ends_comment_at_end},
}};

/// Reads the keys of one object and keeps the first problem; after it every value is a default.
class Reader {
 public:
  Reader(const json& object, std::string path, std::optional<Error>& problem)
      : object_(object), path_(std::move(path)), problem_(problem) {}

  void text(const char* key, std::string& into, Need need = Need::optional) {
    const json* value = find(key, need);
    if (value == nullptr) return;
    if (!value->is_string()) return complain(key, "must be a string");
    into = value->get_ref<const std::string&>();
    if (need == Need::required && into.empty()) complain(key, "must not be empty");
  }

  void flag(const char* key, bool& into) {
    const json* value = find(key, Need::optional);
    if (value == nullptr) return;
    if (!value->is_boolean()) return complain(key, "must be true or false");
    into = value->get<bool>();
  }

  void count(const char* key, std::size_t& into) {
    const json* value = find(key, Need::optional);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || *value == 0U || *value > 100'000U)
      return complain(key, "must be a number from 1 to 100000");
    into = value->get<std::size_t>();
  }

  void texts(const char* key, std::vector<std::string>& into, Need need = Need::optional) {
    const json* value = find(key, need);
    if (value == nullptr) return;
    if (!value->is_array()) return complain(key, "must be a list of strings");
    for (const json& entry : *value) {
      if (!entry.is_string()) return complain(key, "must be a list of strings");
      into.push_back(entry.get<std::string>());
    }
    if (need == Need::required && into.empty()) complain(key, "must not be empty");
  }

  /// Calls read(Reader&) for the object under `key`.
  template <class Read>
  void object(const char* key, Read read, Need need = Need::optional) {
    const json* value = find(key, need);
    if (value == nullptr) return;
    if (!value->is_object()) return complain(key, "must be an object");
    Reader inner(*value, path_ + key + ".", problem_);
    read(inner);
  }

  void complain(const char* key, const char* what) {
    if (!problem_)
      problem_ = Error{.code = Code::plugin,
                       .message = "its description is wrong: \"" + path_ + key + "\" " + what,
                       .hint = "ask the driver's author for a corrected build"};
  }

 private:
  const json* find(const char* key, Need need) {
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (need == Need::required) complain(key, "is missing");
    return nullptr;
  }

  const json& object_;
  std::string path_;
  std::optional<Error>& problem_;
};

void read_styles(Reader& reader, Dialect& dialect) {
  std::string placeholders = "question";
  reader.text("placeholders", placeholders);
  if (placeholders == "numbered") {
    dialect.placeholders = model::PlaceholderStyle::numbered;
  } else if (placeholders != "question") {
    reader.complain("placeholders", "must be \"numbered\" or \"question\"");
  }
  std::string quote(1, dialect.identifier_quote);
  reader.text("identifierQuote", quote);
  if (quote.size() == 1) {
    dialect.identifier_quote = quote.front();
  } else {
    reader.complain("identifierQuote", "must be one character");
  }
}

void read_lock(Reader& lock, Dialect& dialect) {
  std::string scope = "session";
  lock.text("scope", scope);
  if (scope == "begin") {
    dialect.lock_scope = model::LockScope::begin;
  } else if (scope != "session") {
    lock.complain("scope", "must be \"session\" or \"begin\"");
  }
  lock.object("transaction", [&dialect](Reader& transaction) {
    transaction.text("sql", dialect.transaction_lock, Need::required);
    transaction.text("busySqlstate", dialect.transaction_lock_busy, Need::required);
    transaction.text("probe", dialect.transaction_lock_probe);
  });
}

void read_ledger(Reader& ledger, Dialect& dialect) {
  ledger.texts("create", dialect.create_ledger, Need::required);
  ledger.text("check", dialect.check_ledger);
  ledger.text("now", dialect.now, Need::required);
  ledger.texts("missingTable", dialect.missing_table_sqlstates);
}

void read_seeds(Reader& seeds, model::SeedFacts& facts) {
  seeds.texts("create", facts.create, Need::required);
  seeds.text("columns", facts.columns, Need::required);
  seeds.text("foreignKeys", facts.foreign_keys, Need::required);
  seeds.text("copy", facts.copy);
  seeds.count("rowsPerInsert", facts.rows_per_insert);
  seeds.texts("stage", facts.stage, Need::required);
  seeds.texts("staged", facts.staged);
  seeds.text("dropStage", facts.drop_stage, Need::required);
  seeds.text("update", facts.update, Need::required);
  seeds.text("assignment", facts.assignment, Need::required);
  seeds.text("differs", facts.differs, Need::required);
}

}  // namespace

Result<Dialect> parse_describe(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object())
    return Error{.code = Code::plugin,
                 .message = "its description is not a JSON object",
                 .hint = "ask the driver's author for a corrected build"};
  Dialect dialect;
  std::optional<Error> problem;
  Reader reader(document, {}, problem);
  reader.text("name", dialect.name, Need::required);
  dialect.display_name = dialect.name;
  reader.text("displayName", dialect.display_name);
  read_styles(reader, dialect);
  reader.text("defaultSchema", dialect.default_schema);
  reader.flag("transactionalDdl", dialect.has_transactional_ddl);
  reader.flag("implicitCommit", dialect.has_implicit_commit);
  reader.texts("nonTransactional", dialect.non_transactional);
  reader.object("lexical", [&dialect](Reader& lexical) {
    for (const Trait& trait : traits) lexical.flag(trait.key, dialect.lexical.*trait.member);
  });
  reader.object("lock", [&dialect](Reader& lock) { read_lock(lock, dialect); });
  reader.object(
      "ledger", [&dialect](Reader& ledger) { read_ledger(ledger, dialect); }, Need::required);
  reader.text("lockTimeout", dialect.lock_timeout);
  reader.text("lockTimeoutReset", dialect.lock_timeout_reset);
  reader.text("statementTimeout", dialect.statement_timeout);
  reader.texts("sessionReset", dialect.session_reset);
  reader.object("seeds", [&dialect](Reader& seeds) { read_seeds(seeds, dialect.seeds); });
  if (problem) return *std::move(problem);
  return dialect;
}

}  // namespace garboard::plugin_host
