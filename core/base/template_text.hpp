// SPDX-License-Identifier: Apache-2.0
// Templates: text in which `${NAME}` stands for a value and `$${` for a literal `${`. Read in
// pieces, so that a script's size is no matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace garboard::base {

/// A place in a text; both 1-based, `column` in code points.
struct TextPlace {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  /// Moves past the bytes.
  void advance(std::string_view bytes) noexcept;
  [[nodiscard]] auto operator<=>(const TextPlace&) const = default;
};

/// Cuts a template into text and names.
class TemplateCutter {
 public:
  static constexpr std::size_t max_name_bytes = 200;

  struct Token {
    enum class Kind : std::uint8_t {
      name,      ///< ${NAME}
      escape,    ///< $${
      unclosed,  ///< ${ without } on its line
    };
    Kind kind;
    std::string_view text;  ///< as written
    std::string_view name;
    TextPlace where;
    TextPlace end;  ///< after it
  };
  /// Views live as long as the call.
  struct Sink {
    std::function<void(std::string_view)> text;  ///< what stands for itself
    std::function<void(const Token&)> token;
  };

  explicit TemplateCutter(Sink sink) : sink_(std::move(sink)) {}

  void feed(std::string_view bytes);
  /// The end of the text; then it begins anew, at `place`.
  void finish(TextPlace place = {});
  /// Of the next byte that is fed.
  [[nodiscard]] const TextPlace& place() const noexcept { return place_; }
  void set_place(TextPlace place) noexcept { place_ = place; }

 private:
  bool feed_held(char c);
  void put_token(Token::Kind kind);

  Sink sink_;
  std::string held_ = {};  // the beginning of what may become a token
  TextPlace held_place_ = {};
  TextPlace place_ = {};
};

}  // namespace garboard::base
