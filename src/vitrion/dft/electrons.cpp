#include "vitrion/dft/electrons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace vitrion::dft {
namespace {

void require_element(const Config& section, const std::string& symbol) {
  try {
    Species::element(symbol);
  } catch (const InputError&) {
    throw section.error(symbol, "\"" + symbol + "\" is no element");
  }
}

}  // namespace

HubbardTerms read_plus_u(Config& config) {
  Config section = config.section("plus_u");
  HubbardTerms terms;
  for (const std::string& symbol : section.keys()) {
    require_element(section, symbol);
    Config entry = section.section(symbol);
    HubbardU& term = terms[symbol];
    const std::int64_t l = entry.integer("l", term.l);
    if (l < 0 || l > 3) throw entry.error("l", "\"l\" must be 0, 1, 2 or 3 (s, p, d, f)");
    term.l = static_cast<int>(l);
    if (!entry.has("U_eV"))
      throw section.error(symbol, "plus_u of " + symbol + " has no \"U_eV\"",
                          "For instance plus_u: {" + symbol + ": {l: 2, U_eV: 3}}.");
    term.U_eV = entry.number("U_eV");
    if (!(std::abs(term.U_eV) <= 30)) throw entry.error("U_eV", "\"U_eV\" must be a number of eV below 30");
  }
  return terms;
}

StartingMoments read_magnetization(Config& config) {
  Config section = config.section("magnetization");
  StartingMoments moments;
  for (const std::string& symbol : section.keys()) {
    require_element(section, symbol);
    moments[symbol] = section.numbers(symbol);
    if (moments[symbol].empty()) throw section.error(symbol, "the list of moments of " + symbol + " is empty");
    for (const double moment : moments[symbol])
      if (!(std::abs(moment) <= 10))
        throw section.error(symbol, fmt::format("{} has a moment of {}; no atom has more than 10", symbol, moment),
                            "Moments are in Bohr magnetons: the number of unpaired electrons.");
  }
  return moments;
}

std::vector<double> moments_of(const StartingMoments& moments, const Structure& structure) {
  std::vector<double> list;
  std::map<std::string, std::size_t> seen;
  for (const Species species : structure.species) {
    const auto found = moments.find(species.name());
    if (found == moments.end())
      list.push_back(0);
    else
      list.push_back(found->second[seen[species.name()]++ % found->second.size()]);
  }
  return list;
}

std::string describe(const HubbardTerms& terms) {
  std::string text;
  for (const auto& [element, term] : terms) text += fmt::format(" plus_u.{} {} {}", element, term.l, term.U_eV);
  return text;
}

std::string describe(const StartingMoments& moments) {
  std::string text;
  for (const auto& [element, list] : moments)
    text += fmt::format(" magnetization.{} {}", element, fmt::join(list, " "));
  return text;
}

}  // namespace vitrion::dft
