// SPDX-License-Identifier: Apache-2.0
// The readers of plan files: text -> Document. What they refuse (aliases, tags, two documents, ...)
// is listed in docs/adr/0001-plan-decoder-not-schema-engine.md; each refusal is a problem with its
// place.
#pragma once

#include "loading/document.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

/// Any YAML, by yaml-cpp. False when there is no tree to decode; then there are problems.
[[nodiscard]] bool read_yaml(Document& document, Problems& problems);

/// The YAML that plans are usually made of, ten times faster. False, with the document as it was,
/// for everything that it does not know, mistakes included: then read_yaml decides. What it accepts
/// it reads exactly like read_yaml; a test compares them.
[[nodiscard]] bool read_plain_yaml(Document& document);

/// Strict JSON.
[[nodiscard]] bool read_json(Document& document, Problems& problems);

/// Refuses keys that stand twice in a mapping, that are no text, and merge keys.
void check_keys(const Document& document, Problems& problems);

/// What readers expect: no byte order mark, CRLF and lone CR as LF. Adds a problem for what is not
/// UTF-8 or has control characters; returns whether there was none.
[[nodiscard]] bool check_text(const Document& document, Problems& problems);
[[nodiscard]] std::string normalized(std::string text);

/// All of the above, by the document's kind. False when there is no tree to decode.
[[nodiscard]] bool read_document(Document& document, Problems& problems);

}  // namespace garboard::loading
