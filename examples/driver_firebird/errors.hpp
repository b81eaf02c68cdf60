// SPDX-License-Identifier: Apache-2.0
// What Firebird's errors mean to garboard.
#pragma once

#include <string_view>

#include <garboard/driver.hpp>

#include "client.hpp"

namespace firebird {

namespace sdk = garboard::sdk;

/// What was done when the error came.
enum class Doing { opening, running, committing };

/// `sql`: the text that positions in the message are about.
[[nodiscard]] sdk::Failure failure_of(const fb::FbException& thrown, Doing doing,
                                      std::string_view sql = {});

/// A table could not be made for what a crash has left in the catalog; see session.cpp.
[[nodiscard]] bool is_left_by_a_crash(const sdk::Failure& failure);

[[nodiscard]] bool is_about_opening_a_file(const fb::FbException& thrown);

}  // namespace firebird
