// SPDX-License-Identifier: Apache-2.0
// What a run did as spans of a trace: the run, its migrations and, if asked for, their statements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/event.hpp"

namespace garboard::metrics {

/// A trace's and a span's number, in hexadecimal digits.
struct TraceContext {
  std::string trace_id, span_id, state;
  bool is_sampled = true;
};

/// Out of TRACEPARENT and TRACESTATE as W3C has them; nothing when it is malformed.
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view parent,
                                                            std::string_view state);
/// `digits` random ones, not all of them 0.
[[nodiscard]] std::string random_hex(std::size_t digits);

struct Span {
  enum class Kind { internal = 1, client = 3 };
  std::string id, parent_id, name;
  Kind kind = Kind::internal;
  std::int64_t start_ms = 0, end_ms = 0;
  bool is_failed = false;
  std::string message;
  std::vector<std::pair<std::string, nlohmann::json>> attributes;
};

/// Collects spans while events come, until the run's own ends the trace.
class SpanRecorder {
 public:
  explicit SpanRecorder(std::optional<TraceContext> parent);

  /// after_statement, after_migration, migration.failed, run.*; other events are ignored.
  void take(const hooks::Event& event);
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  [[nodiscard]] const TraceContext& context() const { return context_; }

 private:
  void keep(Span span);
  void take_statement(const hooks::Event& event);
  void take_migration(const hooks::Event& event);
  void take_run(const hooks::Event& event);
  [[nodiscard]] Span begun(const hooks::Event& event, std::int64_t duration_ms) const;

  TraceContext context_;  ///< of the run's span
  std::string parent_id_;
  std::string migration_span_id_;
  std::vector<Span> spans_;
  std::int64_t left_out_ = 0;
};

}  // namespace garboard::metrics
