// Random Mg-V-O structures, and what one LAMMPS step makes of them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/md/session.hpp"

namespace vitrion::md {

inline const std::vector<Species> mg_v_o = parse_species_list("Mg,V,O");

// Atoms thrown at random into a skewed cell, no two nearer than 0.6 Å.
inline Structure random_oxide(int n, std::uint64_t seed) {
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

inline std::string zbl_file() {
  const std::filesystem::path file = test::scratch_folder() / "zbl.yaml";
  std::ofstream(file) << "kind: zbl\nspecies: [Mg, V, O]\ninner: 1.5\nouter: 4.0\n";
  return file.string();
}

struct Answer {
  double energy;
  Positions forces;
  Matrix3 stress;  // eV/Å^3
};

inline Answer one_step(LammpsSession& session, const Structure& s, const std::vector<std::string>& commands) {
  session.create(s, mg_v_o);
  for (const std::string& c : commands) session.command(c);
  session.command("thermo_style custom step pe pxx pyy pzz pxy pxz pyz");
  session.command("run 0");
  Answer a;
  a.energy = session.thermo("pe");
  a.forces = session.gather(mg_v_o).labels.forces;
  a.stress = session.stress();
  return a;
}

inline Answer one_step(const Structure& s, const std::vector<std::string>& commands,
                       const std::vector<std::string>& before = {}) {
  LammpsSession session;
  for (const std::string& c : before) session.command(c);
  return one_step(session, s, commands);
}

inline void expect_same(const Answer& a, const Answer& b, double relative) {
  EXPECT_NEAR(a.energy, b.energy, relative * std::abs(b.energy));
  EXPECT_LT((a.forces - b.forces).cwiseAbs().maxCoeff(), relative * b.forces.cwiseAbs().maxCoeff());
  EXPECT_LT((a.stress - b.stress).cwiseAbs().maxCoeff(), relative * b.stress.cwiseAbs().maxCoeff());
}

}  // namespace vitrion::md
