#include "vitrion/core/species.hpp"

#include <algorithm>
#include <array>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

struct Element {
  std::string_view symbol;
  double mass;
};

constexpr std::array<Element, 118> elements{{
    {"H", 1.008},   {"He", 4.0026}, {"Li", 6.94},   {"Be", 9.0122}, {"B", 10.81},   {"C", 12.011},  {"N", 14.007},
    {"O", 15.999},  {"F", 18.998},  {"Ne", 20.180}, {"Na", 22.990}, {"Mg", 24.305}, {"Al", 26.982}, {"Si", 28.085},
    {"P", 30.974},  {"S", 32.06},   {"Cl", 35.45},  {"Ar", 39.95},  {"K", 39.098},  {"Ca", 40.078}, {"Sc", 44.956},
    {"Ti", 47.867}, {"V", 50.942},  {"Cr", 51.996}, {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933}, {"Ni", 58.693},
    {"Cu", 63.546}, {"Zn", 65.38},  {"Ga", 69.723}, {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971}, {"Br", 79.904},
    {"Kr", 83.798}, {"Rb", 85.468}, {"Sr", 87.62},  {"Y", 88.906},  {"Zr", 91.224}, {"Nb", 92.906}, {"Mo", 95.95},
    {"Tc", 98.0},   {"Ru", 101.07}, {"Rh", 102.91}, {"Pd", 106.42}, {"Ag", 107.87}, {"Cd", 112.41}, {"In", 114.82},
    {"Sn", 118.71}, {"Sb", 121.76}, {"Te", 127.60}, {"I", 126.90},  {"Xe", 131.29}, {"Cs", 132.91}, {"Ba", 137.33},
    {"La", 138.91}, {"Ce", 140.12}, {"Pr", 140.91}, {"Nd", 144.24}, {"Pm", 145.0},  {"Sm", 150.36}, {"Eu", 151.96},
    {"Gd", 157.25}, {"Tb", 158.93}, {"Dy", 162.50}, {"Ho", 164.93}, {"Er", 167.26}, {"Tm", 168.93}, {"Yb", 173.05},
    {"Lu", 174.97}, {"Hf", 178.49}, {"Ta", 180.95}, {"W", 183.84},  {"Re", 186.21}, {"Os", 190.23}, {"Ir", 192.22},
    {"Pt", 195.08}, {"Au", 196.97}, {"Hg", 200.59}, {"Tl", 204.38}, {"Pb", 207.2},  {"Bi", 208.98}, {"Po", 209.0},
    {"At", 210.0},  {"Rn", 222.0},  {"Fr", 223.0},  {"Ra", 226.0},  {"Ac", 227.0},  {"Th", 232.04}, {"Pa", 231.04},
    {"U", 238.03},  {"Np", 237.0},  {"Pu", 244.0},  {"Am", 243.0},  {"Cm", 247.0},  {"Bk", 247.0},  {"Cf", 251.0},
    {"Es", 252.0},  {"Fm", 257.0},  {"Md", 258.0},  {"No", 259.0},  {"Lr", 262.0},  {"Rf", 267.0},  {"Db", 268.0},
    {"Sg", 269.0},  {"Bh", 270.0},  {"Hs", 269.0},  {"Mt", 277.0},  {"Ds", 281.0},  {"Rg", 282.0},  {"Cn", 285.0},
    {"Nh", 286.0},  {"Fl", 290.0},  {"Mc", 290.0},  {"Lv", 293.0},  {"Ts", 294.0},  {"Og", 294.0},
}};

// Tables of types have a place for each.
constexpr int largest_type = 99'999;

}  // namespace

Species Species::element(std::string_view symbol) {
  const auto* found =
      std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.symbol == symbol; });
  if (found == elements.end())
    throw InputError("\"" + std::string(symbol) + "\" is not the symbol of an element",
                     "Symbols are case-sensitive: Li, P, O, N.");
  return Species(static_cast<int>(found - elements.begin()) + 1);
}

Species Species::element(int atomic_number) {
  if (atomic_number < 1 || atomic_number > static_cast<int>(elements.size()))
    throw InputError("no element has atomic number " + std::to_string(atomic_number), "Atomic numbers are 1 to 118.");
  return Species(atomic_number);
}

Species Species::type(int t) {
  if (t < 0) throw InputError("an atom type cannot be negative (" + std::to_string(t) + ")");
  if (t > largest_type)
    throw InputError("an atom type of " + std::to_string(t) + " is beyond " + std::to_string(largest_type),
                     "Types count the kinds of atoms, from 0 or 1 on.");
  return Species(-1 - t);
}

std::string Species::name() const {
  if (is_element()) return std::string(elements[static_cast<std::size_t>(code_) - 1].symbol);
  return "type" + std::to_string(type_number());
}

double Species::mass() const {
  if (!is_element())
    throw InputError("the mass of " + name() + " is unknown: the file names no elements",
                     "Name them in the order of the types: --species Mg,V,O");
  return elements[static_cast<std::size_t>(code_) - 1].mass;
}

std::vector<Species> parse_species_list(std::string_view text) {
  std::vector<Species> list;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    const Species species = Species::element(word);
    if (std::find(list.begin(), list.end(), species) != list.end())
      throw InputError("species list names " + species.name() + " twice");
    list.push_back(species);
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

bool contains(const std::vector<Species>& list, Species species) {
  return std::find(list.begin(), list.end(), species) != list.end();
}

std::string join_names(const std::vector<Species>& species, std::string_view separator) {
  std::string text;
  for (const Species& s : species) {
    if (!text.empty()) text += separator;
    text += s.name();
  }
  return text;
}

std::string composition(const std::vector<Species>& atoms) {
  std::vector<std::pair<Species, int>> counts;
  for (const Species& s : atoms) {
    auto found = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == s; });
    if (found == counts.end())
      counts.emplace_back(s, 1);
    else
      ++found->second;
  }
  std::string text;
  for (const auto& [s, n] : counts) text += (text.empty() ? "" : " ") + s.name() + std::to_string(n);
  return text;
}

}  // namespace vitrion::inline core
