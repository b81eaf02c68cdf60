// SPDX-License-Identifier: Apache-2.0
// An Error as JSON (schema/error.schema.json), and the short form for /dev/termination-log.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/redaction.hpp"

namespace garboard::cli {

using Json = nlohmann::ordered_json;

/// Everything the error knows, redacted. Invalid UTF-8 is for `dumped` to replace.
[[nodiscard]] Json error_json(const base::Error& error, const base::Redactor& redactor);

/// What error_json wrote, as far as people read it; nullopt for anything else.
[[nodiscard]] std::optional<base::Error> error_from_json(const Json& json);

/// One line of JSON, never throwing; what is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string dumped(const Json& json);

/// The error as JSON in at most max_bytes: texts are cut, further problems counted instead of
/// listed, until it fits; always valid JSON with code and reason.
[[nodiscard]] std::string short_error_json(const base::Error& error, const base::Redactor& redactor,
                                           std::size_t max_bytes);

/// The slug that machines branch on.
[[nodiscard]] std::string reason_text(const base::Error& error);

/// Redacts every text value of a document, in place; keys and numbers stay.
[[nodiscard]] Json place_json(const base::SourcePosition& where);

void redact_json(Json& json, const base::Redactor& redactor);

}  // namespace garboard::cli
