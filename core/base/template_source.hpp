// SPDX-License-Identifier: Apache-2.0
// TemplateSource: a template read as the text that it stands for, which also knows the way back:
// where in the template a character of that text stands, and what the template says there.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/template_text.hpp"

namespace garboard::base {

/// One value that was put in.
struct TemplatePut {
  std::uint64_t begin = 0;  ///< bytes of the text
  std::uint64_t end = 0;
  TextPlace place = {};  ///< where it begins and ends in the text
  TextPlace end_place = {};
  TextPlace template_place = {};  ///< where the name does in the template
  TextPlace template_end = {};
  std::string written = {};  ///< the name as the template has it
};

/// What the template says where a part of the text was read. Refers to nothing.
struct TemplateSlice {
  std::string text = {};
  std::vector<TemplatePut> puts = {};

  /// Of a place of the text in this part: the same in the template; of a character of a value, the
  /// name's.
  [[nodiscard]] TextPlace place_in_template(TextPlace place) const;
};

class TemplateSource final : public ByteSource {
 public:
  /// The value of a name, alive as long as the source; nullptr when there is none, which ends
  /// reading with Code::bad_input.
  using Lookup = std::function<const std::string*(std::string_view name)>;

  TemplateSource(std::unique_ptr<ByteSource> source, Lookup lookup);

  Result<std::size_t> read(std::span<char> buffer) override;

  /// The template of `text`, which stands at byte `first_byte` of the whole text.
  [[nodiscard]] TemplateSlice slice(std::string_view text, std::uint64_t first_byte) const;
  /// Of what was read last.
  [[nodiscard]] TextPlace place_in_template(TextPlace place) const;
  /// From now on the two above are asked about what stands here or later only.
  void forget_before(std::uint64_t byte);

 private:
  void put_text(std::string_view text);
  void put_token(const TemplateCutter::Token& token);

  std::unique_ptr<ByteSource> source_;
  Lookup lookup_;
  TemplateCutter cutter_;
  std::vector<char> chunk_;
  std::string ready_ = {};  // text that nobody has read yet
  std::size_t taken_ = 0;   // of it
  bool is_at_end_ = false;
  std::optional<Error> failure_ = {};
  std::deque<TemplatePut> puts_ = {};
  std::uint64_t bytes_ = 0;  // of text so far
  TextPlace place_ = {};     // after them
};

}  // namespace garboard::base
