// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using base::SourcePosition;

constexpr std::size_t held_bytes = std::size_t{64} << 10U;

constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\\'] = '\\';
  return escapes;
}
constexpr std::array<char, 256> escapes = make_escapes();

char escape_of(char c) noexcept { return escapes[static_cast<unsigned char>(c)]; }

void append_escaped(std::string& out, std::string_view text) {
  while (true) {
    const auto* const special =
        std::ranges::find_if(text, [](char c) { return escape_of(c) != '\0'; });
    const auto plain = static_cast<std::size_t>(special - text.begin());
    out.append(text.substr(0, plain));
    if (plain == text.size()) return;
    out += '\\';
    out += escape_of(*special);
    text.remove_prefix(plain + 1);
  }
}

}  // namespace

Result<bool> ListRows::next() {
  if (at_ == rows_.size()) return false;
  values_.assign(rows_[at_].values.begin(), rows_[at_].values.end());
  ++at_;
  return true;
}

SourcePosition ListRows::position_of(std::uint64_t n) {
  return n == 0 || n > rows_.size() ? SourcePosition{} : rows_[n - 1].where;
}

Result<std::size_t> DigestingSource::read(std::span<char> buffer) {
  auto n = source_->read(buffer);
  if (n) digest_.update({buffer.data(), *n});
  return n;
}

CsvRows::CsvRows(ports::Files& files, const model::SeedCsv& csv,
                 std::unique_ptr<base::ByteSource> source)
    : files_(files),
      csv_(csv),
      source_(std::move(source)),
      reader_(source_, csv.shown, csv.delimiter) {}

Result<std::unique_ptr<CsvRows>> CsvRows::open(ports::Files& files, const model::SeedCsv& csv) {
  auto source = files.open(csv.file);
  if (!source) return std::move(source).error().at(csv.where);
  std::unique_ptr<CsvRows> rows(new CsvRows(files, csv, *std::move(source)));
  if (auto header = rows->read_header(); !header) return std::move(header).error();
  return rows;
}

Result<void> CsvRows::read_header() {
  auto found = reader_.next();
  if (!found) return std::move(found).error();
  if (!*found) {
    return Error{.code = Code::bad_input,
                 .message = "the CSV file is empty, expected a first line with the columns",
                 .hint = "is it cut off?",
                 .where = {.file = csv_.shown}};
  }
  std::vector<bool> is_used(csv_.columns.size());
  const auto fields = reader_.fields();
  width_ = fields.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string column(fields[i].text);
    const auto renamed = std::ranges::find(
        csv_.columns, column, [](const auto& p) -> const auto& { return p.first; });
    if (renamed != csv_.columns.end()) {
      is_used[static_cast<std::size_t>(renamed - csv_.columns.begin())] = true;
      if (renamed->second.empty()) continue;
      column = renamed->second;
    }
    const bool is_double = std::ranges::find(columns_, column) != columns_.end();
    if (column.empty() || is_double) {
      return Error{.code = Code::bad_input,
                   .message = column.empty() ? "the header has a column without a name"
                                             : "the header has '" + column + "' twice",
                   .hint = "`columns: {header: column}` renames, and null leaves out",
                   .where = reader_.position_of(i)};
    }
    columns_.push_back(std::move(column));
    kept_.push_back(i);
    places_.push_back(reader_.position_of(i));
  }
  const auto unused = std::ranges::find(is_used, false);
  if (unused != is_used.end()) {
    const auto& name = csv_.columns[static_cast<std::size_t>(unused - is_used.begin())].first;
    return Error{
        .code = Code::bad_input,
        .message = "the header of " + csv_.shown + " has no '" + name + "', which 'columns' names",
        .where = csv_.where};
  }
  if (columns_.empty())
    return Error{.code = Code::bad_input,
                 .message = "no column of " + csv_.shown + " is loaded",
                 .where = csv_.where};
  return {};
}

Error CsvRows::wrong_count(std::size_t found) const {
  return Error{.code = Code::bad_input,
               .message = "this record has " + std::to_string(found) + " fields, the header " +
                          std::to_string(width_),
               .hint = "a field with a delimiter or a line end in it needs quotes around it",
               .where = found > width_ ? reader_.position_of(width_) : reader_.position()};
}

Result<bool> CsvRows::next() {
  while (true) {
    auto found = reader_.next();
    if (!found || !*found) return found;
    const auto fields = reader_.fields();
    const bool is_blank = fields.size() == 1 && fields[0].text.empty() && !fields[0].is_quoted;
    if (is_blank && width_ > 1) continue;
    if (fields.size() != width_) return wrong_count(fields.size());
    values_.clear();
    for (const std::size_t field : kept_) {
      const base::CsvField& each = fields[field];
      if (!each.is_quoted && each.text == csv_.null_text)
        values_.emplace_back();
      else
        values_.emplace_back(each.text);
    }
    return true;
  }
}

SourcePosition CsvRows::position_of(std::uint64_t n) {
  const auto again = open(files_, csv_);
  SourcePosition file{.file = csv_.shown};
  if (!again) return file;
  for (std::uint64_t row = 0; row < n; ++row) {
    auto found = (*again)->next();
    if (!found || !*found) return file;
  }
  return n == 0 ? file : (*again)->reader_.position();
}

void CopyText::append(std::span<const ports::Param> values) {
  bool is_first = true;
  for (const ports::Param& value : values) {
    if (!std::exchange(is_first, false)) held_ += '\t';
    if (value)
      append_escaped(held_, *value);
    else
      held_ += "\\N";
  }
  held_ += '\n';
}

Result<std::size_t> CopyText::read(std::span<char> buffer) {
  if (sent_ == held_.size()) {
    held_.clear();
    sent_ = 0;
    while (!is_at_end_ && held_.size() < held_bytes) {
      auto found = rows_.next();
      if (!found) return std::move(found).error();
      is_at_end_ = !*found;
      if (is_at_end_) break;
      append(rows_.values());
      ++count_;
    }
  }
  const std::size_t n = std::min(buffer.size(), held_.size() - sent_);
  std::memcpy(buffer.data(), held_.data() + sent_, n);
  sent_ += n;
  return n;
}

}  // namespace garboard::execution
