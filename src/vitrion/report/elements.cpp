#include "vitrion/report/elements.hpp"

#include <map>

namespace vitrion::report {
namespace {

struct Look {
  const char* color;
  double radius;
};

// Elements of battery materials; what is missing is drawn grey.
const std::map<std::string, Look>& looks() {
  static const std::map<std::string, Look> table{
      {"H", {"#D9D9D9", 0.25}},  {"Li", {"#8F5BD6", 0.55}}, {"B", {"#E8A0A0", 0.40}},  {"C", {"#707070", 0.40}},
      {"N", {"#3A5FE0", 0.48}},  {"O", {"#E0312C", 0.42}},  {"F", {"#7FCC4A", 0.42}},  {"Na", {"#AB5CF2", 0.65}},
      {"Mg", {"#58B518", 0.60}}, {"Al", {"#B0A0A0", 0.55}}, {"Si", {"#D9B98C", 0.50}}, {"P", {"#F28C1E", 0.50}},
      {"S", {"#E0C020", 0.50}},  {"Cl", {"#2EB82E", 0.55}}, {"K", {"#8F40D4", 0.75}},  {"Ca", {"#3FBF3F", 0.65}},
      {"Ti", {"#9A9DA1", 0.55}}, {"V", {"#8C8CA0", 0.55}},  {"Cr", {"#7D8EC2", 0.55}}, {"Mn", {"#9C7AC7", 0.55}},
      {"Fe", {"#D0662F", 0.55}}, {"Co", {"#D77F91", 0.55}}, {"Ni", {"#4DB84D", 0.55}}, {"Cu", {"#C88033", 0.55}},
      {"Zn", {"#7D80B0", 0.55}}, {"Ge", {"#668F8F", 0.52}}, {"Zr", {"#74C4C4", 0.60}}, {"Nb", {"#5FA9B0", 0.60}},
      {"Mo", {"#54A0A0", 0.60}}, {"La", {"#5CB8D6", 0.70}}, {"Ta", {"#4D8FD6", 0.60}}};
  return table;
}

Look look_of(Species species) {
  const auto found = looks().find(species.name());
  return found == looks().end() ? Look{"#8A8A8A", 0.5} : found->second;
}

}  // namespace

std::string atom_color(Species species) {
  return look_of(species).color;
}

double atom_radius(Species species) {
  return look_of(species).radius;
}

}  // namespace vitrion::report
