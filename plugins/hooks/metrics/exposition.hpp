// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, in a file for node_exporter's textfile collector or for a Pushgateway.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "figures.hpp"

namespace garboard::metrics {

[[nodiscard]] std::string exposition(const std::vector<Gauge>& gauges);
/// The lines of `gauges` with the time of the last success out of `before`, an exposition of an
/// earlier run with the same labels, where this run has none of its own.
[[nodiscard]] std::string with_last_success(const std::vector<Gauge>& gauges,
                                            std::string_view before);
/// In place of `path`, at once: who reads it sees the old text or the new one. Its mode is 0644.
/// Throws sdk::Failure.
void replace_file(const std::string& path, std::string_view text);
/// Empty when there is none.
[[nodiscard]] std::string text_of_file(const std::string& path);

}  // namespace garboard::metrics
