// SPDX-License-Identifier: Apache-2.0
// new: writes an empty migration, in the format that is there already.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "cli/command.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "loading/new_files.hpp"

namespace garboard::cli {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Error;
using loading::Format;
using loading::NewFile;

constexpr std::uint64_t max_plan_bytes = std::uint64_t{1024} * 1024;

Error cannot_write(const fs::path& path, int number) {
  if (number == EEXIST)
    return {.code = Code::bad_input,
            .message = "'" + path.string() + "' exists already",
            .hint = "choose another name; nothing was changed",
            .where = {path.string(), 0, 0}};
  return {.code = Code::bad_input,
          .message = "'" + path.string() +
                     "' cannot be written: " + std::generic_category().message(number),
          .where = {path.string(), 0, 0}};
}

Result<void> write_all(int file, std::string_view text, const fs::path& path) {
  while (!text.empty()) {
    const ssize_t n = ::write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(path, errno);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

/// A file that is not there yet.
Result<void> create(const fs::path& path, std::string_view text, mode_t mode = 0666) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (file < 0) return cannot_write(path, errno);
  Result<void> written = write_all(file, text, path);
  if (::close(file) != 0 && written) written = cannot_write(path, errno);
  if (!written) ::unlink(path.c_str());
  return written;
}

/// The file has either its old text or the new one, whatever happens on the way.
Result<void> replace(const fs::path& path, std::string_view text) {
  struct stat facts {};
  const bool exists = ::stat(path.c_str(), &facts) == 0;
  const fs::path beside = path.string() + ".garboard-new";
  if (Result<void> made = create(beside, text); !made) return made;
  if (exists) (void)::chmod(beside.c_str(), facts.st_mode & 07777U);
  if (::rename(beside.c_str(), path.c_str()) == 0) return {};
  const int number = errno;
  ::unlink(beside.c_str());
  return cannot_write(path, number);
}

/// The disk, but for one file that has another text than it has there.
class WithFile final : public ports::Files {
 public:
  WithFile(ports::Files& files, fs::path path, std::string text)
      : files_(files), path_(std::move(path)), text_(std::move(text)) {}

  Result<std::string> read(const fs::path& path, std::uint64_t max_bytes) override {
    return path == path_ ? Result<std::string>(text_) : files_.read(path, max_bytes);
  }
  Result<std::unique_ptr<base::ByteSource>> open(const fs::path& path) override {
    return files_.open(path);
  }
  Result<std::vector<ports::FolderEntry>> list(const fs::path& folder) override {
    return files_.list(folder);
  }
  Result<fs::path> resolve_beneath(const fs::path& folder, const fs::path& relative) override {
    if (folder / relative == path_) return path_;
    return files_.resolve_beneath(folder, relative);
  }

 private:
  ports::Files& files_;
  fs::path path_;
  std::string text_;
};

void report(CommandContext& context, const std::vector<std::string>& paths) {
  context.report.document["files"] = paths;
  for (const std::string& path : paths) context.report.text += path + "\n";
}

Result<int> add_to_plan(CommandContext& context, loading::Source source, const std::string& name) {
  const fs::path path = source.plans.back();
  std::error_code unreadable;
  std::string before;
  if (fs::exists(path, unreadable)) {
    Result<std::string> text = source.files.read(path, max_plan_bytes);
    if (!text) return std::move(text).error();
    before = *std::move(text);
  }
  if (path.extension() == ".json")
    return Error{.code = Code::usage,
                 .message = "a plan in JSON cannot be added to",
                 .hint = "write the migration by hand, or use a plan in YAML",
                 .where = {path.string(), 0, 0}};
  Result<std::string> after = loading::plan_with_new(before, name);
  if (!after) {
    after.error().where.file = path.string();
    return std::move(after).error();
  }
  WithFile files(source.files, path, *after);
  const loading::Source candidate{.files = files,
                                  .plans = source.plans,
                                  .values = source.values,
                                  .environment = source.environment,
                                  .database = source.database};
  if (auto loaded = loading::load(candidate); !loaded)
    return std::move(loaded).error().in("the plan as it would be; nothing was changed");
  Result<void> written = before.empty() && !fs::exists(path, unreadable) ? create(path, *after)
                                                                         : replace(path, *after);
  if (!written) return std::move(written).error();
  report(context, {path.string()});
  return 0;
}

/// The format of the folder, or the one that was asked for.
Result<Format> format_for_new(const loading::Source& source) {
  if (source.format != Format::automatic) return source.format;
  std::error_code unreadable;
  if (!fs::exists(source.folder, unreadable) || fs::is_empty(source.folder, unreadable))
    return Error{.code = Code::usage,
                 .message = "the folder '" + source.folder.string() +
                            "' is empty, and which format it is to have is not known",
                 .hint = "say it with --format; 'plan' is garboard's own"};
  return loading::format_of_folder(source);
}

Result<int> add_to_folder(CommandContext& context, const loading::Source& source,
                          const std::string& name) {
  const Result<Format> format = format_for_new(source);
  if (!format) return format.error();
  Result<std::vector<NewFile>> files =
      loading::new_files(source, *format, name, std::chrono::system_clock::now());
  if (!files) return std::move(files).error();
  std::vector<std::string> paths;
  for (const NewFile& file : *files) {
    const fs::path path = source.folder / file.path;
    std::error_code failure;
    fs::create_directories(path.parent_path(), failure);
    if (failure) return cannot_write(path.parent_path(), failure.value());
    if (Result<void> written =
            file.is_replaced ? replace(path, file.text) : create(path, file.text);
        !written)
      return std::move(written).error();
    paths.push_back(path.string());
  }
  context.report.document["format"] = loading::name_of(*format);
  report(context, paths);
  return 0;
}

}  // namespace

Result<int> run_new(CommandContext& context) {
  DiskFiles files;
  const std::string& name = context.arguments.words.front();
  Result<loading::Source> source = named_source(context, files);
  if (!source) return std::move(source).error();
  if (name.find_first_of("\n\r\t") != std::string::npos)
    return Error{.code = Code::usage, .message = "the name has more than one line"};
  return source->plans.empty() ? add_to_folder(context, *source, name)
                               : add_to_plan(context, *std::move(source), name);
}

}  // namespace garboard::cli
