// SPDX-License-Identifier: Apache-2.0
#include "loading/checksum.hpp"

#include "base/sha256.hpp"

namespace garboard::loading {

std::string checksum_of(std::span<const model::Step> up) {
  base::Sha256 sha;
  for (const model::Step& step : up) {
    sha.update(step.digest);
    sha.update("\n");
  }
  return "1:" + sha.hex();
}

}  // namespace garboard::loading
