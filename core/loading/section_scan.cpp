// SPDX-License-Identifier: Apache-2.0
#include "loading/section_scan.hpp"

#include <algorithm>
#include <memory>
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
constexpr string_view white_space = " \t\r\n\f\v";

string_view trimmed(string_view text) {
  const std::size_t begin = text.find_first_not_of(white_space);
  if (begin == string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

/// The file as lines that may be longer than the buffer: each is first shown by its beginning, then
/// passed on in spans.
class Scanner {
 public:
  Scanner(const SectionScan& scan, base::ByteSource& source) : scan_(scan), source_(source) {
    buffer_.resize(chunk_bytes);
  }

  Result<std::vector<Section>> run() {
    if (auto filled = fill(); !filled) return std::move(filled).error();
    begin_section(scan_.start);
    if (string_view(buffer_.data(), end_).starts_with(base::byte_order_mark))
      mark_bytes_ = base::byte_order_mark.size();
    while (begin_ < end_ || !is_at_end_) {
      if (auto scanned = next_line(); !scanned) return std::move(scanned).error();
    }
    end_section();
    return std::move(sections_);
  }

 private:
  /// Keeps what is not consumed and reads more behind it.
  Result<void> fill() {
    std::move(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    const Result<std::size_t> got = source_.read(std::span(buffer_).subspan(end_));
    if (!got) return got.error();
    is_at_end_ = *got == 0;
    end_ += *got;
    return {};
  }

  Result<void> next_line() {
    std::size_t newline = find_newline();
    while (newline == string_view::npos && !is_at_end_ &&
           end_ - begin_ < ScannedLine::max_bytes + base::byte_order_mark.size()) {
      if (auto filled = fill(); !filled) return filled;
      newline = find_newline();
    }
    if (begin_ == end_) return {};
    const std::size_t length = std::min(newline, end_) - begin_;
    const bool is_marker = show(string_view(buffer_.data() + begin_, length));
    while (newline == string_view::npos) {
      if (auto passed = pass(end_, is_marker); !passed) return passed;
      if (is_at_end_) break;
      if (auto filled = fill(); !filled) return filled;
      newline = find_newline();
    }
    if (newline != string_view::npos)
      if (auto passed = pass(newline + 1, is_marker); !passed) return passed;
    ++line_;
    if (is_marker) begin_section(*turn_);
    return {};
  }

  [[nodiscard]] std::size_t find_newline() const {
    return string_view(buffer_.data(), end_).find('\n', begin_);
  }

  /// True when the line is a marker; then the section before it has ended.
  bool show(string_view text) {
    text.remove_prefix(std::min(std::exchange(mark_bytes_, 0), text.size()));
    text = text.substr(0, ScannedLine::max_bytes);
    if (text.ends_with('\r')) text.remove_suffix(1);
    const ScannedLine line{.text = text, .number = line_, .last_before = last_};
    turn_ = scan_.on_line ? scan_.on_line(line) : std::nullopt;
    if (turn_) end_section();
    is_code_ = line.is_code();
    return turn_.has_value();
  }

  /// Consumes up to `until`, into the section unless it is of a marker line.
  Result<void> pass(std::size_t until, bool is_marker) {
    const string_view bytes(buffer_.data() + begin_, until - begin_);
    const std::size_t nul = bytes.find('\0');
    if (nul != string_view::npos)
      return Error{.code = Code::bad_input,
                   .message = "a NUL byte, expected SQL text",
                   .hint = "a file in UTF-16 looks like this; save it as UTF-8",
                   .where = {.file = scan_.shown, .line = line_}};
    begin_ = until;
    offset_ += bytes.size();
    if (is_marker || section_.part == Part::none) return {};
    digest_.update(bytes);
    if (section_.part == Part::up && scan_.checksum != nullptr) scan_.checksum->update(bytes);
    if (section_.is_template && scan_.templates != nullptr) scan_.templates->feed(bytes);
    string_view code = trimmed(bytes);
    if (!code.empty() && code != base::byte_order_mark) section_.is_blank = false;
    if (is_code_) code = trimmed(code.substr(0, std::min(code.find(" --"), code.find("\t--"))));
    if (is_code_ && !code.empty()) last_ = code.back();
    return {};
  }

  void begin_section(Turn turn) {
    section_ = {.part = turn.part,
                .is_template = turn.is_template,
                .first_byte = offset_,
                .first_line = line_};
    last_ = '\0';
    if (section_.is_template && scan_.templates != nullptr)
      scan_.templates->begin(scan_.shown, line_);
  }

  void end_section() {
    std::string digest = digest_.hex();
    if (section_.part == Part::none) return;
    section_.digest = std::move(digest);
    section_.end_byte = offset_;
    if (section_.part == Part::up && scan_.checksum != nullptr) scan_.checksum->end_step();
    if (section_.is_template && scan_.templates != nullptr)
      section_.is_template = scan_.templates->end();
    sections_.push_back(std::exchange(section_, {}));
  }

  const SectionScan& scan_;
  base::ByteSource& source_;
  std::vector<char> buffer_ = {};
  std::size_t begin_ = 0;  // of the line in the buffer
  std::size_t end_ = 0;
  bool is_at_end_ = false;
  std::uint64_t offset_ = 0;  // of begin_ in the file
  std::uint32_t line_ = 1;
  std::size_t mark_bytes_ = 0;
  bool is_code_ = false;
  char last_ = '\0';
  std::optional<Turn> turn_ = {};
  Section section_ = {};
  base::ScriptDigest digest_ = {};
  std::vector<Section> sections_ = {};
};

}  // namespace

bool ScannedLine::is_code() const noexcept {
  const string_view shown = trimmed(text);
  return !shown.empty() && !shown.starts_with("--");
}

std::optional<string_view> ScannedLine::comment() const noexcept {
  if (!text.starts_with("--")) return std::nullopt;
  return trimmed(text.substr(2));
}

Result<std::vector<Section>> scan_sections(ports::Files& files, const SectionScan& scan) {
  Result<std::unique_ptr<base::ByteSource>> source = files.open(scan.path);
  if (!source) return std::move(source).error();
  return Scanner(scan, **source).run();
}

}  // namespace garboard::loading
