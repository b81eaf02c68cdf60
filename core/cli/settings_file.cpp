// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/settings.hpp"
#include "loading/document.hpp"
#include "loading/problems.hpp"
#include "loading/readers.hpp"

namespace garboard::cli {

namespace {

using loading::Document;
using loading::NodeId;
using loading::NodeKind;
using loading::Problems;
using loading::TreeNode;

class SettingsReader {
 public:
  SettingsReader(const Document& document, FileTrust trust, Problems& problems)
      : document_(document), trust_(trust), problems_(problems) {}

  FileSettings read() {
    const TreeNode& root = document_.at(Document::root);
    if (root.kind == NodeKind::mapping) {
      for (NodeId key = Document::root + 1; key < root.end; key = end_of(end_of(key)))
        read_entry(key, end_of(key));
    } else if (root.kind != NodeKind::null) {
      refuse(Document::root, "expected a mapping of setting names to values");
    }
    return std::move(settings_);
  }

 private:
  [[nodiscard]] NodeId end_of(NodeId id) const { return document_.at(id).end; }

  void refuse(NodeId id, std::string message, std::string hint = {}) {
    problems_.add(document_, document_.at(id).offset, std::move(message), std::move(hint));
  }

  void read_entry(NodeId key, NodeId value) {
    if (document_.at(key).kind != NodeKind::scalar) return;  // refused already
    const std::string name(document_.at(key).text);
    const OptionSpec* option = find_option(name);
    if (option == nullptr || !option->is_setting || option->name == "config") {
      const std::string_view near = nearest_option(name);
      return refuse(key, "unknown setting '" + loading::excerpt(name) + "'",
                    near.empty() ? "" : "did you mean " + std::string(near) + "?");
    }
    if ((name == "plugin-dir" || name == "hooks") && trust_ == FileTrust::found)
      return refuse(key, name + " is not taken from a file that was only found, not named",
                    "pass --" + name + ", or name the file with --config");
    const bool is_list = document_.at(value).kind == NodeKind::sequence;
    if (is_list && option->kind == ValueKind::list) return read_list(name, value);
    if (document_.at(value).kind != NodeKind::scalar)
      return refuse(value, "setting '" + name + "': expected one value");
    keep(name, value, {std::string(document_.at(value).text)});
  }

  void read_list(const std::string& name, NodeId list) {
    std::vector<std::string> values;
    for (NodeId id = list + 1; id < end_of(list); id = end_of(id)) {
      if (document_.at(id).kind != NodeKind::scalar)
        return refuse(list, "setting '" + name + "': expected a list of texts");
      values.emplace_back(document_.at(id).text);
    }
    keep(name, list, std::move(values));
  }

  void keep(const std::string& name, NodeId value, std::vector<std::string> values) {
    settings_.emplace(name,
                      Setting{.values = std::move(values),
                              .origin = Origin::file,
                              .place = document_.position(document_.at(value).offset).text()});
  }

  const Document& document_;
  FileTrust trust_;
  Problems& problems_;
  FileSettings settings_;
};

/// Nothing but comments.
bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t first = text.substr(0, end).find_first_not_of(" \t\r");
    if (first != std::string_view::npos && text[first] != '#') return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

}  // namespace

Result<FileSettings> read_settings_file(std::string_view text, const std::string& shown_path,
                                        FileTrust trust) {
  if (is_blank(text)) return FileSettings{};
  const bool is_json = shown_path.ends_with(".json");
  Document document(shown_path, loading::normalized(std::string(text)), is_json);
  Problems problems;
  FileSettings settings;
  if (loading::read_document(document, problems))
    settings = SettingsReader(document, trust, problems).read();
  if (!problems.empty()) return problems.take();
  return settings;
}

}  // namespace garboard::cli
