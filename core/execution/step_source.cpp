// SPDX-License-Identifier: Apache-2.0
#include "execution/step_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/sha256.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t skip_bytes = 16384;

Error changed(const model::Step& step) {
  return Error{.code = Code::bad_input,
               .message = "the file changed after the plan was read",
               .hint = "run again, once nothing writes to it",
               .where = step.where};
}

}  // namespace

/// Passes a part of a file on and keeps its digest.
class SliceSource final : public base::ByteSource {
 public:
  SliceSource(std::unique_ptr<base::ByteSource> source, const model::Step& step)
      : source_(std::move(source)),
        skip_(step.first_byte),
        left_(step.end_byte - step.first_byte) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (skip_ > 0) {
      std::array<char, skip_bytes> skipped;  // NOLINT(cppcoreguidelines-pro-type-member-init)
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, skipped.size()));
      auto n = source_->read(std::span(skipped).first(wanted));
      if (!n || *n == 0) return n;
      skip_ -= *n;
    }
    if (left_ == 0) return std::size_t{0};
    auto n = source_->read(
        buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_))));
    if (n) {
      digest_.update({buffer.data(), *n});
      left_ -= *n;
    }
    return n;
  }
  [[nodiscard]] std::string hex() { return digest_.hex(); }

 private:
  std::unique_ptr<base::ByteSource> source_;
  std::uint64_t skip_;
  std::uint64_t left_;
  base::ScriptDigest digest_ = {};
};

StepSource::StepSource(StepSource&&) noexcept = default;
StepSource& StepSource::operator=(StepSource&&) noexcept = default;
StepSource::~StepSource() = default;

Result<StepSource> StepSource::open(const model::Step& step, ports::Files& files) {
  StepSource opened(step);
  if (step.kind == model::Step::Kind::sql) {
    opened.text_ = std::make_unique<base::TextSource>(step.sql);
  } else {
    auto file = files.open(step.file);
    if (!file) return std::move(file).error();
    auto slice = std::make_unique<SliceSource>(std::move(*file), step);
    opened.slice_ = slice.get();
    opened.text_ = std::move(slice);
  }
  if (step.placeholders) {
    const auto find = [values = step.placeholders](std::string_view name) {
      const auto found = values->find(name);
      return found == values->end() ? nullptr : &found->second.value;
    };
    auto put_in = std::make_unique<base::TemplateSource>(std::move(opened.text_), find);
    opened.template_ = put_in.get();
    opened.text_ = std::move(put_in);
  }
  return opened;
}

Result<void> StepSource::check() const {
  if (slice_ == nullptr || slice_->hex() == step_->digest) return {};
  return changed(*step_);
}

base::TextPlace StepSource::place_in_step(base::TextPlace place) const {
  return template_ == nullptr ? place : template_->place_in_template(place);
}

std::shared_ptr<const base::TemplateSlice> StepSource::slice(std::string_view text,
                                                             std::uint64_t first_byte) {
  if (template_ == nullptr) return nullptr;
  template_->forget_before(first_byte);
  return std::make_shared<const base::TemplateSlice>(template_->slice(text, first_byte));
}

Result<std::string> step_text(const model::Step& step, ports::Files& files,
                              std::uint64_t max_bytes) {
  if (step.kind != model::Step::Kind::file) return step.sql;
  auto file = files.open(step.file);
  if (!file) return std::move(file).error();
  SliceSource slice(std::move(*file), step);
  std::string text;
  std::array<char, skip_bytes> chunk{};
  while (true) {
    const auto n = slice.read(chunk);
    if (!n) return n.error();
    if (*n == 0) break;
    text.append(chunk.data(), *n);
    if (text.size() > max_bytes)
      return Error{.code = Code::bad_input,
                   .message = "the text is longer than " + std::to_string(max_bytes) + " bytes",
                   .where = step.where};
  }
  if (slice.hex() != step.digest) return changed(step);
  return text;
}

}  // namespace garboard::execution
