#include "conformance/cases.hpp"

#include <cmath>

#include "frontend/mpi.hpp"
#include "lammps/lammps_potential.hpp"
#include "potentials/nequip_samples.hpp"
#include "potentials/samples.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/potentials/sum/sum.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::test {
namespace {

using potentials::LoadOptions;
using potentials::Potential;
using Made = std::unique_ptr<Potential>;

const char* const lammps_data = "/usr/share/lammps/potentials/Cu_mishin1.eam.alloy";
const char* const kim_copper = "EAM_Dynamo_MishinMehlPapaconstantopoulos_2001_Cu__MO_346334655118_005";

Made mtp(int level, potentials::mtp::RadialBasis basis) {
  return std::make_unique<potentials::mtp::MtpPotential>(random_mtp(level, 2, 5, basis));
}

Made nequip(int l_max, bool parity, const LoadOptions& o) {
  return std::make_unique<potentials::nequip::NequipPotential>(
      random_network(small_network(l_max, parity)), potentials::nequip::EngineOptions{o.precision, o.tabulated});
}

Made zbl(const std::vector<Species>& species) {
  return std::make_unique<potentials::Zbl>(potentials::ZblOptions{species, 1.2, 3.0});
}

// With ZBL whose species stand in another order.
Made over_zbl(Made base) {
  std::vector<Species> species = base->species();
  std::reverse(species.begin(), species.end());
  std::vector<Made> parts;
  parts.push_back(std::move(base));
  parts.push_back(zbl(species));
  return std::make_unique<potentials::Sum>(std::move(parts));
}

Made by_lammps(const std::string& settings) {
  lammps::register_potential(frontend::start_mpi);
  return potentials::load_potential({"conformance.yaml", "kind: lammps\n" + settings});
}

const char* const copper = "species: [Cu]\npair_style: eam/alloy\npair_coeff: '* * Cu_mishin1.eam.alloy Cu'\n";
const char* const carbide = "species: [Si, C]\npair_style: tersoff\npair_coeff: '* * SiC.tersoff Si C'\n";
// Buckingham with formal charges for a rock salt; only its laws matter here.
const char* const salt =
    "species: [Na, Cl]\npair_style: buck/coul/long 6.0\n"
    "pair_coeff: ['1 1 424.1 0.317 1.05', '1 2 1256.3 0.317 7.0', '2 2 3489.0 0.317 72.5']\n"
    "charges: {Na: 1, Cl: -1}\nkspace_style: ewald 1e-9\ncommands: [pair_modify table 0]\n";

std::vector<Case> make_cases() {
  std::vector<Case> list;
  using potentials::mtp::RadialBasis;
  list.push_back({.name = "Mtp", .make = [](const LoadOptions&) { return mtp(14, RadialBasis::chebyshev); }});
  list.push_back({.name = "MtpWithRepulsiveBasis",
                  .make = [](const LoadOptions&) { return mtp(8, RadialBasis::chebyshev_repulsive); }});
  for (int l_max = 0; l_max <= 3; ++l_max)
    for (const bool parity : {false, true})
      list.push_back({.name = "NequipLMax" + std::to_string(l_max) + (parity ? "Parity" : "Rotations"),
                      .make = [=](const LoadOptions& o) { return nequip(l_max, parity, o); },
                      .single_precision = true,
                      .tables = true,
                      .mirror_symmetric = parity || l_max == 0});
  list.push_back({.name = "Zbl", .make = [](const LoadOptions&) { return zbl(li_o_p); }});
  list.push_back(
      {.name = "MtpOverZbl", .make = [](const LoadOptions&) { return over_zbl(mtp(8, RadialBasis::chebyshev)); }});
  list.push_back({.name = "NequipOverZbl",
                  .make = [](const LoadOptions& o) { return over_zbl(nequip(2, true, o)); },
                  .single_precision = true,
                  .tables = true});
  const Case lammps{.name = "", .make = {}, .exact = 1e-8, .derivative = 1e-6, .needs = lammps_data};
  list.push_back(lammps);
  list.back().name = "LammpsEam";
  list.back().make = [](const LoadOptions&) { return by_lammps(copper); };
  list.back().apart = 2.1;
  list.back().volume = 16;
  list.push_back(lammps);
  list.back().name = "LammpsTersoff";
  list.back().make = [](const LoadOptions&) { return by_lammps(carbide); };
  list.push_back(lammps);
  list.back().name = "LammpsLongRange";
  list.back().make = [](const LoadOptions&) { return by_lammps(salt); };
  list.back().volume = 20;
  list.back().apart = 2.2;
  list.back().smooth_at_cutoff = false;
  list.back().exact = list.back().derivative = 1e-5;  // that of the Ewald sum
  list.back().needs = "";
  list.push_back(lammps);
  list.back().name = "LammpsKim";
  list.back().make = [](const LoadOptions&) {
    return by_lammps(std::string("species: [Cu]\npair_style: kim ") + kim_copper + "\npair_coeff: '* * Cu'\n");
  };
  list.back().apart = 2.1;
  list.back().volume = 16;
  list.back().needs = std::string("/usr/lib/x86_64-linux-gnu/kim-api/portable-models/") + kim_copper;
  list.push_back(lammps);
  list.back().name = "LammpsOverZbl";
  list.back().make = [](const LoadOptions&) { return over_zbl(by_lammps(carbide)); };
  return list;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Case& tested) {
  return out << tested.name;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = make_cases();
  return list;
}

Structure sample(const Case& tested, const Potential& potential, int n, std::uint64_t seed) {
  const Cell cell = skewed_cell(std::cbrt(tested.volume * n / 0.99));
  Structure s = random_structure(cell, n, 1, seed, tested.apart);
  for (std::size_t i = 0; i < s.size(); ++i) s.species[i] = potential.species()[i % potential.species().size()];
  return s;
}

}  // namespace vitrion::test
