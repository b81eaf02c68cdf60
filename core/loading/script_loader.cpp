// SPDX-License-Identifier: Apache-2.0
#include "loading/script_loader.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "base/byte_source.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "loading/placeholders.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using base::Result;
using std::string_view;

constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

std::size_t leading_spaces(string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// Columns before each line of the literal whose text begins at `begin` of the source; nullopt when
/// it has no line to tell by.
std::optional<std::uint32_t> literal_indent(string_view source, std::size_t begin,
                                            string_view text) {
  while (!text.empty()) {
    const string_view line = source.substr(begin, source.find('\n', begin) - begin);
    const string_view shown = text.substr(0, text.find('\n'));
    if (shown.find_first_not_of(' ') != string_view::npos)
      return static_cast<std::uint32_t>(leading_spaces(line) - leading_spaces(shown));
    if (begin + line.size() >= source.size() || shown.size() == text.size()) break;
    begin += line.size() + 1;
    text.remove_prefix(shown.size() + 1);
  }
  return std::nullopt;
}

void place(const Document& document, const TreeNode& node, model::Step& step) {
  const string_view source = document.text();
  std::size_t begin = node.offset;
  step.is_verbatim = false;
  if (node.style == ScalarStyle::literal) {
    const std::size_t header_end = source.find('\n', begin);
    const auto indent = header_end == string_view::npos
                            ? std::nullopt
                            : literal_indent(source, header_end + 1, node.text);
    if (indent) {
      step.indent = *indent;
      step.is_verbatim = true;
      step.where = document.position(header_end + 1);
      step.where.column = *indent + 1;
      return;
    }
  } else if (node.style != ScalarStyle::folded) {
    const bool is_quoted = node.style == ScalarStyle::quoted;
    const std::size_t text_begin = begin + (is_quoted ? 1 : 0);
    const string_view written = source.substr(text_begin);
    step.is_verbatim = written.starts_with(node.text) &&
                       (!is_quoted || written.substr(node.text.size()).starts_with(source[begin]));
    if (step.is_verbatim) begin = text_begin;
  }
  step.where = document.position(begin);
}

/// Notices what no script can have while it is streamed.
class ByteCheck {
 public:
  /// False at a NUL byte; line() and column() are then its place.
  bool accept(string_view chunk) {
    const std::size_t nul = chunk.find('\0');
    if (is_blank_) is_blank_ = base::is_blank(without_mark(chunk));
    is_first_ = false;
    if (nul == string_view::npos) {
      advance(chunk);
      return true;
    }
    advance(chunk.substr(0, nul));
    return false;
  }
  [[nodiscard]] bool is_blank() const noexcept { return is_blank_; }
  [[nodiscard]] std::uint32_t line() const noexcept { return line_; }
  [[nodiscard]] std::uint32_t column() const noexcept { return column_; }

 private:
  [[nodiscard]] string_view without_mark(string_view chunk) const {
    if (is_first_ && chunk.starts_with(base::byte_order_mark))
      chunk.remove_prefix(base::byte_order_mark.size());
    return chunk;
  }
  void advance(string_view chunk) {
    const auto lines = std::ranges::count(chunk, '\n');
    const std::size_t last = chunk.rfind('\n');
    if (last != string_view::npos) {
      line_ += static_cast<std::uint32_t>(lines);
      column_ = 1;
      chunk.remove_prefix(last + 1);
    }
    column_ += static_cast<std::uint32_t>(base::count_code_points(chunk));
  }

  bool is_blank_ = true;
  bool is_first_ = true;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace

ScriptLoader::ScriptLoader(ports::Files& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {}

LoadedStep ScriptLoader::from_text(const Document& document, NodeId id, Checksum* checksum) {
  const TreeNode& node = document.at(id);
  LoadedStep loaded;
  loaded.step.sql = node.text;
  if (checksum != nullptr) {
    checksum->update(node.text);
    checksum->end_step();
  }
  loaded.is_blank = base::is_blank(node.text);
  place(document, node, loaded.step);
  return loaded;
}

Result<LoadedStep> ScriptLoader::from_file(string_view shown, Checksum* checksum,
                                           TemplateCheck* templates) {
  Result<std::filesystem::path> path = files_.resolve_beneath(folder_, shown);
  if (!path) return std::move(path).error();
  Result<std::unique_ptr<base::ByteSource>> source = files_.open(*path);
  if (!source) return std::move(source).error();
  LoadedStep loaded;
  loaded.step.kind = model::Step::Kind::file;
  loaded.step.file = *path;
  loaded.step.shown = shown;
  loaded.step.where.file = (folder_ / shown).lexically_normal().string();
  loaded.step.where.line = loaded.step.where.column = 1;
  chunk_.resize(chunk_bytes);
  base::ScriptDigest digest;
  ByteCheck check;
  if (templates != nullptr) templates->begin(loaded.step.where.file, 1);
  for (;;) {
    const Result<std::size_t> got = (*source)->read(chunk_);
    if (!got) return got.error();
    if (*got == 0) break;
    const string_view chunk(chunk_.data(), *got);
    if (!check.accept(chunk))
      return Error{.code = Code::bad_input,
                   .message = "a NUL byte, expected SQL text",
                   .hint = "a file in UTF-16 looks like this; save it as UTF-8",
                   .where = {loaded.step.where.file, check.line(), check.column()}};
    digest.update(chunk);
    if (checksum != nullptr) checksum->update(chunk);
    if (templates != nullptr) templates->feed(chunk);
  }
  loaded.is_template = templates != nullptr && templates->end();
  if (checksum != nullptr) checksum->end_step();
  loaded.step.digest = digest.hex();
  loaded.is_blank = check.is_blank();
  return loaded;
}

}  // namespace garboard::loading
