// SPDX-License-Identifier: Apache-2.0
// What the hooks file says under "config" of the hook "metrics".
#pragma once

#include <string>
#include <string_view>

#include "figures.hpp"

namespace garboard::metrics {

struct Settings {
  std::string text_file;    ///< "{app}" stands for the app; empty: none
  std::string pushgateway;  ///< its URL; empty: none
  std::string job = "garboard";
  Labels labels;  ///< on everything, besides app and environment
  bool sends_traces = false;
  bool sends_metrics = false;
  bool has_statements = false;  ///< as spans

  [[nodiscard]] bool sends_nothing() const {
    return text_file.empty() && pushgateway.empty() && !sends_traces && !sends_metrics;
  }
};

/// What the hook is told, as JSON.
#define GARBOARD_METRICS_EVENTS                                 \
  R"(["after_statement","after_migration","migration.failed",)" \
  R"("run.succeeded","run.failed","run.cancelled"])"

[[nodiscard]] Settings read_settings(std::string_view config);
[[nodiscard]] std::string describe();

/// app, environment where there is one, and the labels of the settings.
[[nodiscard]] Labels labels_of(const Settings& settings, const Figures& figures);
/// The file of this app; a character that could lead elsewhere is '_'.
[[nodiscard]] std::string text_file_of(const Settings& settings, const std::string& app);
/// Groups by job and app, so that apps do not replace each other's figures.
[[nodiscard]] std::string push_url(const Settings& settings, const std::string& app);

}  // namespace garboard::metrics
