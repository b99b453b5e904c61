// Bonds, units and angles of molecules built by hand.
#include "vitrion/structure/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "structure/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/structure/angles.hpp"

namespace vitrion::structure {
namespace {

struct Molecule {
  std::vector<std::pair<std::string, Vector3>> atoms;
  void add(const std::string& element, Vector3 x) { atoms.emplace_back(element, x); }
};

const std::vector<Vector3> tetrahedron{Vector3(1, 1, 1).normalized(), Vector3(1, -1, -1).normalized(),
                                       Vector3(-1, 1, -1).normalized(), Vector3(-1, -1, 1).normalized()};

// Two tetrahedra sharing one corner atom (the first ligand of both), mirrored through it.
void add_pair(Molecule& m, const Vector3& at, const std::string& corner) {
  const double bond = 1.55;
  m.add("P", at);
  const Vector3 shared = at + bond * tetrahedron[0];
  m.add(corner, shared);
  m.add("P", 2 * shared - at);
  for (std::size_t k = 1; k < 4; ++k) {
    m.add("O", at + bond * tetrahedron[k]);
    m.add("O", 2 * shared - at - bond * tetrahedron[k]);
  }
}

Structure in_box(const Molecule& m) {
  Structure s;
  s.cell = Cell::orthorhombic(40, 40, 40);
  s.positions.resize(static_cast<Eigen::Index>(m.atoms.size()), 3);
  for (std::size_t i = 0; i < m.atoms.size(); ++i) {
    s.species.push_back(Species::element(m.atoms[i].first));
    s.positions.row(static_cast<Eigen::Index>(i)) = m.atoms[i].second.transpose();
  }
  return s;
}

BondCutoffs cutoffs() {
  return parse_cutoffs("P-O=1.9, P-N=1.9");
}

NetworkUnits count(const Structure& s) {
  NetworkCounter counter(choose_network(distinct_species(s)));
  counter.add(s, find_bonds(s, cutoffs()));
  counter.add(s, find_bonds(s, cutoffs()));  // means per frame, not sums
  return counter.finish();
}

// One PO4, one P2O7, one P2O6N, across the boundary of the cell; a free oxygen and a lithium.
Structure mixture() {
  Molecule m;
  m.add("P", {0, 0, 0});
  for (const Vector3& u : tetrahedron) m.add("O", 1.55 * u);
  add_pair(m, {10, 10, 39.5}, "O");
  add_pair(m, {20, 20, 20}, "N");
  m.add("O", {30, 30, 30});
  m.add("Li", {30, 30, 33});
  return in_box(m);
}

TEST(Network, CountsPolyhedraClustersAndBridges) {
  const NetworkUnits u = count(mixture());
  EXPECT_EQ(u.polyhedra, (std::map<std::string, double>{{"PO4", 3}, {"PO3N", 2}}));
  EXPECT_EQ(u.clusters, (std::map<std::string, double>{{"PO4", 1}, {"P2O7", 1}, {"P2O6N", 1}}));
  EXPECT_EQ(u.q.at(p), (std::map<int, double>{{0, 1}, {1, 4}}));
  EXPECT_EQ(u.sharing.at(n), (std::map<int, double>{{2, 1}}));                   // N_d
  EXPECT_EQ(u.sharing.at(o), (std::map<int, double>{{0, 1}, {1, 16}, {2, 1}}));  // one free, one bridging
  EXPECT_EQ(u.coordination.at(p), (std::map<int, double>{{4, 5}}));
}

TEST(Network, ApicalAndTriplyBridgingNitrogen) {
  Molecule m;
  m.add("N", {5, 5, 5});
  for (int k = 0; k < 3; ++k)
    m.add("P", Vector3(5, 5, 5) +
                   1.7 * Vector3(std::cos(2 * std::numbers::pi * k / 3), std::sin(2 * std::numbers::pi * k / 3), 0));
  m.add("P", {20, 20, 20});
  m.add("N", {21.6, 20, 20});
  const NetworkUnits u = count(in_box(m));
  EXPECT_EQ(u.sharing.at(n), (std::map<int, double>{{1, 1}, {3, 1}}));
  EXPECT_EQ(u.clusters, (std::map<std::string, double>{{"PN", 1}, {"P3N", 1}}));
}

TEST(Angles, OfTetrahedraAndStraightBridges) {
  const Structure s = mixture();
  AngleAccumulator accumulator;
  accumulator.add(s, find_bonds(s, cutoffs()));
  bool tetrahedral = false, bridge = false;
  for (const AngleDistribution& a : accumulator.finish()) {
    double integral = 0;
    for (const double d : a.density) integral += 2 * d;
    EXPECT_NEAR(integral, 1, 1e-12);
    if (a.center == p && a.end1 == o && a.end2 == o) {
      tetrahedral = true;
      EXPECT_NEAR(a.mean, std::acos(-1.0 / 3) * 180 / std::numbers::pi, 1e-6);
      EXPECT_NEAR(a.deviation, 0, 1e-4);
      EXPECT_DOUBLE_EQ(a.per_frame, 3 * 6 + 2 * 3);
    }
    if (a.center == n) {
      bridge = true;
      EXPECT_NEAR(a.mean, 180, 1e-5);
    }
  }
  EXPECT_TRUE(tetrahedral && bridge);
}

TEST(Cutoffs, AreReadStrictly) {
  EXPECT_DOUBLE_EQ(parse_cutoffs("P-O=2.0,Li-O=2.6").of(o, li), 2.6);
  EXPECT_DOUBLE_EQ(parse_cutoffs("").of(o, li), 0);
  for (const char* bad : {"P-O", "P=2", "P-O=-1", "P-O=x", "Xx-O=2"})
    EXPECT_THROW(parse_cutoffs(bad), InputError) << bad;
}

}  // namespace
}  // namespace vitrion::structure
