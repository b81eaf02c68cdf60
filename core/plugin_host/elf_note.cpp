// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/elf_note.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin_host/discovery.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;

constexpr std::size_t max_program_headers = 256;
constexpr std::uint64_t max_notes_size = 65536;
constexpr std::size_t max_entries = 32;
constexpr std::size_t max_version_length = 64;

#if defined(__x86_64__)
constexpr std::uint16_t own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t own_machine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t own_machine = EM_PPC64;
#else
#error "name this machine's ELF number here"
#endif
static_assert(std::endian::native == std::endian::little && sizeof(void*) == 8,
              "plugins are 64-bit little-endian ELF files");

Error refused(std::string message, std::string hint = {}) {
  return Error{.code = Code::plugin, .message = std::move(message), .hint = std::move(hint)};
}

Error not_a_plugin(std::string message) {
  return refused(std::move(message), "replace the file by the plugin, or remove it");
}

class File {
 public:
  // O_NONBLOCK: opening a FIFO must not wait for a writer
  explicit File(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

  /// The size of a regular file.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept {
    struct stat status {};
    if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
  }

  /// False when fewer bytes are there.
  [[nodiscard]] bool read(std::span<std::byte> into, std::uint64_t offset) const noexcept {
    while (!into.empty()) {
      const ssize_t n = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      into = into.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return true;
  }

 private:
  int fd_;
};

template <class T>
bool read_value(const File& file, T& into, std::uint64_t offset) noexcept {
  return file.read(std::as_writable_bytes(std::span(&into, 1)), offset);
}

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "aarch64";
    case EM_386:
      return "x86 (32 bits)";
    case EM_ARM:
      return "arm (32 bits)";
    case EM_RISCV:
      return "riscv64";
    case EM_PPC64:
      return "ppc64le";
    case EM_S390:
      return "s390x";
    default:
      return "machine number " + std::to_string(machine);
  }
}

std::optional<Error> wrong_header(const Elf64_Ehdr& header) {
  if (std::memcmp(&header.e_ident[0], ELFMAG, SELFMAG) != 0)
    return not_a_plugin("this is not a shared object (no ELF header)");
  const bool is_ours = header.e_ident[EI_CLASS] == ELFCLASS64 &&
                       header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == own_machine;
  if (!is_ours)
    return refused("it is built for " + machine_name(header.e_machine) + ", this machine is " +
                       machine_name(own_machine),
                   "install the plugin for " + machine_name(own_machine));
  if (header.e_type != ET_DYN) return not_a_plugin("this ELF file is not a shared object");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      header.e_phnum > max_program_headers)
    return not_a_plugin("its ELF header is damaged");
  return std::nullopt;
}

std::size_t rounded_up(std::size_t size, std::size_t alignment) noexcept {
  return (size + alignment - 1) / alignment * alignment;
}

/// The description of the note "Garboard" of type 1 among the notes of one segment.
std::optional<std::string_view> find_note(std::string_view notes, std::size_t alignment) {
  using namespace std::string_view_literals;
  constexpr std::string_view owner = "Garboard\0"sv;
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr header;
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t name_end = sizeof header + rounded_up(header.n_namesz, 4);
    const std::size_t description = rounded_up(name_end, alignment);
    const std::size_t end = description + header.n_descsz;
    if (end > notes.size()) return std::nullopt;
    if (header.n_type == 1 && notes.substr(sizeof header, header.n_namesz) == owner)
      return notes.substr(description, header.n_descsz);
    notes.remove_prefix(std::min(rounded_up(end, alignment), notes.size()));
  }
  return std::nullopt;
}

/// The bytes of a small segment; nullopt when it is damaged.
std::optional<std::string> bytes_of(const File& file, const Elf64_Phdr& segment,
                                    std::uint64_t file_size) {
  if (segment.p_filesz > max_notes_size || segment.p_offset > file_size ||
      segment.p_filesz > file_size - segment.p_offset)
    return std::nullopt;
  std::string notes(segment.p_filesz, '\0');
  if (!file.read(std::as_writable_bytes(std::span(notes)), segment.p_offset)) return std::nullopt;
  return notes;
}

/// Whether the dynamic section asks for all symbols to be bound when the file is loaded.
bool asks_to_bind_at_once(std::string_view dynamic) {
  for (; dynamic.size() >= sizeof(Elf64_Dyn); dynamic.remove_prefix(sizeof(Elf64_Dyn))) {
    Elf64_Dyn entry;
    std::memcpy(&entry, dynamic.data(), sizeof entry);
    if (entry.d_tag == DT_NULL) return false;
    if (entry.d_tag == DT_BIND_NOW) return true;
    if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_BIND_NOW) != 0) return true;
    if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_NOW) != 0) return true;
  }
  return false;
}

bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::string> text_of(const nlohmann::json& note, const char* key) {
  const auto found = note.find(key);
  if (found == note.end() || !found->is_string()) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  if (text.empty() || text.size() > max_version_length || !is_printable(text)) return std::nullopt;
  return text;
}

/// "before_run", "migration.failed".
bool is_event_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.") == std::string_view::npos;
}

/// Names, all well-formed; a missing list is empty.
std::optional<std::vector<std::string>> names_of(const nlohmann::json& note, const char* key,
                                                 bool (*is_name)(std::string_view) noexcept) {
  std::vector<std::string> names;
  const auto found = note.find(key);
  if (found == note.end()) return names;
  if (!found->is_array() || found->size() > max_entries) return std::nullopt;
  for (const auto& entry : *found) {
    if (!entry.is_string() || !is_name(entry.get_ref<const std::string&>())) return std::nullopt;
    names.push_back(entry.get<std::string>());
  }
  return names;
}

}  // namespace

Result<PluginNote> parse_note(std::string_view json) {
  const auto note = nlohmann::json::parse(json, nullptr, false);
  if (!note.is_object()) return not_a_plugin("its identity note is not a JSON object");
  auto name = text_of(note, "name");
  if (!name || !is_plugin_name(*name))
    return not_a_plugin("its identity note has no well-formed \"name\"");
  auto version = text_of(note, "version");
  auto abi = text_of(note, "abi");
  if (!version || !abi) return not_a_plugin("its identity note lacks \"version\" or \"abi\"");
  auto kinds = names_of(note, "kinds", is_plugin_name);
  auto schemes = names_of(note, "schemes", is_plugin_name);
  auto events = names_of(note, "events", is_event_name);
  if (!kinds || !schemes || !events)
    return not_a_plugin(
        "\"kinds\", \"schemes\" or \"events\" of its identity note is not a list of names");
  const auto idle_runs = note.find("idleRuns");
  if (idle_runs != note.end() && !idle_runs->is_boolean())
    return not_a_plugin("\"idleRuns\" of its identity note is neither true nor false");
  return PluginNote{.name = *std::move(name),
                    .version = *std::move(version),
                    .abi = *std::move(abi),
                    .min_host = text_of(note, "minHost").value_or(""),
                    .kinds = *std::move(kinds),
                    .schemes = *std::move(schemes),
                    .events = *std::move(events),
                    .wants_idle_runs = idle_runs == note.end() || idle_runs->get<bool>()};
}

Result<PluginNote> read_note(const std::filesystem::path& path) {
  const File file(path);
  if (!file.is_open())
    return refused("it cannot be read: " + std::generic_category().message(errno),
                   "make it readable for the user that runs garboard");
  const auto size = file.size();
  if (!size) return not_a_plugin("this is not a regular file");
  Elf64_Ehdr header{};
  if (!read_value(file, header, 0)) return not_a_plugin("the file is empty or cut short");
  if (auto wrong = wrong_header(header)) return *std::move(wrong);
  bool binds_at_once = false;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (header.e_phoff > *size || !read_value(file, segment, header.e_phoff + i * sizeof segment))
      return not_a_plugin("the file is cut short");
    if (segment.p_type == PT_DYNAMIC) {  // linkers write it before the notes
      const auto dynamic = bytes_of(file, segment, *size);
      binds_at_once = dynamic && asks_to_bind_at_once(*dynamic);
    }
    if (segment.p_type != PT_NOTE) continue;
    const auto notes = bytes_of(file, segment, *size);
    if (!notes) return not_a_plugin("its ELF notes are damaged");
    if (auto json = find_note(*notes, segment.p_align == 8 ? 8 : 4)) {
      json->remove_suffix(json->size() - std::min(json->find('\0'), json->size()));
      auto note = parse_note(*json);
      if (note) note->binds_at_once = binds_at_once;
      return note;
    }
  }
  return refused("it has no Garboard identity note, so it is no plugin of garboard",
                 "build it with garboard_add_plugin() and GARBOARD_DRIVER or GARBOARD_NOTE");
}

}  // namespace garboard::plugin_host
