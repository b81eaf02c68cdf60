// SPDX-License-Identifier: Apache-2.0
#include "base/template_source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace garboard::base {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

template <class Puts>
TextPlace mapped(const Puts& puts, TextPlace place) {
  const auto after = std::ranges::upper_bound(puts, place, {}, &TemplatePut::place);
  if (after == puts.begin()) return place;
  const TemplatePut& put = *std::prev(after);
  if (place < put.end_place) return put.template_place;
  if (place.line != put.end_place.line)
    return {put.template_end.line + (place.line - put.end_place.line), place.column};
  return {put.template_end.line, put.template_end.column + (place.column - put.end_place.column)};
}

}  // namespace

TextPlace TemplateSlice::place_in_template(TextPlace place) const { return mapped(puts, place); }

TemplateSource::TemplateSource(std::unique_ptr<ByteSource> source, Lookup lookup)
    : source_(std::move(source)),
      lookup_(std::move(lookup)),
      cutter_({.text = [this](std::string_view text) { put_text(text); },
               .token = [this](const TemplateCutter::Token& token) { put_token(token); }}),
      chunk_(chunk_bytes) {}

Result<std::size_t> TemplateSource::read(std::span<char> buffer) {
  while (taken_ == ready_.size() && !is_at_end_) {
    ready_.clear();
    taken_ = 0;
    Result<std::size_t> got = source_->read(chunk_);
    if (!got) return got;
    if (*got == 0) {
      is_at_end_ = true;
      cutter_.finish();
    } else {
      cutter_.feed({chunk_.data(), *got});
    }
    if (failure_) return *failure_;
  }
  const std::size_t n = std::min(buffer.size(), ready_.size() - taken_);
  std::memcpy(buffer.data(), ready_.data() + taken_, n);
  taken_ += n;
  return n;
}

void TemplateSource::put_text(std::string_view text) {
  ready_ += text;
  bytes_ += text.size();
  place_.advance(text);
}

void TemplateSource::put_token(const TemplateCutter::Token& token) {
  using Kind = TemplateCutter::Token::Kind;
  static const std::string literal = "${";
  const std::string* value = &literal;
  if (token.kind == Kind::name) value = lookup_(token.name);
  if (token.kind == Kind::unclosed) value = nullptr;
  if (value == nullptr) {
    if (!failure_)
      failure_ = Error{.code = Code::bad_input,
                       .message = "'" + std::string(token.text) + "' is no placeholder",
                       .hint = "did the file change after it was checked?",
                       .where = {{}, token.where.line, token.where.column}};
    return;
  }
  TemplatePut put{.begin = bytes_,
                  .end = bytes_ + value->size(),
                  .place = place_,
                  .end_place = place_,
                  .template_place = token.where,
                  .template_end = token.end,
                  .written = std::string(token.text)};
  put_text(*value);
  put.end_place = place_;
  puts_.push_back(std::move(put));
}

TextPlace TemplateSource::place_in_template(TextPlace place) const { return mapped(puts_, place); }

TemplateSlice TemplateSource::slice(std::string_view text, std::uint64_t first_byte) const {
  TemplateSlice made;
  std::uint64_t at = first_byte;
  const std::uint64_t end = first_byte + text.size();
  for (const TemplatePut& put : puts_) {
    if (put.begin >= end) break;
    const bool is_before = put.end < at || (put.end == at && put.begin != put.end);
    if (is_before) made.puts.clear();  // only the last one before says how far places have moved
    made.puts.push_back(put);
    if (is_before) continue;
    if (put.begin > at) made.text += text.substr(at - first_byte, put.begin - at);
    made.text += put.written;
    at = std::max(at, std::min(put.end, end));
  }
  made.text += text.substr(at - first_byte);
  return made;
}

void TemplateSource::forget_before(std::uint64_t byte) {
  // The last one before stays: it says how far the places have moved.
  while (puts_.size() > 1 && puts_[1].end < byte) puts_.pop_front();
}

}  // namespace garboard::base
