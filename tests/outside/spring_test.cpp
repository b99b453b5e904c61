// A new potential is opened, summed, and obeys the laws, by its own files alone.
#include "spring.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/potential.hpp"

namespace {

using namespace vitrion;
using namespace vitrion::potentials;

std::filesystem::path spring_file() {
  add_kind(outside::spring_kind());
  const std::filesystem::path file = test::scratch_folder() / "soft.spring.yaml";
  write_file_atomically(file, "kind: spring\nspecies: [Li, O]\nstiffness: 2\nlength: 2.5\n");
  return file;
}

Structure four_atoms() {
  Structure s;
  s.cell = Cell(Matrix3(5 * Matrix3::Identity()));
  s.species = {Species::element("Li"), Species::element("O"), Species::element("Li"), Species::element("O")};
  s.positions.resize(4, 3);
  s.positions << 0, 0, 0, 1.5, 0.3, 0.2, 1.2, 1.9, 0.1, 4.2, 4.4, 4.6;
  return s;
}

TEST(PotentialFromOutside, IsOpenedByItsContentAndObeysTheLaws) {
  const auto spring = load_potential(spring_file());
  EXPECT_EQ(spring->kind(), "spring");
  EXPECT_TRUE(is_potential(spring_file()));
  Structure s = four_atoms();
  const Labels labels = evaluate(*spring, s);
  constexpr double h = 1e-5;
  for (Eigen::Index i = 0; i < 4; ++i)
    for (int k = 0; k < 3; ++k) {
      Structure moved = s;
      moved.positions(i, k) += h;
      const double above = *evaluate(*spring, moved).energy;
      moved.positions(i, k) -= 2 * h;
      EXPECT_NEAR(labels.forces(i, k), (*evaluate(*spring, moved).energy - above) / (2 * h), 1e-7);
    }
  Matrix3 strain = Matrix3::Identity();
  strain(0, 0) += h;
  Structure strained = s;
  strained.cell = Cell(Matrix3(s.cell.matrix() * strain));
  strained.positions = (s.positions * strain).eval();
  EXPECT_NEAR((*labels.stress)(0, 0), (*evaluate(*spring, strained).energy - *labels.energy) / h / s.cell.volume(),
              1e-5);
}

TEST(PotentialFromOutside, IsAPartOfASum) {
  const auto one = load_potential(spring_file()), two = load_sum({spring_file(), spring_file()});
  const Structure s = four_atoms();
  EXPECT_NEAR(*evaluate(*two, s).energy, 2 * *evaluate(*one, s).energy, 1e-12);
}

}  // namespace
