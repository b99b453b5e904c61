// Substitutions: how many are distinct, what they cost, and that they keep the charge.
#include "vitrion/build/defects.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "build/crystals.hpp"
#include "vitrion/build/arrangements.hpp"
#include "vitrion/build/ewald.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

using namespace test;

const OxidationStates lipon_states = {{el("Li"), 1}, {el("P"), 5}, {el("O"), -2}, {el("N"), -3}};

std::vector<std::vector<int>> symmetry_permutations(const Structure& s) {
  return permutations(s.cell, s.positions, std::vector<int>(s.size(), 0), symmetry_of(s));
}

std::vector<int> all_sites(const Structure& s) {
  std::vector<int> pool(s.size());
  for (std::size_t i = 0; i < pool.size(); ++i) pool[i] = static_cast<int>(i);
  return pool;
}

// Number of classes of k-subsets by Burnside's lemma (Polya 1937): the mean over operations of the coefficient of x^k
// in the product of 1 + x^length over the operation's cycles.
double burnside(const std::vector<std::vector<int>>& permutations, std::size_t k) {
  double sum = 0;
  for (const auto& p : permutations) {
    std::vector<double> polynomial(k + 1, 0.0);
    polynomial[0] = 1;
    std::vector<bool> seen(p.size(), false);
    for (std::size_t i = 0; i < p.size(); ++i) {
      if (seen[i]) continue;
      std::size_t length = 0;
      for (std::size_t j = i; !seen[j]; j = static_cast<std::size_t>(p[j]), ++length) seen[j] = true;
      for (std::size_t power = k; power >= length && power > 0; --power)
        polynomial[power] += polynomial[power - length];
    }
    sum += polynomial[k];
  }
  return sum / static_cast<double>(permutations.size());
}

TEST(Arrangements, AsManyClassesAsBurnsideSays) {
  const Structure s = supercell(cubic(3, "Pm-3m", {{el("Li"), {0, 0, 0}}}), 2 * IntegerMatrix3::Identity());
  const auto group = symmetry_permutations(s);
  ASSERT_EQ(group.size(), 48U * 8U);
  for (int k = 1; k <= 8; ++k) {
    const std::vector<Choice> choices = {{.pool = all_sites(s), .count = k}};
    const auto found = enumerate(choices, group);
    EXPECT_NEAR(static_cast<double>(found.size()), burnside(group, static_cast<std::size_t>(k)), 1e-9) << k;
    std::int64_t sum = 0;
    for (const auto& d : found) sum += d.multiplicity;
    EXPECT_EQ(static_cast<double>(sum), count_arrangements(choices));
  }
  // Two sites of a 2x2x2 simple cubic cell: along an edge, a face diagonal, the body diagonal.
  EXPECT_EQ(enumerate({{.pool = all_sites(s), .count = 2}}, group).size(), 3U);
}

TEST(Arrangements, SamplingFindsTheSameClasses) {
  const Structure s = supercell(lithium(), 2 * IntegerMatrix3::Identity());
  const auto group = symmetry_permutations(s);
  const std::vector<Choice> choices = {{.pool = all_sites(s), .count = 2, .colour = 1},
                                       {.pool = all_sites(s), .count = 2, .colour = 2}};
  EXPECT_EQ(count_arrangements(choices), 120.0 * 91.0);
  const auto all = enumerate(choices, group), drawn = sample(choices, group, 4000, 1);
  ASSERT_EQ(drawn.size(), all.size());
  for (std::size_t k = 0; k < all.size(); ++k) {
    EXPECT_EQ(drawn[k].sites, all[k].sites);
    EXPECT_EQ(drawn[k].multiplicity, all[k].multiplicity);
  }
}

TEST(Defects, NitrogenWithAnOxygenVacancyKeepsTheCharge) {
  DefectOptions o;
  o.substitutions = {parse_substitution("2 O -> N"), parse_substitution("O -> vacancy")};
  o.charges = lipon_states;
  o.keep = 1000;
  const DefectSeries series = make_defects(gamma_li3po4(), o);
  EXPECT_EQ(series.n_arrangements, 16 * 15 / 2 * 14);
  EXPECT_EQ(series.n_distinct, series.defects.size());
  double sum = 0, before = -1e9;
  for (const Defect& d : series.defects) {
    EXPECT_EQ(formula(d.structure), "Li12 N2 O13 P4");
    EXPECT_NEAR(total_charge(d.structure.species, lipon_states), 0, 1e-12);
    EXPECT_GE(d.coulomb_energy, before - 1e-6);
    before = d.coulomb_energy;
    sum += static_cast<double>(d.multiplicity);
  }
  EXPECT_EQ(sum, series.n_arrangements);
  // The energy is that of the structure itself, computed from nothing.
  for (const std::size_t k : {std::size_t{0}, series.defects.size() - 1}) {
    const Structure& s = series.defects[k].structure;
    EXPECT_NEAR(series.defects[k].coulomb_energy,
                coulomb_energy(coulomb_matrix(s.cell, s.positions), charges_of(s.species, lipon_states)), 1e-7);
  }
}

TEST(Defects, BalancesWithTheNamedSpecies) {
  DefectOptions o;
  o.charges = lipon_states;
  o.balance = el("Li");
  o.substitutions = {parse_substitution("1 O -> N")};
  const DefectSeries more = make_defects(gamma_li3po4(), o);  // N carries one charge more than O: one Li goes in
  EXPECT_EQ(more.n_balance, 1);
  ASSERT_FALSE(more.defects.empty());
  for (const Defect& d : more.defects) {
    EXPECT_EQ(formula(d.structure), "Li13 N1 O15 P4");
    EXPECT_EQ(d.structure.species.back(), el("Li"));
    EXPECT_FALSE(nearest_contact(d.structure, 1.3));
  }
  o.substitutions = {parse_substitution("1 O -> vacancy")};
  const DefectSeries fewer = make_defects(gamma_li3po4(), o);
  EXPECT_EQ(fewer.n_balance, -2);
  EXPECT_EQ(formula(fewer.defects.front().structure), "Li10 O15 P4");
}

// Voids of rock salt: one tetrahedral site, eight in the cell, all alike.
TEST(Defects, PutsIonsIntoSymmetricVoids) {
  DefectOptions o;
  o.charges = {{el("Na"), 1}, {el("Cl"), -1}, {el("Li"), 1}};
  o.substitutions = {parse_substitution("1 void -> Li"), parse_substitution("1 Na -> vacancy")};
  const DefectSeries series = make_defects(rock_salt(), o);
  EXPECT_EQ(series.n_arrangements, 8 * 4);
  // The interstitial's own corner of the small cube is vacant, or another one of the four Na.
  std::int64_t sum = 0;
  for (const Defect& d : series.defects) sum += d.multiplicity;
  EXPECT_EQ(sum, 32);
}

TEST(Defects, DrawsWhenThereAreTooMany) {
  const Structure big = supercell(gamma_li3po4(), (IntegerMatrix3() << 1, 0, 0, 0, 2, 0, 0, 0, 2).finished());
  DefectOptions o;
  o.charges = lipon_states;
  o.substitutions = {parse_substitution("6 O -> N"), parse_substitution("3 O -> vacancy")};
  EXPECT_THROW(make_defects(big, o), InputError);
  o.samples = 300;
  o.keep = 5;
  const DefectSeries a = make_defects(big, o), b = make_defects(big, o);
  EXPECT_EQ(a.n_drawn, 300);
  ASSERT_EQ(a.defects.size(), 5U);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(a.defects[k].structure.species, b.defects[k].structure.species);
  o.seed = 2;
  EXPECT_NE(make_defects(big, o).defects[0].coulomb_energy, a.defects[0].coulomb_energy);
}

TEST(Defects, RefusesWhatCannotBe) {
  DefectOptions o;
  o.charges = lipon_states;
  const auto refuses = [&](const char* text) {
    o.substitutions = {parse_substitution(text)};
    EXPECT_THROW(make_defects(gamma_li3po4(), o), InputError) << text;
  };
  refuses("1 O -> N");         // charged
  refuses("20 O -> vacancy");  // too few
  o.allow_charged = true;
  refuses("1 Na -> Li");  // not there, and without oxidation state
  o.substitutions = {parse_substitution("1 O -> N")};
  EXPECT_EQ(make_defects(gamma_li3po4(), o).n_distinct, 3U);  // three oxygen sites
  o.balance = el("P");
  refuses("1 O -> N");  // 1/5 of a P
  for (const char* bad : {"", "O N", "O -> O", "0 O -> N", "2 Xx -> N", "void -> vacancy", "1.5 O -> N"})
    EXPECT_THROW(parse_substitution(bad), InputError) << bad;
}

}  // namespace
}  // namespace vitrion::build
