// Members of a structure that text formats keep as keys and values.
#include <charconv>
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

/// Removes the key and hands its value to `use`, which says whether it understood it; if not, the key stays.
template <class Use>
void take(std::map<std::string, std::string>& keys, const char* key, Use use) {
  const auto found = keys.find(key);
  if (found != keys.end() && use(found->second)) keys.erase(found);
}

}  // namespace

std::string shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::map<std::string, std::string> to_keys(const Structure& frame) {
  std::map<std::string, std::string> keys = frame.info;
  if (frame.labels.energy && frame.labels.energy_kind != EnergyKind::unspecified)
    keys["energy_kind"] = name_of(frame.labels.energy_kind);
  if (frame.time) keys["time"] = shortest(*frame.time);
  if (frame.step) keys["step"] = std::to_string(*frame.step);
  if (frame.wrapping == Wrapping::wrapped) keys["wrapping"] = "wrapped";
  if (frame.wrapping == Wrapping::unwrapped) keys["wrapping"] = "unwrapped";
  return keys;
}

void from_keys(std::map<std::string, std::string> keys, Structure& frame) {
  take(keys, "energy_kind", [&](const std::string& value) {
    for (const EnergyKind kind : {EnergyKind::free, EnergyKind::without_entropy, EnergyKind::sigma_to_zero}) {
      if (value != name_of(kind)) continue;
      frame.labels.energy_kind = kind;
      return true;
    }
    return false;
  });
  take(keys, "time", [&](const std::string& value) {
    if (const auto time = parse_double(value); time && std::isfinite(*time)) frame.time = time;
    return frame.time.has_value();
  });
  take(keys, "step", [&](const std::string& value) {
    frame.step = parse_integer(value);
    return frame.step.has_value();
  });
  take(keys, "wrapping", [&](const std::string& value) {
    if (value == "wrapped") frame.wrapping = Wrapping::wrapped;
    if (value == "unwrapped") frame.wrapping = Wrapping::unwrapped;
    return frame.wrapping != Wrapping::unknown;
  });
  frame.info = std::move(keys);
}

}  // namespace vitrion::io
