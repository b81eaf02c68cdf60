// SPDX-License-Identifier: Apache-2.0
// Text helpers that know bytes and UTF-8 only: no locale, no allocation where none is needed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace garboard::base {

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Offset of the first byte that is no well-formed UTF-8 (RFC 3629: shortest form, no surrogates,
/// at most U+10FFFF); nullopt when all of it is.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// Number of code points of a well-formed text.
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

/// The longest prefix of at most `max` bytes that does not end inside a UTF-8 character.
[[nodiscard]] std::string_view clipped(std::string_view text, std::size_t max) noexcept;

/// True when there is nothing but spaces, tabs, line ends, form feeds and vertical tabs.
[[nodiscard]] bool is_blank(std::string_view text) noexcept;

/// As text or as an attribute's value of XML; without control characters, which XML has none of.
[[nodiscard]] std::string xml_escaped(std::string_view text);

/// The candidate that `word` is most likely a misspelling of, ignoring ASCII case; empty when none
/// is close. The result points into `candidates`.
[[nodiscard]] std::string_view closest_of(std::string_view word,
                                          std::span<const std::string_view> candidates);

}  // namespace garboard::base
