// Pair style `vitrion` inside LAMMPS, against LAMMPS's own styles and against `evaluate`.
#include <gtest/gtest.h>

#include <fstream>

#include "core/random.hpp"
#include "core/units.hpp"
#include "md/session.hpp"
#include "potentials/registry.hpp"
#include "support.hpp"

namespace vitrion::md {
namespace {

const std::vector<Species> mg_v_o = parse_species_list("Mg,V,O");

// Atoms thrown at random into a skewed cell, no two nearer than 0.6 Å.
Structure random_oxide(int n, std::uint64_t seed) {
  Random random(seed);
  Matrix3 m;
  m << 9, 0, 0, 2, 8, 0, -1, 1.5, 10;
  Structure s;
  s.cell = Cell(m);
  s.positions.resize(0, 3);
  while (static_cast<int>(s.size()) < n) {
    const Vector3 x = s.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()});
    bool free = true;
    for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
      free = free && s.cell.minimum_image(x - s.positions.row(i).transpose()).norm() > 0.6;
    if (!free) continue;
    s.positions.conservativeResize(s.positions.rows() + 1, 3);
    s.positions.bottomRows(1) = x.transpose();
    s.species.push_back(mg_v_o[random.below(3)]);
  }
  return s;
}

std::string zbl_file() {
  const std::filesystem::path file = test::scratch_folder() / "zbl.yaml";
  std::ofstream(file) << "kind: zbl\nspecies: [Mg, V, O]\ninner: 1.5\nouter: 4.0\n";
  return file.string();
}

struct Answer {
  double energy;
  Positions forces;
  Matrix3 stress;  // eV/Å^3
};

Answer one_step(const Structure& s, const std::vector<std::string>& commands) {
  LammpsSession session;
  session.create(s, mg_v_o);
  for (const std::string& c : commands) session.command(c);
  session.command("thermo_style custom step pe pxx pyy pzz pxy pxz pyz");
  session.command("run 0");
  Answer a;
  a.energy = session.thermo("pe");
  a.forces = session.gather(mg_v_o).labels.forces;
  const double xx = session.thermo("pxx"), yy = session.thermo("pyy"), zz = session.thermo("pzz");
  const double xy = session.thermo("pxy"), xz = session.thermo("pxz"), yz = session.thermo("pyz");
  a.stress << xx, xy, xz, xy, yy, yz, xz, yz, zz;
  a.stress *= -1 / units::eV_per_A3_in_bar;
  return a;
}

void expect_same(const Answer& a, const Answer& b, double relative) {
  EXPECT_NEAR(a.energy, b.energy, relative * std::abs(b.energy));
  EXPECT_LT((a.forces - b.forces).cwiseAbs().maxCoeff(), relative * b.forces.cwiseAbs().maxCoeff());
  EXPECT_LT((a.stress - b.stress).cwiseAbs().maxCoeff(), relative * b.stress.cwiseAbs().maxCoeff());
}

// Our ZBL through our pair style must give what LAMMPS's zbl gives; LAMMPS rounds e^2/(4 pi eps0) in metal units.
TEST(PairStyle, ZblIsThatOfLammps) {
  const Structure s = random_oxide(60, 1);
  const Answer ours = one_step(s, {"pair_style vitrion", "pair_coeff * * " + zbl_file() + " Mg V O"});
  const Answer theirs = one_step(s, {"pair_style zbl 1.5 4.0", "pair_coeff 1 1 12 12", "pair_coeff 2 2 23 23",
                                     "pair_coeff 3 3 8 8", "pair_coeff 1 2 12 23", "pair_coeff 1 3 12 8",
                                     "pair_coeff 2 3 23 8"});
  EXPECT_GT(std::abs(theirs.energy), 1.0);
  expect_same(ours, theirs, 1e-7);
}

}  // namespace
}  // namespace vitrion::md
