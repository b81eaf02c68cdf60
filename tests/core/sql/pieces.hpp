// SPDX-License-Identifier: Apache-2.0
// Splits a text at one go, for tests that compare what comes out.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "sql/splitter.hpp"
#include "support/dialects.hpp"

namespace garboard::testing {

/// Gives a text in reads of a fixed size.
class ChunkedSource final : public base::ByteSource {
 public:
  ChunkedSource(std::string_view text, std::size_t chunk) : rest_(text), chunk_(chunk) {}
  base::Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = std::min({buffer.size(), rest_.size(), chunk_});
    std::memcpy(buffer.data(), rest_.data(), n);
    rest_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view rest_;
  std::size_t chunk_;
};

struct SplitPiece {
  sql::Piece::Kind kind = sql::Piece::Kind::statement;
  std::string text;
  std::uint64_t byte = 0;
  std::uint64_t end_byte = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const SplitPiece&) const = default;
};

struct Split {
  std::vector<SplitPiece> pieces;
  std::string error;  ///< "line:column: message"; empty = none
  bool operator==(const Split&) const = default;

  [[nodiscard]] std::vector<std::string> texts(
      sql::Piece::Kind kind = sql::Piece::Kind::statement) const {
    std::vector<std::string> texts;
    for (const SplitPiece& piece : pieces) {
      if (piece.kind == kind) texts.push_back(piece.text);
    }
    return texts;
  }
};

inline Split split(const model::LexicalTraits& traits, std::string_view text,
                   std::size_t chunk = static_cast<std::size_t>(-1)) {
  ChunkedSource source(text, chunk);
  sql::Splitter splitter(traits, source);
  Split split;
  sql::Piece piece;
  for (;;) {
    const base::Result<bool> more = splitter.next(piece);
    if (!more) {
      const base::Error& error = more.error();
      split.error = std::to_string(error.where.line) + ":" + std::to_string(error.where.column) +
                    ": " + error.message;
      return split;
    }
    if (!*more) return split;
    split.pieces.push_back({piece.kind, std::string(piece.text), piece.byte, piece.end_byte,
                            piece.line, piece.column});
  }
}

using Texts = std::vector<std::string>;

inline Texts postgres(std::string_view text) { return split(postgres_traits(), text).texts(); }
inline Texts mysql(std::string_view text) { return split(mysql_traits(), text).texts(); }
inline Texts sqlite(std::string_view text) { return split(sqlite_traits(), text).texts(); }

/// A script of these statements.
inline std::string joined(const Texts& statements) {
  std::string text;
  for (const std::string& statement : statements) text += statement + "; ";
  return text;
}

}  // namespace garboard::testing
