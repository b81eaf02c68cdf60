// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <set>
#include <utility>

#include "cli/settings.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using base::SourcePosition;

SourcePosition position(const std::string& path, const YAML::Mark& mark) {
  if (mark.is_null()) return {.file = path};
  return {.file = path,
          .line = static_cast<std::uint32_t>(mark.line + 1),
          .column = static_cast<std::uint32_t>(mark.column + 1)};
}

class SettingsReader {
 public:
  SettingsReader(const std::string& path, FileTrust trust) : path_(path), trust_(trust) {}

  void read(const YAML::Node& root) {
    if (!root.IsDefined() || root.IsNull()) return;
    if (!root.IsMap()) {
      refuse(root.Mark(), "expected a mapping of setting names to values");
      return;
    }
    for (const auto& entry : root) read_entry(entry.first, entry.second);
  }

  Result<FileSettings> finish() && {
    if (problems_.empty()) return std::move(settings_);
    Error first = std::move(problems_.front());
    first.others.assign(std::make_move_iterator(problems_.begin() + 1),
                        std::make_move_iterator(problems_.end()));
    return first;
  }

  void refuse(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    problems_.push_back(Error{.code = Code::bad_input,
                              .message = std::move(message),
                              .hint = std::move(hint),
                              .where = position(path_, mark)});
  }

 private:
  void read_entry(const YAML::Node& key, const YAML::Node& value) {
    if (!key.IsScalar()) {
      refuse(key.Mark(), "expected the name of a setting");
      return;
    }
    const OptionSpec* option = find_option(key.Scalar());
    if (option == nullptr || !option->is_setting || option->name == "config") {
      const std::string_view near = nearest_option(key.Scalar());
      refuse(key.Mark(), "unknown setting '" + key.Scalar() + "'",
             near.empty() ? "" : "did you mean " + std::string(near) + "?");
      return;
    }
    const std::string name(option->name);
    if (!seen_.insert(name).second) {
      refuse(key.Mark(), "setting '" + name + "' is given twice");
      return;
    }
    if ((name == "plugin-dir" || name == "hooks") && trust_ == FileTrust::found) {
      refuse(key.Mark(), name + " is not taken from a file that was only found, not named",
             "pass --" + name + ", or name the file with --config");
      return;
    }
    std::vector<std::string> values;
    if (option->kind == ValueKind::list && value.IsSequence()) {
      for (const YAML::Node& item : value)
        if (item.IsScalar()) values.push_back(item.Scalar());
      if (values.size() != value.size()) {
        refuse(value.Mark(), "setting '" + name + "': expected a list of texts");
        return;
      }
    } else if (value.IsScalar()) {
      values.push_back(value.Scalar());
    } else {
      refuse(value.Mark(), "setting '" + name + "': expected one value");
      return;
    }
    settings_.emplace(name, Setting{.values = std::move(values),
                                    .origin = Origin::file,
                                    .place = position(path_, value.Mark()).text()});
  }

  const std::string& path_;
  FileTrust trust_;
  FileSettings settings_;
  std::set<std::string, std::less<>> seen_;
  std::vector<Error> problems_;
};

}  // namespace

Result<FileSettings> read_settings_file(std::string_view text, const std::string& shown_path,
                                        FileTrust trust) {
  SettingsReader reader(shown_path, trust);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1)
      reader.refuse(documents[1].Mark(), "expected one document");
    else if (!documents.empty())
      reader.read(documents.front());
  } catch (const YAML::Exception& wrong) {
    reader.refuse(wrong.mark, "no YAML: " + wrong.msg);
  }
  return std::move(reader).finish();
}

}  // namespace garboard::cli
