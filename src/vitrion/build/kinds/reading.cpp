// How builders read their settings.
#include <fmt/format.h>

#include <cmath>

#include "vitrion/build/kinds/kinds.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

constexpr std::int64_t most = 1'000'000'000;  // what counts atoms, copies or steps is an int somewhere

}  // namespace

std::int64_t at_least(Config& settings, const std::string& key, std::int64_t least, std::int64_t fallback) {
  const std::int64_t value = settings.integer(key, fallback);
  if (value < least || value > most)
    throw settings.error(key, fmt::format("\"{}\" must be {} to {}", key, least, most));
  return value;
}

std::vector<double> exactly(Config& settings, const std::string& key, std::size_t n) {
  std::vector<double> values = settings.numbers(key);
  if (values.size() != n) throw settings.error(key, fmt::format("\"{}\" must be {} numbers", key, n));
  return values;
}

std::vector<double> exactly(Config& settings, const std::string& key, const std::vector<double>& fallback) {
  if (settings.has(key)) return exactly(settings, key, fallback.size());
  settings.accept(key);
  return fallback;
}

std::vector<int> whole(Config& settings, const std::string& key, std::size_t n) {
  std::vector<int> values;
  for (const double v : exactly(settings, key, n)) {
    if (v != std::round(v) || std::abs(v) > 1e6) throw settings.error(key, "\"" + key + "\" must be whole numbers");
    values.push_back(static_cast<int>(v));
  }
  return values;
}

OxidationStates read_charges(Config& settings, const std::string& key) {
  OxidationStates states;
  Config map = settings.section(key);
  for (const std::string& name : map.keys()) {
    try {
      states[Species::element(name)] = map.number(name);
    } catch (const InputError& e) {
      if (!e.where().file.empty()) throw;
      throw map.error(name, e.what());
    }
  }
  return states;
}

PairDistances read_distances(Config& settings, const std::string& key) {
  PairDistances distances;
  Config map = settings.section(key);
  for (const std::string& name : map.keys()) {
    const std::size_t dash = name.find('-');
    try {
      if (dash == std::string::npos) throw InputError("\"" + name + "\" is not a pair of elements", "As in P-O: 1.5.");
      const std::pair pair(Species::element(name.substr(0, dash)), Species::element(name.substr(dash + 1)));
      distances[pair] = map.positive(name);
    } catch (const InputError& e) {
      if (!e.where().file.empty()) throw;
      throw map.error(name, e.what());
    }
  }
  return distances;
}

}  // namespace vitrion::build
