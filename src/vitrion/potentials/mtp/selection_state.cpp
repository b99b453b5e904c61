#include "vitrion/potentials/mtp/selection_state.hpp"

#include <fmt/format.h>

#include <cstring>
#include <map>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::potentials::mtp {
namespace {

constexpr std::string_view magic = "#MVS_v1.1";
constexpr const char* remedy = "Make it again with vitrion select active, or use the potential without it.";

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(Location{file_}, "the selection state behind the potential " + what, remedy);
  }

  std::string_view line() {
    const std::size_t end = bytes_.find('\n', position_);
    if (end == std::string_view::npos) fail("is cut");
    const std::string_view text = bytes_.substr(position_, end - position_);
    position_ = end + 1;
    return trim(text);
  }

  void expect(std::string_view what) {
    if (bytes_.substr(position_, what.size()) != what) fail(fmt::format("lacks its \"{}\"", trim(what)));
    position_ += what.size();
  }

  SelectionRows matrix(std::size_t n) {
    const std::size_t size = n * n * sizeof(double);
    if (bytes_.size() - position_ < size) fail(fmt::format("is cut, or is not one of {} parameters", n));
    SelectionRows m(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
    std::memcpy(m.data(), bytes_.data() + position_, size);
    position_ += size;
    if (!m.allFinite()) fail("holds numbers that are not finite");
    return m;
  }

  std::string_view rest() const { return bytes_.substr(position_); }

 private:
  std::string_view bytes_;
  std::string file_;
  std::size_t position_ = 0;
};

GradeMode mode_of(const std::map<std::string, double, std::less<>>& weights, const Reader& in) {
  const auto on = [&](const char* name) {
    const auto found = weights.find(name);
    return found != weights.end() && found->second != 0;
  };
  if (on("force_weight") || on("stress_weight")) in.fail("grades by forces or stresses, which Vitrion does not");
  if (on("energy_weight") == on("site_en_weight")) in.fail("grades by energies and site energies together, or by none");
  return on("site_en_weight") ? GradeMode::neighbourhood : GradeMode::configuration;
}

}  // namespace

SelectionState parse_selection_state(std::string_view bytes, std::size_t n_parameters, const std::string& file) {
  Reader in(bytes, file);
  std::string_view first = in.line();
  if (first.empty()) first = in.line();
  if (first != magic) in.fail(fmt::format("does not begin with {} (MLIP-2's older states are not read)", magic));
  std::map<std::string, double, std::less<>> weights;
  for (int k = 0; k < 5; ++k) {
    const std::vector<std::string_view> words = split_words(in.line());
    const auto value = words.size() == 2 ? parse_double(words[1]) : std::nullopt;
    if (!value) in.fail("lacks its weights");
    weights[std::string(words[0])] = *value;
  }
  SelectionState state;
  state.mode = mode_of(weights, in);
  in.expect("#");
  state.active = in.matrix(n_parameters);
  // The file holds the inverse transposed.
  state.inverse = in.matrix(n_parameters).transpose();
  in.expect("\n#\n");
  for (std::size_t k = 0; k < n_parameters; ++k) {
    const std::vector<std::string_view> words = split_words(in.line());
    const auto number = [&](std::size_t w) {
      const auto value = w < words.size() ? parse_integer(words[w]) : std::nullopt;
      if (!value) in.fail("lacks the origins of its rows");
      return static_cast<int>(*value);
    };
    state.origins.push_back({number(0), number(1)});
  }
  in.expect("#");
  const std::string_view configurations = in.rest();
  state.configurations = configurations.starts_with('\n') ? configurations.substr(1) : configurations;
  return state;
}

std::string format_selection_state(const SelectionState& state) {
  const bool sites = state.mode == GradeMode::neighbourhood;
  std::string out = fmt::format("\n{}\n", magic);
  const auto weight = [&](const char* name, double value) { out += fmt::format("{} {:.16e}\n", name, value); };
  weight("energy_weight", sites ? 0 : 1);
  weight("force_weight", 0);
  weight("stress_weight", 0);
  weight("site_en_weight", sites ? 1 : 0);
  out += "weight_scaling 2\n#";
  const auto matrix = [&](const SelectionRows& m) {
    out.append(reinterpret_cast<const char*>(m.data()), static_cast<std::size_t>(m.size()) * sizeof(double));
  };
  matrix(state.active);
  matrix(state.inverse.transpose());
  out += "\n#\n";
  for (const auto& [configuration, equation] : state.origins) out += fmt::format("{} {}\n", configuration, equation);
  return out + "#\n" + state.configurations;
}

}  // namespace vitrion::potentials::mtp
