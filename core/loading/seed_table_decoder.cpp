// SPDX-License-Identifier: Apache-2.0
#include "loading/seed_table_decoder.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace garboard::loading {

namespace {

using model::SeedCsv;
using model::SeedMode;
using model::SeedRow;
using model::SeedTable;
using model::SeedValue;
using std::string;
using std::string_view;

constexpr std::size_t max_name = 128;
constexpr std::size_t max_path = 4096;
constexpr std::array<string_view, 6> table_keys{"table", "schema", "key", "delete", "rows", "csv"};
constexpr std::array<string_view, 1> delete_keys{"where"};
constexpr std::array<string_view, 4> csv_keys{"file", "delimiter", "null_text", "columns"};
constexpr std::array<string_view, 1> reference_keys{"ref"};
constexpr string_view expected_value = "text, a number, true, false, null or {ref: name.column}";

bool has_control(string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
}

}  // namespace

void SeedTableDecoder::refuse(NodeId id, string message, string hint) {
  problems_.add(document_, at(id).offset, std::move(message), std::move(hint));
}

std::optional<string> SeedTableDecoder::name(NodeId id, string_view key) {
  const auto text = read_line(document_, id, key, max_name, problems_);
  return text ? std::optional<string>(*text) : std::nullopt;
}

SeedTable SeedTableDecoder::decode(NodeId id, SeedMode mode) {
  SeedTable table;
  table.where = document_.position(at(id).offset);
  const Fields fields(document_, id, "a table", table_keys, problems_);
  if (!fields.is_mapping()) return table;
  if (fields.lacks("table"))
    problems_.add(document_, fields.offset(), "'table' is missing, expected the table's name");
  if (fields.has("table")) table.name = name(fields.value("table"), "table").value_or("");
  if (fields.has("schema")) table.schema = name(fields.value("schema"), "schema").value_or("");
  if (fields.has("key")) table.key = key_columns(fields.value("key"));
  if (fields.lacks("key") && mode == SeedMode::reconcile)
    problems_.add(document_, fields.offset(),
                  "'key' is missing, expected the columns that a row is known by",
                  "`mode: reconcile` compares rows by a unique key");
  if (fields.has("delete")) read_delete(fields.value("delete"), table, mode);
  if (fields.has("rows") == fields.has("csv")) {
    if (!fields.has_unknown())
      problems_.add(document_, fields.offset(),
                    fields.has("rows") ? "the table has both 'rows' and 'csv', expected one of them"
                                       : "the table has neither 'rows' nor 'csv'");
    return table;
  }
  if (fields.has("rows")) read_rows(fields.value("rows"), table);
  if (fields.has("csv")) table.csv = csv(fields.value("csv"));
  return table;
}

std::vector<string> SeedTableDecoder::key_columns(NodeId id) {
  std::vector<string> columns;
  for (const NodeId item : string_or_list(document_, id, "key", problems_)) {
    const auto column = name(item, "key");
    if (!column) continue;
    if (std::ranges::find(columns, *column) != columns.end())
      refuse(item, "'key' names '" + excerpt(*column) + "' twice");
    else
      columns.push_back(*column);
  }
  return columns;
}

void SeedTableDecoder::read_delete(NodeId id, SeedTable& table, SeedMode mode) {
  if (at(id).kind == NodeKind::mapping) {
    const Fields fields(document_, id, "'delete'", delete_keys, problems_);
    if (fields.lacks("where"))
      problems_.add(document_, fields.offset(), "'where' is missing, expected an SQL condition",
                    "`delete: true` deletes every row that is not in the seed");
    if (fields.has("where")) {
      const auto text = read_string(document_, fields.value("where"), "where", problems_);
      if (text && text->find_first_not_of(" \t\n") == string_view::npos)
        refuse(fields.value("where"), "'where' is empty, expected an SQL condition");
      table.delete_where = text.value_or("");
    }
    table.deletes = true;
  } else {
    table.deletes = read_bool(document_, id, "delete", problems_).value_or(false);
  }
  if (table.deletes && mode != SeedMode::reconcile)
    refuse(id, "'delete' needs `mode: reconcile`, and this seed is applied once");
}

void SeedTableDecoder::read_rows(NodeId id, SeedTable& table) {
  const TreeNode& list = at(id);
  if (list.kind != NodeKind::sequence || list.end == id + 1)
    return refuse_type(document_, id, "rows", "a list of at least one row", problems_);
  for (NodeId item = id + 1; item < list.end; item = at(item).end) read_row(item, table);
}

void SeedTableDecoder::read_row(NodeId id, SeedTable& table) {
  const TreeNode& node = at(id);
  if (node.kind != NodeKind::mapping)
    return refuse(
        id, "a row is " + described(document_, id) + ", expected a mapping of columns to values");
  SeedRow row;
  row.where = document_.position(node.offset);
  for (NodeId key = id + 1; key < node.end;) {
    const NodeId held = at(key).end;
    const string_view column = at(key).text;
    if (column == "as") {
      read_alias(held, row);
    } else if (column.empty() || has_control(column) || column.size() > max_name) {
      refuse(key, "a column is named '" + excerpt(column) + "', expected a name");
    } else if (auto given = value(held, column)) {
      row.values.emplace_back(string(column), *std::move(given));
    }
    key = at(held).end;
  }
  if (row.values.empty() && problems_.empty())
    refuse(id, "the row has no columns", "leave a column out to have its default");
  check_key(row, table, id);
  table.rows.push_back(std::move(row));
}

void SeedTableDecoder::check_key(const SeedRow& row, const SeedTable& table, NodeId id) {
  if (!problems_.empty()) return;  // a value that was refused is missing here
  for (const string& column : table.key) {
    const SeedValue* found = row.find(column);
    if (found == nullptr)
      refuse(id, "the row has no '" + excerpt(column) + "', which is part of the table's key");
    else if (!found->text && !found->reference)
      refuse(id, "'" + excerpt(column) + "' is null, and it is part of the table's key");
  }
}

void SeedTableDecoder::read_alias(NodeId id, SeedRow& row) {
  const auto text = read_line(document_, id, "as", max_name, problems_);
  if (!text) return;
  if (text->find('.') != string_view::npos)
    return refuse(id, "'as' is '" + excerpt(*text) + "', expected a name without a dot",
                  "it stands before the dot in {ref: name.column}");
  row.alias = *text;
  const auto [first, is_new] = aliases_.emplace(*text, id);
  if (!is_new)
    refuse(id, "'as' is '" + excerpt(*text) + "' for the second time",
           "the first is at " + document_.position(at(first->second).offset).text());
}

std::optional<SeedValue> SeedTableDecoder::value(NodeId id, string_view column) {
  const TreeNode& node = at(id);
  if (node.kind == NodeKind::null) return SeedValue{};
  if (node.kind == NodeKind::mapping) return reference(id);
  if (node.kind != NodeKind::scalar) {
    refuse_type(document_, id, excerpt(column), expected_value, problems_,
                "write JSON and arrays as text, in the form that the database reads");
    return std::nullopt;
  }
  if (node.text.find('\0') != string_view::npos) {
    refuse(id, "'" + excerpt(column) + "' has a NUL byte, expected text");
    return std::nullopt;
  }
  // every database reads these as its booleans
  if (node.style == ScalarStyle::plain && (node.text == "true" || node.text == "false"))
    return SeedValue{.text = node.text == "true" ? "1" : "0"};
  return SeedValue{.text = string(node.text)};
}

std::optional<SeedValue> SeedTableDecoder::reference(NodeId id) {
  const Fields fields(document_, id, "a reference", reference_keys, problems_);
  if (fields.lacks("ref"))
    problems_.add(document_, fields.offset(), "'ref' is missing, expected name.column",
                  "write JSON as text, in the form that the database reads");
  if (!fields.has("ref")) return std::nullopt;
  const NodeId held = fields.value("ref");
  const auto text = read_line(document_, held, "ref", 2 * max_name + 1, problems_);
  if (!text) return std::nullopt;
  const std::size_t dot = text->find('.');
  if (dot == 0 || dot == string_view::npos || dot + 1 == text->size()) {
    refuse(held, "'ref' is '" + excerpt(*text) + "', expected name.column",
           "the name is what another row says after 'as:'");
    return std::nullopt;
  }
  references_.push_back({string(text->substr(0, dot)), held});
  return SeedValue{.reference = model::SeedReference{.alias = references_.back().alias,
                                                     .column = string(text->substr(dot + 1)),
                                                     .where = document_.position(at(held).offset)}};
}

void SeedTableDecoder::check_references() {
  std::vector<string_view> known;
  for (const auto& [alias, node] : aliases_) known.push_back(alias);
  for (const Reference& each : references_) {
    if (aliases_.contains(each.alias)) continue;
    const string_view guess = base::closest_of(each.alias, known);
    refuse(
        each.node, "no row is named '" + excerpt(each.alias) + "'",
        guess.empty() ? "a row gets a name with 'as:'" : "did you mean '" + string(guess) + "'?");
  }
}

std::optional<SeedCsv> SeedTableDecoder::csv(NodeId id) {
  SeedCsv csv;
  NodeId file = id;
  if (at(id).kind == NodeKind::mapping) {
    const Fields fields(document_, id, "'csv'", csv_keys, problems_);
    if (fields.lacks("file"))
      problems_.add(document_, fields.offset(), "'file' is missing, expected the CSV file's path");
    read_csv_options(fields, csv);
    if (!fields.has("file")) return std::nullopt;
    file = fields.value("file");
  }
  const auto shown = read_line(document_, file, file == id ? "csv" : "file", max_path, problems_);
  if (!shown) return std::nullopt;
  csv.shown = *shown;
  csv.where = document_.position(at(file).offset);
  auto resolved = files_.resolve_beneath(folder_, csv.shown);
  if (!resolved) {
    problems_.add(at(file).offset, std::move(resolved).error().at(csv.where));
    return std::nullopt;
  }
  csv.file = *std::move(resolved);
  return csv;
}

void SeedTableDecoder::read_csv_options(const Fields& fields, SeedCsv& csv) {
  if (fields.has("delimiter")) {
    const auto text = read_string(document_, fields.value("delimiter"), "delimiter", problems_);
    const bool fits = text && text->size() == 1 && *text != "\"" && *text != "\n" &&
                      *text != "\r" && static_cast<unsigned char>(text->front()) < 0x80U;
    if (fits)
      csv.delimiter = text->front();
    else if (text)
      refuse_type(document_, fields.value("delimiter"), "delimiter",
                  "one ASCII character such as ';' or \"\\t\", no quote and no line end",
                  problems_);
  }
  if (fields.has("null_text")) {
    const auto text = read_string(document_, fields.value("null_text"), "null_text", problems_);
    csv.null_text = text.value_or("");
  }
  if (fields.has("columns")) read_csv_columns(fields.value("columns"), csv);
}

void SeedTableDecoder::read_csv_columns(NodeId id, SeedCsv& csv) {
  const TreeNode& node = at(id);
  if (node.kind != NodeKind::mapping)
    return refuse_type(document_, id, "columns", "a mapping of header to column", problems_);
  for (NodeId key = id + 1; key < node.end;) {
    const NodeId held = at(key).end;
    string column;
    if (at(held).kind != NodeKind::null) column = name(held, at(key).text).value_or("");
    csv.columns.emplace_back(string(at(key).text), std::move(column));
    key = at(held).end;
  }
}

}  // namespace garboard::loading
