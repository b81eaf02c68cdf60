// SPDX-License-Identifier: Apache-2.0
// One entry of a seed's `tables`: its key, its rows or its CSV file.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loading/document.hpp"
#include "loading/fields.hpp"
#include "loading/problems.hpp"
#include "model/seed.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

class SeedTableDecoder {
 public:
  /// All borrowed.
  SeedTableDecoder(const Document& document, ports::Files& files,
                   const std::filesystem::path& folder, Problems& problems)
      : document_(document), files_(files), folder_(folder), problems_(problems) {}

  [[nodiscard]] model::SeedTable decode(NodeId id, model::SeedMode mode);
  /// References to names that no row of all decoded tables has.
  void check_references();

 private:
  const TreeNode& at(NodeId id) const { return document_.at(id); }
  void refuse(NodeId id, std::string message, std::string hint = {});
  std::optional<std::string> name(NodeId id, std::string_view key);
  std::vector<std::string> key_columns(NodeId id);
  void read_delete(NodeId id, model::SeedTable& table, model::SeedMode mode);
  void read_rows(NodeId id, model::SeedTable& table);
  void read_row(NodeId id, model::SeedTable& table);
  void check_key(const model::SeedRow& row, const model::SeedTable& table, NodeId id);
  void read_alias(NodeId id, model::SeedRow& row);
  std::optional<model::SeedValue> value(NodeId id, std::string_view column);
  std::optional<model::SeedValue> reference(NodeId id);
  std::optional<model::SeedCsv> csv(NodeId id);
  void read_csv_options(const Fields& fields, model::SeedCsv& csv);
  void read_csv_columns(NodeId id, model::SeedCsv& csv);

  struct Reference {
    std::string alias;
    NodeId node;
  };

  const Document& document_;
  ports::Files& files_;
  const std::filesystem::path& folder_;
  Problems& problems_;
  std::map<std::string, NodeId, std::less<>> aliases_ = {};
  std::vector<Reference> references_ = {};
};

}  // namespace garboard::loading
