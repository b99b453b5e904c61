// Random packings keep composition, density and distances.
#include "vitrion/build/packed_cell.hpp"

#include <gtest/gtest.h>

#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

PackingOptions packed_lipon() {
  PackingOptions o;
  o.composition = parse_composition("Li47 P16 O56 N5");
  o.density = 2.4;
  const Species p = Species::element("P"), ox = Species::element("O"), li = Species::element("Li");
  o.distances = {{{p, p}, 2.7}, {{p, ox}, 1.5}, {{ox, ox}, 2.3}, {{li, ox}, 1.75}};
  return o;
}

TEST(PackedCell, KeepsCompositionDensityAndDistances) {
  const PackingOptions o = packed_lipon();
  const Structure s = packed_cell(o);
  EXPECT_EQ(composition(s.species), "Li47 P16 O56 N5");
  EXPECT_NEAR(s.density(), 2.4, 1e-9);
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto a = static_cast<Eigen::Index>(i), b = static_cast<Eigen::Index>(j);
      const double r = s.cell.minimum_image((s.positions.row(a) - s.positions.row(b)).transpose()).norm();
      double allowed = 0.8 * std::cbrt(s.cell.volume() / 124);
      for (const auto& [pair, d] : o.distances)
        if (pair == std::pair{s.species[i], s.species[j]} || pair == std::pair{s.species[j], s.species[i]}) allowed = d;
      EXPECT_GE(r, allowed - 1e-12) << s.species[i].name() << "-" << s.species[j].name();
    }
}

TEST(PackedCell, DependsOnTheSeedOnly) {
  PackingOptions o = packed_lipon();
  const Structure a = packed_cell(o), b = packed_cell(o);
  EXPECT_EQ(a.positions, b.positions);
  o.seed = 2;
  EXPECT_NE(a.positions, packed_cell(o).positions);
}

TEST(PackedCell, SaysWhenThereIsNoRoom) {
  PackingOptions o = packed_lipon();
  o.density = 12;
  EXPECT_THROW(packed_cell(o), InputError);
}

TEST(PackedCell, ReadsFormulas) {
  EXPECT_EQ(parse_composition("MgV2O5"), parse_composition("Mg1 V2 O5"));
  for (const char* bad : {"", "Li2.94PO3.5", "Xx3", "Li0", "47Li", "li3"})
    EXPECT_THROW(parse_composition(bad), InputError) << bad;
}

}  // namespace
}  // namespace vitrion::build
