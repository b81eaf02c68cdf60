// SPDX-License-Identifier: Apache-2.0
#include "elf_file.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <memory>
#include <string_view>
#include <utility>

#include "check.hpp"

namespace garboard::conformance {
namespace {

class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    ::elf_version(EV_CURRENT);
    elf_ = ::elf_begin(fd_, ELF_C_READ, nullptr);
    expect(elf_ != nullptr && ::elf_kind(elf_) == ELF_K_ELF, "it cannot be read as an ELF file");
  }
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile() {
    ::elf_end(elf_);
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] Elf* get() const noexcept { return elf_; }
  [[nodiscard]] std::string text(std::size_t section, std::size_t offset) const {
    const char* const text = ::elf_strptr(elf_, section, offset);
    return text == nullptr ? "" : text;
  }

 private:
  int fd_;
  Elf* elf_ = nullptr;
};

struct Section {
  GElf_Shdr header;
  Elf_Data* data;
};

std::vector<Section> sections_of(const ElfFile& file, GElf_Word type) {
  std::vector<Section> found;
  for (Elf_Scn* section = nullptr; (section = ::elf_nextscn(file.get(), section)) != nullptr;) {
    GElf_Shdr header{};
    if (::gelf_getshdr(section, &header) != nullptr && header.sh_type == type)
      found.push_back({header, ::elf_getdata(section, nullptr)});
  }
  return found;
}

void read_symbols(const ElfFile& file, ElfFacts& facts) {
  for (const Section& section : sections_of(file, SHT_DYNSYM)) {
    GElf_Sym symbol{};
    for (int i = 1; ::gelf_getsym(section.data, i, &symbol) != nullptr; ++i) {
      std::string name = file.text(section.header.sh_link, symbol.st_name);
      if (symbol.st_shndx == SHN_UNDEF) {
        if (name.starts_with("__asan_")) facts.is_sanitized = true;
      } else if (symbol.st_shndx != SHN_ABS &&  // which a version's own name is
                 GELF_ST_BIND(symbol.st_info) != STB_LOCAL) {
        facts.exported.push_back(std::move(name));
      }
    }
  }
}

std::vector<std::string> versions_needed_by(const ElfFile& file) {
  std::vector<std::string> names;
  for (const Section& section : sections_of(file, SHT_GNU_verneed)) {
    GElf_Verneed need{};
    for (int at = 0; ::gelf_getverneed(section.data, at, &need) != nullptr;) {
      GElf_Vernaux version{};
      for (int in = at + static_cast<int>(need.vn_aux);
           ::gelf_getvernaux(section.data, in, &version) != nullptr;) {
        names.push_back(file.text(section.header.sh_link, version.vna_name));
        if (version.vna_next == 0) break;
        in += static_cast<int>(version.vna_next);
      }
      if (need.vn_next == 0) break;
      at += static_cast<int>(need.vn_next);
    }
  }
  return names;
}

void add_parts(std::string_view path, std::vector<std::string>& parts) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find(':'));
    parts.emplace_back(part);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
}

void read_dynamic(const ElfFile& file, ElfFacts& facts) {
  for (const Section& section : sections_of(file, SHT_DYNAMIC)) {
    GElf_Dyn entry{};
    for (int i = 0; ::gelf_getdyn(section.data, i, &entry) != nullptr; ++i) {
      const bool has_flag = entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0;
      if (entry.d_tag == DT_TEXTREL || has_flag) facts.has_text_relocations = true;
      if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH)
        add_parts(file.text(section.header.sh_link, entry.d_un.d_val), facts.run_paths);
    }
  }
}

bool has_executable_stack(const ElfFile& file) {
  std::size_t count = 0;
  ::elf_getphdrnum(file.get(), &count);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr segment{};
    if (::gelf_getphdr(file.get(), static_cast<int>(i), &segment) != nullptr &&
        segment.p_type == PT_GNU_STACK)
      return (segment.p_flags & PF_X) != 0;
  }
  return true;  // without the mark, the stack is made executable
}

}  // namespace

ElfFacts read_elf(const std::filesystem::path& path) {
  const ElfFile file(path);
  ElfFacts facts{.versions = versions_needed_by(file)};
  read_symbols(file, facts);
  read_dynamic(file, facts);
  facts.has_executable_stack = has_executable_stack(file);
  return facts;
}

}  // namespace garboard::conformance
