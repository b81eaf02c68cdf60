// SPDX-License-Identifier: Apache-2.0
#include "execution/script_outline.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/step_source.hpp"
#include "model/step_position.hpp"
#include "sql/without_literals.hpp"

namespace garboard::execution {

namespace {

constexpr std::uint64_t max_directive_text = std::uint64_t{8} << 20U;

/// A directive, and the line of its step's text that it stands on.
struct Marked {
  std::uint32_t line = 0;
  model::Directive directive;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// What a line says that is a comment and begins with "policy:"; empty for any other.
std::string_view directive_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("--") || line.starts_with("/*")) {
    line.remove_prefix(2);
  } else if (line.starts_with('#')) {
    line.remove_prefix(1);
  } else {
    return {};
  }
  line = trimmed(line);
  if (line.ends_with("*/")) line = trimmed(line.substr(0, line.size() - 2));
  return line.starts_with("policy:") ? line : std::string_view{};
}

/// Of a step that is too long to be looked through, or an operation: none.
std::vector<Marked> directives_of(const model::Step& step, ports::Files& files) {
  std::vector<Marked> found;
  if (step.kind == model::Step::Kind::operation) return found;
  const auto text = step_text(step, files, max_directive_text);
  if (!text || text->find("policy:") == std::string::npos) return found;
  std::string_view rest = *text;
  for (std::uint32_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const std::string_view said = directive_of(rest.substr(0, end)); !said.empty())
      found.push_back({line, {std::string(said), model::position_in_step(step, line, 1).line}});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

class Outliner {
 public:
  Outliner(ports::Files& files, const model::Dialect& dialect) : files_(files), dialect_(dialect) {}

  void add(const ScriptStatement& statement) {
    if (statement.step != step_) enter(*statement.step);
    if (outline_.statements.size() == model::ScriptOutline::max_statements) {
      ++outline_.left_out;
      return;
    }
    outline_.statements.push_back(outline_of(statement, dialect_));
    const auto lines =
        static_cast<std::uint32_t>(std::ranges::count(statement.template_text(), '\n'));
    for (; next_ < marked_.size() && marked_[next_].line <= statement.line + lines; ++next_)
      outline_.statements.back().directives.push_back(marked_[next_].directive);
  }

  model::ScriptOutline take() { return std::move(outline_); }

 private:
  void enter(const model::Step& step) {
    step_ = &step;
    marked_ = directives_of(step, files_);
    next_ = 0;
  }

  ports::Files& files_;
  const model::Dialect& dialect_;
  model::ScriptOutline outline_;
  const model::Step* step_ = nullptr;
  std::vector<Marked> marked_;
  std::size_t next_ = 0;
};

}  // namespace

model::OutlinedStatement outline_of(const ScriptStatement& statement,
                                    const model::Dialect& dialect) {
  const bool hides_numbers =
      statement.kind == sql::StatementKind::data || statement.kind == sql::StatementKind::copy_in;
  sql::Blanked blanked =
      sql::without_literals(statement.template_text(), dialect.lexical, hides_numbers,
                            model::ScriptOutline::max_statement_bytes);
  return {.number = statement.number,
          .sql = std::move(blanked.text),
          .is_cut = blanked.is_cut,
          .where = position_of(statement, 0)};
}

Result<model::ScriptOutline> outline_script(const model::Change& change,
                                            std::span<const model::Step> steps, ports::Files& files,
                                            const model::Dialect& dialect,
                                            const RenderStep& outline) {
  auto facts = scan_script(steps, files, dialect, outline);
  if (!facts) return std::move(facts).error();
  ScriptReader reader(steps, files, dialect, outline);
  Outliner outliner(files, dialect);
  ScriptStatement statement;
  while (true) {
    auto more = reader.next(statement);
    if (!more) return std::move(more).error();
    if (!*more) break;
    outliner.add(statement);
  }
  model::ScriptOutline made = outliner.take();
  made.is_one_transaction = !needs_journal(change, *facts, dialect);
  return made;
}

}  // namespace garboard::execution
