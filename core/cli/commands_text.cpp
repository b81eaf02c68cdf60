// SPDX-License-Identifier: Apache-2.0
// render and split: what prints SQL and needs no database.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "execution/script.hpp"
#include "plugin_host/host.hpp"
#include "sql/splitter.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using execution::ScriptReader;
using execution::ScriptStatement;
using sql::Piece;

class StandardInput final : public base::ByteSource {
 public:
  Result<std::size_t> read(std::span<char> buffer) override {
    while (true) {
      const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) {
        return Error{.code = Code::bad_input,
                     .message = std::string("cannot read standard input: ") + std::strerror(errno)};
      }
    }
  }
};

void put_piece(const Piece& piece, bool is_json, Output& out) {
  constexpr std::array<std::string_view, 3> kinds{"sql", "copy_data", "client"};
  const std::string kind(kinds.at(static_cast<std::size_t>(piece.kind)));
  if (is_json) {
    Json line = {{"kind", kind}, {"byte", piece.byte}, {"line", piece.line}, {"col", piece.column}};
    line["end"] = piece.end_byte;
    if (piece.kind != Piece::Kind::copy_data) line["text"] = piece.text;
    out.put(dumped(line) + "\n");
    return;
  }
  out.put("-- " + kind + " at " + std::to_string(piece.line) + ":" + std::to_string(piece.column) +
          ", byte " + std::to_string(piece.byte) + "\n");
  if (piece.kind != Piece::Kind::copy_data) out.put(std::string(piece.text) + "\n");
}

// Renders one plan, piece by piece, so that a file of any size streams through.
class Renderer {
 public:
  Renderer(CommandContext& context, ports::Files& files, const plugin_host::Driver& driver)
      : out_(context.out),
        files_(files),
        driver_(driver),
        dialect_(driver.dialect()),
        is_json_(context.wants_json()),
        is_down_(context.settings.is_on("down")) {}

  Result<void> render(const model::Changes& changes) {
    if (is_json_) {
      out_.put(R"({"command":"render","database":)" + dumped(dialect_.name) + R"(,"migrations":[)");
    }
    bool is_first = true;
    for (const model::Change& change : changes.items) {
      begin(change, std::exchange(is_first, false));
      Result<void> rendered =
          model::is_for(change.databases, dialect_.name) ? statements(change) : Result<void>{};
      if (is_json_) out_.put("]}");
      if (!rendered) return rendered;
    }
    return {};
  }

 private:
  void begin(const model::Change& change, bool is_first) {
    const bool is_skipped = !model::is_for(change.databases, dialect_.name);
    if (is_json_) {
      Json head = {{"id", change.id}, {"name", change.name}, {"skipped", is_skipped}};
      std::string text = dumped(head);
      text.pop_back();
      out_.put((is_first ? "" : ",") + text + R"(,"statements":[)");
      return;
    }
    std::string name = change.name;
    std::ranges::replace(name, '\n', ' ');
    out_.put((is_first ? "" : "\n") + std::string("-- migration ") + change.id +
             (name == change.id ? "" : ": " + name) + "\n");
    if (is_skipped) out_.put("-- skipped: not for " + dialect_.name + "\n");
  }

  Result<void> statements(const model::Change& change) {
    ScriptReader reader(is_down_ ? change.down : change.up, files_, dialect_,
                        [this](const model::Step& step) { return outline(step); });
    ScriptStatement statement;
    for (bool is_first = true;; is_first = false) {
      Result<bool> more = reader.next(statement);
      if (!more) return std::move(more).error().in("migration '" + change.id + "'");
      if (!*more) return {};
      const bool has_rows = statement.kind == sql::StatementKind::copy_in;
      if (is_json_) {
        const base::SourcePosition where = execution::position_of(statement, 0);
        Json each = {{"sql", statement.text}, {"where", where.text()}};
        if (has_rows) each["hasRows"] = true;
        if (statement.step->kind == model::Step::Kind::operation && needs_database_)
          each["needsDatabase"] = true;
        out_.put((is_first ? "" : ",") + dumped(each));
        continue;
      }
      out_.put(std::string(statement.text) + ";\n");
      if (!has_rows) continue;
      if (Result<void> copied = put_rows(reader.copy_rows()); !copied) return copied;
    }
  }

  // The reader asks for an operation's SQL right before its first statement.
  Result<model::Rendered> outline(const model::Step& step) {
    Result<model::Rendered> rendered = driver_.outline(step.sql);
    needs_database_ = rendered && rendered->needs_database;
    if (needs_database_ && !is_json_)
      out_.put("-- outline; the SQL depends on what is in the database: " + step.where.text() +
               "\n");
    return rendered;
  }

  Result<void> put_rows(base::ByteSource& rows) {
    std::array<char, 16384> buffer{};
    while (true) {
      Result<std::size_t> n = rows.read(buffer);
      if (!n) return std::move(n).error();
      if (*n == 0) break;
      out_.put({buffer.data(), *n});
    }
    out_.put("\\.\n");
    return {};
  }

  Output& out_;
  ports::Files& files_;
  const plugin_host::Driver& driver_;
  const model::Dialect& dialect_;
  bool is_json_;
  bool is_down_;
  bool needs_database_ = false;
};

}  // namespace

Result<int> run_render(CommandContext& context) {
  DiskFiles files;
  Result<ShownPlan> plan = load_shown_plan(context, files);
  if (!plan) return std::move(plan).error();
  context.report.is_streamed = true;
  Result<void> rendered = Renderer(context, files, *plan->driver).render(plan->changes);
  if (context.wants_json()) {
    const int code = rendered ? 0 : static_cast<int>(rendered.error().code);
    std::string end = R"(],"exitCode":)" + std::to_string(code);
    if (!rendered)
      end += R"(,"error":)" + dumped(error_json(rendered.error(), context.log.redactor()));
    context.out.put(end + "}\n");
  }
  if (!rendered) return std::move(rendered).error();
  return 0;
}

Result<int> run_split(CommandContext& context) {
  const std::string& dialect = context.settings.text("dialect");
  if (dialect.empty()) {
    return Error{.code = Code::usage,
                 .message = "split needs --dialect",
                 .hint = "for example --dialect postgres"};
  }
  const std::string& path = context.arguments.words.front();
  const bool is_stdin = path == "-";
  DiskFiles files;
  Result<std::unique_ptr<base::ByteSource>> source =
      is_stdin ? Result<std::unique_ptr<base::ByteSource>>(std::make_unique<StandardInput>())
               : files.open(path);
  if (!source) return std::move(source).error();
  const std::unique_ptr<plugin_host::Host> host = make_host(context);
  Result<std::reference_wrapper<plugin_host::Driver>> driver = host->driver(dialect);
  if (!driver) return std::move(driver).error();
  context.report.is_streamed = true;
  sql::Splitter splitter(driver->get().dialect().lexical, **source);
  for (Piece piece;;) {
    Result<bool> more = splitter.next(piece);
    if (!more) {
      Error error = std::move(more).error();
      if (error.where.file.empty()) error.where.file = is_stdin ? "standard input" : path;
      return error;
    }
    if (!*more) return 0;
    put_piece(piece, context.wants_json(), context.out);
  }
}

}  // namespace garboard::cli
