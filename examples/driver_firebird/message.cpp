// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace firebird {
namespace {

constexpr unsigned utf8 = 4;
constexpr unsigned longest_text = 32765;
constexpr unsigned longest_number = 128;  // no other type needs more as text

unsigned without_null_flag(unsigned type) { return type & ~1U; }

/// Firebird would write the month's name.
bool is_time(unsigned type) {
  return type == SQL_TIMESTAMP || type == SQL_TYPE_DATE || type == SQL_TYPE_TIME;
}

std::string date_text(ISC_DATE date) {
  unsigned year = 0, month = 0, day = 0;
  master()->getUtilInterface()->decodeDate(date, &year, &month, &day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", year, month, day);
  return text.data();
}

std::string time_text(ISC_TIME time) {
  unsigned hours = 0, minutes = 0, seconds = 0, fractions = 0;
  master()->getUtilInterface()->decodeTime(time, &hours, &minutes, &seconds, &fractions);
  std::array<char, 60> text{};
  std::snprintf(text.data(), text.size(), "%02u:%02u:%02u.%04u", hours, minutes, seconds,
                fractions);
  return text.data();
}

template <class T>
T read(const unsigned char* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::string time_of(unsigned type, const unsigned char* bytes) {
  if (type == SQL_TYPE_DATE) return date_text(read<ISC_DATE>(bytes));
  if (type == SQL_TYPE_TIME) return time_text(read<ISC_TIME>(bytes));
  const auto stamp = read<ISC_TIMESTAMP>(bytes);
  return date_text(stamp.timestamp_date) + " " + time_text(stamp.timestamp_time);
}

void make_text(Status& status, fb::IMetadataBuilder& builder, unsigned index, unsigned size) {
  builder.setType(&status, index, SQL_VARYING);
  builder.setLength(&status, index, size);
  builder.setCharSet(&status, index, utf8);
}

Ref<fb::IMessageMetadata> for_values(Status& status, fb::IMessageMetadata* described,
                                     std::span<const gbd_str> values) {
  const unsigned n = described->getCount(&status);
  if (n != values.size())
    throw sdk::Failure(GBD_E_INVALID, "the statement has " + std::to_string(n) + " parameters, " +
                                          std::to_string(values.size()) + " were given");
  const Ref<fb::IMetadataBuilder> builder(described->getBuilder(&status));
  for (unsigned i = 0; i < n; ++i) {
    const std::size_t size = values[i].len;
    const bool is_blob = without_null_flag(described->getType(&status, i)) == SQL_BLOB;
    if (!is_blob || size <= longest_text)
      make_text(status, *builder, i,
                static_cast<unsigned>(std::clamp<std::size_t>(size, 1, longest_text)));
    if (!is_blob && size > longest_text)
      throw sdk::Failure(
          GBD_E_SQL, "a text of " + std::to_string(size) + " bytes fits into no column but a BLOB");
  }
  return Ref<fb::IMessageMetadata>(builder->getMetadata(&status));
}

Ref<fb::IMessageMetadata> for_row(Status& status, fb::IMessageMetadata* described) {
  const Ref<fb::IMetadataBuilder> builder(described->getBuilder(&status));
  for (unsigned i = 0; i < described->getCount(&status); ++i) {
    const unsigned type = without_null_flag(described->getType(&status, i));
    if (type == SQL_BLOB || is_time(type)) continue;
    const bool is_text = type == SQL_TEXT || type == SQL_VARYING;
    if (is_text) {
      builder->setType(&status, i, SQL_VARYING);
    } else {
      make_text(status, *builder, i, longest_number);
    }
  }
  return Ref<fb::IMessageMetadata>(builder->getMetadata(&status));
}

ISC_QUAD write_blob(const Place& place, std::string_view text) {
  ISC_QUAD id{};
  Ref<fb::IBlob> blob(
      place.attachment->createBlob(&place.status, place.transaction, &id, 0, nullptr));
  for (std::size_t at = 0; at < text.size(); at += longest_text) {
    const std::string_view piece = text.substr(at, longest_text);
    blob->putSegment(&place.status, static_cast<unsigned>(piece.size()), piece.data());
  }
  blob->close(&place.status);
  static_cast<void>(blob.release());  // closing has done it
  return id;
}

std::string read_blob(const Place& place, ISC_QUAD id) {
  Ref<fb::IBlob> blob(
      place.attachment->openBlob(&place.status, place.transaction, &id, 0, nullptr));
  std::string text;
  std::array<char, longest_text> piece{};
  unsigned size = 0;
  while (true) {
    const int result = blob->getSegment(&place.status, piece.size(), piece.data(), &size);
    if (result != fb::IStatus::RESULT_OK && result != fb::IStatus::RESULT_SEGMENT) break;
    text.append(piece.data(), size);
  }
  blob->close(&place.status);
  static_cast<void>(blob.release());  // closing has done it
  return text;
}

}  // namespace

Message::Message(Status& status, Ref<fb::IMessageMetadata> metadata)
    : metadata_(std::move(metadata)), buffer_(metadata_->getMessageLength(&status)) {
  for (unsigned i = 0; i < metadata_->getCount(&status); ++i)
    at_.push_back({metadata_->getOffset(&status, i), metadata_->getNullOffset(&status, i)});
}

Parameters::Parameters(const Place& place, fb::IMessageMetadata* described,
                       std::span<const gbd_str> values)
    : Message(place.status, for_values(place.status, described, values)) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    null(i) = values[i].ptr == nullptr ? -1 : 0;
    if (values[i].ptr == nullptr) continue;
    if (values[i].len > longest_text) {
      const ISC_QUAD id = write_blob(place, sdk::view(values[i]));
      std::memcpy(value(i), &id, sizeof id);
    } else {
      const auto size = static_cast<std::uint16_t>(values[i].len);
      std::memcpy(value(i), &size, sizeof size);
      std::memcpy(value(i) + sizeof size, values[i].ptr, size);
    }
  }
}

Row::Row(const Place& place, fb::IMessageMetadata* described)
    : Message(place.status, for_row(place.status, described)), texts_(size()), cells_(size()) {
  for (unsigned i = 0; i < size(); ++i)
    types_.push_back(without_null_flag(metadata()->getType(&place.status, i)));
}

std::vector<std::string> Row::names() const {
  Status status;
  std::vector<std::string> all;
  for (unsigned i = 0; i < size(); ++i) all.emplace_back(metadata()->getAlias(&status, i));
  return all;
}

gbd_str Row::cell(const Place& place, std::size_t index) {
  if (null(index) != 0) return sdk::null_str;
  const unsigned char* const bytes = value(index);
  if (types_[index] == SQL_VARYING)
    return {reinterpret_cast<const char*>(bytes) + sizeof(std::uint16_t),
            read<std::uint16_t>(bytes)};
  texts_[index] = types_[index] == SQL_BLOB ? read_blob(place, read<ISC_QUAD>(bytes))
                                            : time_of(types_[index], bytes);
  return sdk::cell(texts_[index]);
}

std::span<const gbd_str> Row::cells(const Place& place) {
  for (std::size_t i = 0; i < size(); ++i) cells_[i] = cell(place, i);
  return cells_;
}

}  // namespace firebird
