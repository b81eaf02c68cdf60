// SPDX-License-Identifier: Apache-2.0
// SHA-256 over a stream; the digest comes from nettle.
#pragma once

#include <nettle/sha2.h>

#include <string>
#include <string_view>

namespace garboard::base {

class Sha256 {
 public:
  Sha256() noexcept { nettle_sha256_init(&state_); }
  void update(std::string_view bytes) noexcept;
  /// 64 lower-case hex digits of everything so far; the object starts over.
  [[nodiscard]] std::string hex();

 private:
  sha256_ctx state_{};
};

/// SHA-256 of a script as its author means it: CRLF and lone CR read as LF, and one leading UTF-8
/// byte order mark is left out, so that checking a file out on another system changes nothing.
class ScriptDigest {
 public:
  void update(std::string_view bytes);
  /// Ends one text of several that are digested together; a NUL byte, which no text holds, stands
  /// between them.
  void end_text();
  [[nodiscard]] std::string hex();

 private:
  void end_head();

  Sha256 sha_;
  std::string head_;  // first bytes, until a byte order mark is ruled out
  bool is_past_head_ = false;
  bool ended_in_cr_ = false;
  void feed(std::string_view bytes);
};

}  // namespace garboard::base
