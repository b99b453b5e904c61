#include "vitrion/potentials/nequip/safetensors.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/json.hpp"

namespace vitrion::potentials::nequip {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as they lie in the file");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t largest_header = 100'000'000;  // as the reference implementation allows

std::uint64_t header_length(std::string_view bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  return length;
}

template <class T>
std::vector<double> promote(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(T));
  for (std::size_t k = 0; k < values.size(); ++k) {
    T value;
    std::memcpy(&value, bytes.data() + k * sizeof(T), sizeof(T));
    values[k] = static_cast<double>(value);
  }
  return values;
}

// Number of values, or nothing when the product of the shape is larger than `limit`.
std::size_t count(const std::vector<std::size_t>& shape, std::size_t limit) {
  std::size_t product = 1;
  for (const std::size_t n : shape) {
    if (n != 0 && product > limit / n) return limit + 1;
    product *= n;
  }
  return product;
}

Tensor read_tensor(const nlohmann::json& entry, std::string_view data, const std::string& name,
                   const std::string& file) {
  const auto fail = [&](const std::string& what) -> InputError {
    return InputError(Location{file}, fmt::format("array {}: {}", name, what), "The file is damaged: get it anew.");
  };
  Tensor tensor;
  std::string type;
  std::vector<std::uint64_t> offsets;
  try {
    type = entry.at("dtype").get<std::string>();
    tensor.shape = entry.at("shape").get<std::vector<std::size_t>>();
    offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
  } catch (const nlohmann::json::exception&) {
    throw fail("needs dtype, shape and data_offsets");
  }
  if (type != "F64" && type != "F32")
    throw InputError(Location{file}, fmt::format("array {} is of type {}", name, type),
                     "Only F64 and F32 are read: save the model in one of them.");
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) throw fail("lies outside the file");
  const std::string_view bytes = data.substr(offsets[0], offsets[1] - offsets[0]);
  const std::size_t width = type == "F64" ? 8 : 4;
  if (bytes.size() % width != 0 || count(tensor.shape, data.size()) != bytes.size() / width)
    throw fail("its shape and its bytes disagree");
  tensor.values = type == "F64" ? promote<double>(bytes) : promote<float>(bytes);
  return tensor;
}

}  // namespace

bool looks_like_safetensors(std::string_view bytes) {
  return bytes.size() > length_bytes && bytes[length_bytes] == '{' && header_length(bytes) <= largest_header;
}

Safetensors parse_safetensors(std::string_view bytes, const std::string& file) {
  if (!looks_like_safetensors(bytes) || header_length(bytes) > bytes.size() - length_bytes)
    throw InputError(Location{file}, "is no whole safetensors file", "The file is damaged: get it anew.");
  const std::string_view header = bytes.substr(length_bytes, header_length(bytes));
  const std::string_view data = bytes.substr(length_bytes + header.size());
  const nlohmann::json json = parse_json(header, {file});
  if (!json.is_object())
    throw InputError(Location{file}, "its header is no JSON object", "The file is damaged: get it anew.");
  Safetensors content;
  for (const auto& [name, entry] : json.items()) {
    if (name != "__metadata__") {
      content.tensors[name] = read_tensor(entry, data, name, file);
      continue;
    }
    if (!entry.is_object()) throw InputError(Location{file}, "__metadata__ of its header is no JSON object");
    for (const auto& [key, value] : entry.items())
      content.metadata[key] = value.is_string() ? value.get<std::string>() : json_text(value);
  }
  return content;
}

void demand_values(std::size_t asked, std::size_t held) {
  if (asked > held)
    throw InputError(fmt::format("the hyperparameters ask for {} numbers, the arrays of the file hold {}", asked, held),
                     "An array is missing, or the hyperparameters are those of another model.");
}

std::string format_safetensors(const Safetensors& content) {
  nlohmann::json header = nlohmann::json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : content.tensors) {
    const std::uint64_t end = offset + tensor.values.size() * sizeof(double);
    header[name] = {{"dtype", "F64"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = json_text(header);
  text.resize((text.size() + length_bytes - 1) / length_bytes * length_bytes, ' ');  // the arrays begin aligned
  const std::uint64_t length = text.size();
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  bytes += text;
  for (const auto& [name, tensor] : content.tensors)
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(double));
  return bytes;
}

}  // namespace vitrion::potentials::nequip
