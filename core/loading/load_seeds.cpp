// SPDX-License-Identifier: Apache-2.0
#include "loading/load_seeds.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "loading/document.hpp"
#include "loading/problems.hpp"
#include "loading/readers.hpp"
#include "loading/seed_decoder.hpp"

namespace garboard::loading {

namespace {

constexpr std::uint64_t max_seed_bytes = std::uint64_t{4} << 20U;

model::Seed read_seed(ports::Files& files, const std::filesystem::path& path, Problems& problems) {
  Result<std::string> text = files.read(path, max_seed_bytes);
  if (!text) {
    base::Error error = std::move(text).error().at({.file = path.string()});
    if (error.hint.empty()) error.hint = "many rows belong into a CSV file";
    problems.add(0, std::move(error));
    return {};
  }
  Document document(path.string(), normalized(*std::move(text)), path.extension() == ".json");
  Problems own;
  model::Seed seed;
  if (read_document(document, own) && own.empty())
    seed = decode_seed(document, files, path.parent_path(), own);
  if (own.empty()) return seed;
  base::Error first = own.take();
  std::vector<base::Error> others = std::exchange(first.others, {});
  problems.add(0, std::move(first));
  for (base::Error& other : others) problems.add(0, std::move(other));
  return seed;
}

}  // namespace

Result<std::vector<model::Seed>> load_seeds(ports::Files& files,
                                            std::span<const std::filesystem::path> paths) {
  Problems problems;
  std::vector<model::Seed> seeds;
  std::map<std::string, std::string> places;
  for (const std::filesystem::path& path : paths) {
    problems.next_file();
    model::Seed seed = read_seed(files, path, problems);
    if (!seed.id.empty()) {
      const auto [first, is_new] = places.emplace(seed.id, path.string());
      if (!is_new)
        problems.add(0, base::Error{.code = base::Code::bad_input,
                                    .message = "the id '" + excerpt(seed.id) +
                                               "' is used for the second time",
                                    .hint = "the first is in " + first->second,
                                    .where = seed.where});
    }
    seeds.push_back(std::move(seed));
  }
  if (!problems.empty()) return problems.take();
  return seeds;
}

}  // namespace garboard::loading
