// SPDX-License-Identifier: Apache-2.0
// Parameters and rows as text: Firebird converts, once a message's description asks for VARCHAR.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <garboard/driver.hpp>

#include "client.hpp"

namespace firebird {

namespace sdk = garboard::sdk;

/// Where blobs are read and written.
struct Place {
  Status& status;
  fb::IAttachment* attachment;
  fb::ITransaction* transaction;
};

/// A buffer and the description that the engine reads and writes it by.
class Message {
 public:
  [[nodiscard]] fb::IMessageMetadata* metadata() const noexcept { return metadata_.get(); }
  [[nodiscard]] unsigned char* buffer() noexcept { return buffer_.data(); }

 protected:
  Message(Status& status, Ref<fb::IMessageMetadata> metadata);
  [[nodiscard]] unsigned char* value(std::size_t index) {
    return buffer_.data() + at_[index].value;
  }
  [[nodiscard]] short& null(std::size_t index) {
    return *reinterpret_cast<short*>(buffer_.data() + at_[index].null);
  }
  [[nodiscard]] std::size_t size() const noexcept { return at_.size(); }

 private:
  struct Offsets {
    unsigned value, null;
  };
  Ref<fb::IMessageMetadata> metadata_;
  std::vector<Offsets> at_;
  std::vector<unsigned char> buffer_;
};

class Parameters : public Message {
 public:
  /// GBD_E_INVALID when there are more or fewer than `described` has.
  Parameters(const Place& place, fb::IMessageMetadata* described, std::span<const gbd_str> values);
};

class Row : public Message {
 public:
  Row(const Place& place, fb::IMessageMetadata* described);
  [[nodiscard]] std::vector<std::string> names() const;
  /// What the buffer holds; valid until the next call.
  [[nodiscard]] std::span<const gbd_str> cells(const Place& place);

 private:
  [[nodiscard]] gbd_str cell(const Place& place, std::size_t index);
  std::vector<unsigned> types_;
  std::vector<std::string> texts_;  ///< of blobs and times
  std::vector<gbd_str> cells_;
};

}  // namespace firebird
