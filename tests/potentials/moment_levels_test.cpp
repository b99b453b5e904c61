// Generated moment tables against brute-force contractions, and against the tables of MLIP's own potentials.
#include "vitrion/potentials/mtp/moment_levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/linalg.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/mtp/contraction_graphs.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"

namespace vitrion::potentials::mtp {
namespace {

// Unit vectors with random values of the radial functions: all that a basis function depends on.
struct Neighborhood {
  std::vector<Vector3> u;
  std::vector<std::vector<double>> f;  // [neighbor][mu]
};

Neighborhood random_neighborhood(std::uint64_t seed, int neighbors) {
  Random random(seed);
  Neighborhood n;
  for (int j = 0; j < neighbors; ++j) {
    n.u.push_back(Vector3(random.normal(), random.normal(), random.normal()).normalized());
    n.f.emplace_back();
    for (int mu = 0; mu <= highest_mu; ++mu) n.f.back().push_back(random.normal());
  }
  return n;
}

std::vector<double> scalars_by_tables(const MomentTables& tables, const Neighborhood& n) {
  std::vector<double> m(static_cast<std::size_t>(tables.moments_count), 0.0);
  for (std::size_t k = 0; k < tables.basic.size(); ++k) {
    const auto& b = tables.basic[k];
    for (std::size_t j = 0; j < n.u.size(); ++j)
      m[k] += n.f[j][static_cast<std::size_t>(b.mu)] * std::pow(n.u[j][0], b.nx) * std::pow(n.u[j][1], b.ny) *
              std::pow(n.u[j][2], b.nz);
  }
  for (const auto& p : tables.products)
    m[static_cast<std::size_t>(p.target)] +=
        p.multiplicity * m[static_cast<std::size_t>(p.a)] * m[static_cast<std::size_t>(p.b)];
  std::vector<double> values;
  for (const int s : tables.scalars) values.push_back(m[static_cast<std::size_t>(s)]);
  return values;
}

// Contracting all indices of an edge of multiplicity e gives (u_a . u_b)^e: sum over all tuples of neighbours.
double contraction(const ContractionGraph& graph, const Neighborhood& n) {
  const std::size_t nodes = graph.nodes.size(), count = n.u.size();
  std::size_t tuples = 1;
  for (std::size_t a = 0; a < nodes; ++a) tuples *= count;
  double sum = 0;
  for (std::size_t tuple = 0; tuple < tuples; ++tuple) {
    std::size_t j[ContractionGraph::max_nodes];
    double term = 1;
    for (std::size_t a = 0, rest = tuple; a < nodes; ++a, rest /= count) {
      j[a] = rest % count;
      term *= n.f[j[a]][static_cast<std::size_t>(graph.nodes[a].mu)];
      for (std::size_t b = 0; b < a; ++b) term *= std::pow(n.u[j[a]].dot(n.u[j[b]]), graph.edges[a][b]);
    }
    sum += term;
  }
  return sum;
}

// Both lists hold the same functions, in whatever order: their values agree when sorted.
void expect_same_values(std::vector<double> a, std::vector<double> b) {
  ASSERT_EQ(a.size(), b.size());
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-9 * (1 + std::abs(a[k]))) << k;
}

class Levels : public ::testing::TestWithParam<int> {};

TEST_P(Levels, ScalarsAreAllContractionsOfTheLevel) {
  const MomentTables tables = make_moment_tables(GetParam());
  EXPECT_EQ(describe_fault(tables), "");
  for (const std::uint64_t seed : {1U, 2U}) {
    const Neighborhood n = random_neighborhood(seed, 4);
    std::vector<double> expected;
    for (const ContractionGraph& graph : contractions_of_level(GetParam())) expected.push_back(contraction(graph, n));
    expect_same_values(scalars_by_tables(tables, n), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Levels, ::testing::Range(2, highest_level + 1, 2));

TEST(MomentLevels, SizesAreThoseOfMlipsTemplates) {
  struct Size {
    int level, radial_functions;
    std::size_t basic, most_products, scalars;
  };
  // Sizes of MLIP's 02.mtp ... 28.mtp; the products are one factorisation of many, ours must not need more.
  const Size sizes[] = {{2, 1, 1, 0, 1},           {4, 1, 1, 1, 2},           {6, 2, 5, 5, 5},
                        {8, 2, 11, 14, 9},         {10, 3, 25, 42, 16},       {12, 3, 46, 117, 29},
                        {14, 4, 81, 348, 52},      {16, 4, 130, 969, 92},     {18, 5, 201, 2634, 163},
                        {20, 5, 295, 6349, 288},   {22, 6, 421, 15431, 500},  {24, 6, 581, 36170, 864},
                        {26, 6, 706, 82520, 1464}, {28, 6, 866, 180069, 2445}};
  for (const Size& size : sizes) {
    const MomentTables tables = make_moment_tables(size.level);
    EXPECT_EQ(tables.radial_funcs_count(), size.radial_functions) << size.level;
    EXPECT_EQ(tables.basic.size(), size.basic) << size.level;
    EXPECT_LE(tables.products.size(), size.most_products) << size.level;
    EXPECT_EQ(tables.scalars.size(), size.scalars) << size.level;
  }
}

TEST(MomentLevels, SpanTheFunctionsOfMlipsPotentials) {
  VITRION_NEEDS_REFERENCE("mtp/levels");
  VITRION_NEEDS_REFERENCE("mtp/zuo2020");
  const std::pair<int, const char*> potentials[] = {{2, "mtp/levels/cubic/02/pot.mtp"},
                                                    {4, "mtp/levels/cubic/04/pot.mtp"},
                                                    {8, "mtp/levels/cubic/08/pot.mtp"},
                                                    {16, "mtp/levels/cubic/16/pot.mtp"},
                                                    {20, "mtp/zuo2020/Mo/fitted.mtp"}};
  for (const auto& [level, file] : potentials) {
    const MomentTables theirs = read_mtp(test::reference(file)).tables, ours = make_moment_tables(level);
    EXPECT_EQ(ours.basic, theirs.basic) << level;
    const Neighborhood n = random_neighborhood(7, 6);
    expect_same_values(scalars_by_tables(ours, n), scalars_by_tables(theirs, n));
  }
}

TEST(MomentLevels, TemplatesCanBeWrittenAndRead) {
  const MtpParameters p = untrained_mtp(10, parse_species_list("Li,P,O"), 1.4, 6.0, 10);
  EXPECT_FALSE(p.is_trained());
  EXPECT_EQ(p.n_parameters(), 9u * 3 * 10 + 3 + 16);
  const MtpParameters back = parse_mtp(format_mtp(p));
  EXPECT_EQ(back.species, p.species);
  EXPECT_EQ(back.tables, p.tables);
  EXPECT_EQ(back.radial_basis_size, 10);
}

TEST(MomentLevels, RefusesWhatIsNoLevel) {
  for (const int level : {-2, 0, 1, 7, 30}) EXPECT_THROW(make_moment_tables(level), InputError) << level;
  EXPECT_THROW(untrained_mtp(8, parse_species_list("Li"), 5.0, 4.0), InputError);
  EXPECT_THROW(untrained_mtp(8, parse_species_list("Li"), 2.0, 5.0, 0), InputError);
}

}  // namespace
}  // namespace vitrion::potentials::mtp
