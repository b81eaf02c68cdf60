// SPDX-License-Identifier: Apache-2.0
// A file that is one document on its own, such as a hooks file: read, checked, decoded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "loading/document.hpp"
#include "loading/problems.hpp"
#include "loading/readers.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

/// What `Decoder(document, problems).decode()` makes of a YAML file, or of a JSON file by its name.
/// Errors: those of files.read; all problems of the document in one.
template <class Decoder>
auto load_decoded(ports::Files& files, const std::filesystem::path& path, std::uint64_t max_bytes)
    -> Result<decltype(std::declval<Decoder&>().decode())> {
  Result<std::string> text = files.read(path, max_bytes);
  if (!text) return std::move(text).error().at({.file = path.string()});
  Document document(path.string(), normalized(*std::move(text)), path.extension() == ".json");
  Problems problems;
  decltype(std::declval<Decoder&>().decode()) decoded;
  if (read_document(document, problems)) decoded = Decoder(document, problems).decode();
  if (!problems.empty()) return problems.take();
  return decoded;
}

}  // namespace garboard::loading
