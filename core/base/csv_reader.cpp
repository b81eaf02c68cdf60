// SPDX-License-Identifier: Apache-2.0
#include "base/csv_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.hpp"

namespace garboard::base {

namespace {

constexpr std::size_t first_buffer = std::size_t{64} << 10U;

bool is_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & high_bits) != 0) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

}  // namespace

CsvReader::CsvReader(ByteSource& source, std::string file, char delimiter)
    : source_(source), file_(std::move(file)), delimiter_(delimiter), buffer_(first_buffer) {}

Result<void> CsvReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    if (buffer_.size() >= max_record_bytes) {
      return Error{.code = Code::bad_input,
                   .message = "this record is longer than 16 MiB",
                   .hint = "is a closing quote missing?",
                   .where = {.file = file_, .line = next_line_, .column = 1}};
    }
    buffer_.resize(2 * buffer_.size());
  }
  auto n = source_.read(std::span(buffer_).subspan(end_));
  if (!n) return std::move(n).error();
  is_at_end_ = *n == 0;
  end_ += *n;
  return {};
}

Result<bool> CsvReader::next() {
  begin_ += std::exchange(record_size_, 0);
  line_ = next_line_;
  while (true) {
    if (!has_begun_ && (end_ >= byte_order_mark.size() || is_at_end_)) {
      has_begun_ = true;
      if (rest().starts_with(byte_order_mark)) begin_ += byte_order_mark.size();
    }
    const Step step = has_begun_ ? parse() : Step::more;
    if (step == Step::record) return finish(record_size_);
    if (step == Step::end) return false;
    if (step == Step::wrong) return error_;
    if (auto filled = fill(); !filled) return std::move(filled).error();
  }
}

CsvReader::Step CsvReader::parse() {
  slices_.clear();
  unescaped_.clear();
  if (begin_ == end_) return is_at_end_ ? Step::end : Step::more;
  std::size_t at = 0;
  for (bool is_last = false; !is_last;) {
    const bool is_quoted = at < rest().size() && rest()[at] == '"';
    Step step = is_quoted ? parse_quoted(at) : parse_plain(at);
    if (step == Step::record) step = parse_end(at, is_last);
    if (step != Step::record) return step;
  }
  record_size_ = at;
  return Step::record;
}

CsvReader::Step CsvReader::parse_plain(std::size_t& at) {
  const std::string_view text = rest();
  const std::size_t begin = at;
  while (at < text.size() && text[at] != delimiter_ && text[at] != '\n' && text[at] != '\r' &&
         text[at] != '"')
    ++at;
  if (at == text.size() && !is_at_end_) return Step::more;
  if (at < text.size() && text[at] == '"')
    return refuse(at, "a quote stands inside a field that does not begin with one",
                  "put the whole field into quotes, and write each quote in it twice");
  slices_.push_back({begin, begin, at - begin, false, false});
  return Step::record;
}

CsvReader::Step CsvReader::parse_quoted(std::size_t& at) {
  const std::string_view text = rest();
  const std::size_t begin = at;
  const std::size_t kept = unescaped_.size();
  bool is_unescaped = false;
  std::size_t from = ++at;
  while (true) {
    at = text.find('"', at);
    if (at == std::string_view::npos) {
      if (!is_at_end_) return Step::more;
      return refuse(begin, "the quote that opens this field is never closed",
                    "is the file cut off, or a quote inside a field not doubled?");
    }
    if (at + 1 == text.size() && !is_at_end_) return Step::more;
    if (at + 1 == text.size() || text[at + 1] != '"') break;
    is_unescaped = true;
    unescaped_.append(text.substr(from, at + 1 - from));
    from = at += 2;
  }
  if (is_unescaped) unescaped_.append(text.substr(from, at - from));
  slices_.push_back(is_unescaped ? Slice{begin, kept, unescaped_.size() - kept, true, true}
                                 : Slice{begin, from, at - from, false, true});
  ++at;
  return Step::record;
}

CsvReader::Step CsvReader::parse_end(std::size_t& at, bool& is_last) {
  const std::string_view text = rest();
  is_last = true;
  if (at == text.size()) return is_at_end_ ? Step::record : Step::more;
  if (text[at] == delimiter_) {
    ++at;
    is_last = false;
    return Step::record;
  }
  if (text[at] == '\n') {
    ++at;
    return Step::record;
  }
  if (text[at] != '\r')
    return refuse(at, "text follows the quote that closes a field",
                  "a quote inside a quoted field is written twice");
  if (at + 1 == text.size() && !is_at_end_) return Step::more;
  if (at + 1 == text.size() || text[at + 1] != '\n')
    return refuse(at, "a carriage return stands alone, expected a line feed after it",
                  "lines end with LF or CRLF; inside quotes anything may stand");
  at += 2;
  return Step::record;
}

Result<bool> CsvReader::finish(std::size_t size) {
  const std::string_view record = rest().substr(0, size);
  next_line_ = line_ + static_cast<std::uint32_t>(std::ranges::count(record, '\n'));
  const std::size_t nul = record.find('\0');
  if (nul != std::string_view::npos) {
    refuse(nul, "a NUL byte, expected text");
    return error_;
  }
  if (!is_ascii(record)) {
    if (const auto invalid = find_invalid_utf8(record)) {
      refuse(*invalid, "this is no UTF-8", "save the file as UTF-8");
      return error_;
    }
  }
  fields_.clear();
  for (const Slice& slice : slices_) {
    const std::string_view owner = slice.is_unescaped ? std::string_view(unescaped_) : record;
    fields_.push_back({owner.substr(slice.at, slice.size), slice.is_quoted});
  }
  return true;
}

CsvReader::Step CsvReader::refuse(std::size_t at, std::string_view message, std::string_view hint) {
  error_ = Error{.code = Code::bad_input,
                 .message = std::string(message),
                 .hint = std::string(hint),
                 .where = position_at(at)};
  return Step::wrong;
}

SourcePosition CsvReader::position_at(std::size_t offset) const {
  const std::string_view before = rest().substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return {.file = file_,
          .line = line_ + static_cast<std::uint32_t>(std::ranges::count(before, '\n')),
          .column = static_cast<std::uint32_t>(count_code_points(before.substr(line_start)) + 1)};
}

SourcePosition CsvReader::position() const { return {.file = file_, .line = line_, .column = 1}; }

SourcePosition CsvReader::position_of(std::size_t field) const {
  return position_at(slices_[field].begin);
}

}  // namespace garboard::base
