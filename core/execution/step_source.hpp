// SPDX-License-Identifier: Apache-2.0
// The text of one step as a stream: inline, a file or a part of one, with its placeholders put in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "base/template_source.hpp"
#include "model/change.hpp"
#include "ports/files.hpp"

namespace garboard::execution {

using base::Result;

class SliceSource;

class StepSource {
 public:
  /// Of a step that is no operation; borrowed.
  static Result<StepSource> open(const model::Step& step, ports::Files& files);
  StepSource(StepSource&&) noexcept;
  StepSource& operator=(StepSource&&) noexcept;
  ~StepSource();

  /// What the statements are read from.
  [[nodiscard]] base::ByteSource& text() noexcept { return *text_; }
  /// After reading it all: Code::bad_input when a file is not the one the step was made of.
  Result<void> check() const;

  /// Where a place of what was read last stands in the step's own text, before placeholders are
  /// put in.
  [[nodiscard]] base::TextPlace place_in_step(base::TextPlace place) const;
  /// What the step's own text says where `text`, at byte `first_byte`, was read; nullptr when the
  /// step has no placeholders. What stands before is not asked about again.
  std::shared_ptr<const base::TemplateSlice> slice(std::string_view text, std::uint64_t first_byte);

 private:
  explicit StepSource(const model::Step& step) : step_(&step) {}

  const model::Step* step_;
  std::unique_ptr<base::ByteSource> text_ = {};
  SliceSource* slice_ = nullptr;              // of a `file` step
  base::TemplateSource* template_ = nullptr;  // of a step with placeholders
};

/// The step's own text, up to max_bytes of it; Code::bad_input when it is longer or the file is
/// another by now.
Result<std::string> step_text(const model::Step& step, ports::Files& files,
                              std::uint64_t max_bytes);

}  // namespace garboard::execution
