// The safetensors container: named arrays behind a JSON header. Nothing in it can run.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::potentials::nequip {

/// One array, row major.
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

/// 8 bytes: length n of the header (little endian); n bytes: JSON {name: {dtype, shape, data_offsets}} and
/// "__metadata__" {key: text}; then the bytes of the arrays (huggingface.co/docs/safetensors).
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Tensor> tensors;
};

/// True when the bytes begin like a safetensors file.
bool looks_like_safetensors(std::string_view bytes);

/// Reads arrays of type F64 and F32 (promoted). `file` names it in messages. Throws InputError when the file is cut,
/// malformed, or holds another type.
Safetensors parse_safetensors(std::string_view bytes, const std::string& file);

/// Throws InputError when hyperparameters ask for more numbers than the arrays of the file hold: before any memory is
/// taken for them.
void demand_values(std::size_t asked, std::size_t held);

/// The bytes of a file that holds the arrays as F64, in the order of their names.
std::string format_safetensors(const Safetensors& content);

}  // namespace vitrion::potentials::nequip
