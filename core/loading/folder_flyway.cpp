// SPDX-License-Identifier: Apache-2.0
// Flyway: V1.2__name.sql in the order of the versions, U1.2__name.sql undoes it, R__name.sql is
// applied again whenever it changes; in this folder and beneath.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/placeholders.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::uint64_t max_config_bytes = 65536;
constexpr unsigned max_depth = 16;

struct FlywayFile {
  string path = {};  ///< relative to the folder
  char kind = 'V';
  string version = {};  ///< parts joined by dots; empty for R
  string description = {};
};

std::vector<string> parts_of(string_view version) {
  std::vector<string> parts;
  while (!version.empty()) {
    const string_view part = version.substr(0, version.find('.'));
    parts.push_back(without_zeros(part));
    version.remove_prefix(std::min(part.size() + 1, version.size()));
  }
  while (parts.size() > 1 && parts.back() == "0") parts.pop_back();  // 1.0 is 1
  return parts;
}

bool is_less_version(string_view a, string_view b) {
  const auto one = parts_of(a);
  const auto other = parts_of(b);
  return std::ranges::lexicographical_compare(one, other, is_less_number);
}

bool is_callback(string_view name) {
  for (const string_view prefix : {"before", "after"})
    if (name.starts_with(prefix) && name.size() > prefix.size() && name[prefix.size()] >= 'A' &&
        name[prefix.size()] <= 'Z')
      return true;
  return name == "createSchema.sql" || name.starts_with("createSchema__");
}

bool is_version(string_view text) {
  bool expects_digit = true;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (expects_digit || c != '.')) return false;
    expects_digit = !is_digit;
  }
  return !expects_digit;
}

class FlywayNames {
 public:
  explicit FlywayNames(Folder& folder) : folder_(folder) {}

  void read(const string& beneath, unsigned depth) {
    for (const ports::FolderEntry& entry : folder_.entries(beneath)) {
      const string path = beneath.empty() ? entry.name : beneath + "/" + entry.name;
      if (entry.is_folder && depth < max_depth)
        read(path, depth + 1);
      else if (!entry.is_folder)
        see(path, entry.name);
    }
  }

  std::vector<FlywayFile> versioned = {};
  std::vector<FlywayFile> undone = {};
  std::vector<FlywayFile> repeatable = {};

 private:
  void see(const string& path, string_view name) {
    const char kind = name.front();
    const bool is_migration =
        name.size() > 1 && (kind == 'V' || kind == 'U' || kind == 'B' || kind == 'R') &&
        ((name[1] >= '0' && name[1] <= '9' && kind != 'R') || (kind == 'R' && name[1] == '_'));
    const auto stem = without_ending(name, ".sql");
    if (is_migration && (name.ends_with(".java") || name.ends_with(".class")))
      return folder_.refuse(path, 1, "a migration in Java, which cannot be run here",
                            "write what it does as SQL");
    if (!stem) return;
    if (is_callback(name))
      return folder_.refuse(path, 1, "a callback of Flyway, which is not run here",
                            "put what it does into a migration, or remove it");
    if (!is_migration) return;
    if (kind == 'B')
      return folder_.refuse(path, 1, "a baseline migration of Flyway, which is not run here",
                            "remove it: a new database takes all versions, an old one 'baseline'");
    const std::size_t separator = stem->find("__");
    if (separator == string_view::npos)
      return folder_.refuse(path, 1, "the name has no '__' between version and description",
                            "as in V1.2__add_users.sql or R__views.sql");
    FlywayFile file{.path = path, .kind = kind, .version = string(stem->substr(1, separator - 1))};
    file.description = stem->substr(separator + 2);
    std::ranges::replace(file.version, '_', '.');
    if (kind != 'R' && !is_version(file.version))
      return folder_.refuse(path, 1, "the version is no list of numbers",
                            "as in V1.2__add_users.sql");
    (kind == 'V' ? versioned : kind == 'U' ? undone : repeatable).push_back(std::move(file));
  }

  Folder& folder_;
};

/// Values by name, whatever its case: --set, or FLYWAY_PLACEHOLDERS_<NAME>.
class FlywayPlaceholders {
 public:
  explicit FlywayPlaceholders(const Source& source) : source_(source) {}

  std::optional<base::Error> resolve(string_view name) {
    const string wanted = upper_case(name);
    for (const auto& [given, value] : source_.values)
      if (upper_case(given) == wanted) return keep(name, value);
    string variable = "FLYWAY_PLACEHOLDERS_" + wanted;
    if (source_.environment)
      if (const auto value = source_.environment(variable)) return keep(name, *value);
    if (wanted.starts_with("FLYWAY:"))
      return base::Error{.message = "Flyway's own placeholder '" + excerpt(name) + "' has no value",
                         .hint = "write what it stands for"};
    return base::Error{.message = "the placeholder '" + excerpt(name) + "' has no value",
                       .hint = "pass --set " + excerpt(name) + "=VALUE or set " +
                               excerpt(variable) +
                               "; files of refinery have no placeholders (--format refinery)"};
  }
  [[nodiscard]] std::shared_ptr<const model::Placeholders> values() const { return values_; }

 private:
  static string upper_case(string_view text) {
    string upper(text);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper;
  }
  std::optional<base::Error> keep(string_view name, const string& value) {
    values_->insert_or_assign(string(name), model::Placeholder{.value = value});
    return std::nullopt;
  }

  const Source& source_;
  std::shared_ptr<model::Placeholders> values_ = std::make_shared<model::Placeholders>();
};

struct ScriptConfig {
  bool is_in_transaction = true;
  bool has_placeholders = true;
};

/// What the file beside a migration says.
ScriptConfig read_config(Folder& folder, const string& path) {
  ScriptConfig config;
  const auto text = folder.text(path, max_config_bytes);
  string_view rest = text ? string_view(*text) : string_view();
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    const string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    string said;
    for (const char c : line.substr(0, line.find('#')))
      if (c != ' ' && c != '\t' && c != '\r') said += c;
    if (said == "executeInTransaction=false")
      config.is_in_transaction = false;
    else if (said == "placeholderReplacement=false")
      config.has_placeholders = false;
    else if (!said.empty() && said != "executeInTransaction=true" &&
             said != "placeholderReplacement=true" && said != "encoding=UTF-8")
      folder.refuse(path, number, "'" + excerpt(said) + "' is not known",
                    "executeInTransaction, placeholderReplacement and encoding=UTF-8 are");
  }
  return config;
}

class FlywayReader {
 public:
  explicit FlywayReader(Folder& folder)
      : folder_(folder),
        names_(folder),
        placeholders_(folder.source()),
        templates_(
            TemplateCheck::Style::flyway,
            [this](string_view name) { return placeholders_.resolve(name); }, folder.problems()) {}

  Migrations read() {
    names_.read({}, 0);
    const auto by_version = [](const FlywayFile& a, const FlywayFile& b) {
      return is_less_version(a.version, b.version);
    };
    std::ranges::stable_sort(names_.versioned, by_version);
    std::ranges::stable_sort(names_.repeatable, {}, &FlywayFile::description);
    Migrations migrations;
    for (std::size_t i = 0; i < names_.versioned.size(); ++i) {
      const FlywayFile& file = names_.versioned[i];
      if (i > 0 && !by_version(names_.versioned[i - 1], file))
        folder_.refuse(file.path, 1, "the version " + file.version + " is used for the second time",
                       "the first is '" + folder_.shown(names_.versioned[i - 1].path) + "'");
      migrations.push_back(versioned(file));
    }
    for (const FlywayFile& file : names_.undone)
      folder_.refuse(file.path, 1, "there is no version " + file.version + " to undo",
                     "files of refinery, where U means unversioned, need --format refinery");
    for (const FlywayFile& file : names_.repeatable) {
      Draft draft(folder_, "R__" + file.description, file.description);
      draft.change().is_repeatable = true;
      add(draft, file, Part::up);
      migrations.push_back(draft.take());
    }
    return migrations;
  }

 private:
  model::Change versioned(const FlywayFile& file) {
    Draft draft(folder_, file.version, file.description);
    add(draft, file, Part::up);
    const auto undo = std::ranges::find_if(names_.undone, [&](const FlywayFile& other) {
      return parts_of(other.version) == parts_of(file.version);
    });
    if (undo != names_.undone.end()) {
      add(draft, *undo, Part::down);
      names_.undone.erase(undo);
    }
    return draft.take();
  }

  void add(Draft& draft, const FlywayFile& file, Part part) {
    ScriptConfig config;
    const string name = file.path + ".conf";
    const std::size_t slash = file.path.rfind('/');
    const string beneath = slash == string::npos ? string() : file.path.substr(0, slash);
    if (has(beneath, slash == string::npos ? name : name.substr(slash + 1)))
      config = read_config(folder_, name);
    if (!config.is_in_transaction && part == Part::up)
      draft.change().transaction = model::TransactionMode::never;
    draft.set_placeholders(placeholders_.values());
    draft.add_file(file.path, part, {}, config.has_placeholders ? &templates_ : nullptr);
  }

  bool has(const string& beneath, const string& name) {
    if (!listed_ || *listed_ != beneath) {
      listed_ = beneath;
      entries_ = folder_.entries(beneath);
    }
    return std::ranges::any_of(entries_, [&](const ports::FolderEntry& entry) {
      return !entry.is_folder && entry.name == name;
    });
  }

  Folder& folder_;
  FlywayNames names_;
  FlywayPlaceholders placeholders_;
  TemplateCheck templates_;
  std::optional<string> listed_ = {};
  std::vector<ports::FolderEntry> entries_ = {};
};

}  // namespace

Migrations read_flyway(Folder& folder) { return FlywayReader(folder).read(); }

}  // namespace garboard::loading
