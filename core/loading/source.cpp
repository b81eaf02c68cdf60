// SPDX-License-Identifier: Apache-2.0
#include "loading/source.hpp"

#include "loading/folder.hpp"
#include "loading/load.hpp"

namespace garboard::loading {

Result<model::Changes> load(const Source& source) {
  return source.plans.empty() ? load_folder(source) : load_plans(source, source.plans);
}

}  // namespace garboard::loading
