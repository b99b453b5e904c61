// Signs and units that labels should not have are told from the slope against predictions.
#include "vitrion/train/slopes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vitrion::train {
namespace {

/// Values that go up and down like those of real forces, and a potential that is off by a tenth of their spread.
Parity parity_with(double factor, double constant = 0) {
  Parity points;
  for (int i = 0; i < 60; ++i) {
    const double truth = std::sin(1.7 * i) + 0.3 * std::cos(0.9 * i);
    points.reference.push_back(factor * truth + constant);
    points.predicted.push_back(truth + 0.1 * std::sin(5.3 * i));
  }
  return points;
}

ErrorTable table_of(std::int64_t atoms_each) {
  ErrorTable table;
  table.n_configurations = 60;
  table.n_atoms = 60 * atoms_each;
  return table;
}

std::string only(const ParityData& data) {
  const std::vector<std::string> found = implausible_slopes({{"", data}}, table_of(40));
  return found.size() == 1 ? found[0] : std::to_string(found.size()) + " sentences";
}

TEST(Slopes, ThoseOfOneAreNotWorthAWord) {
  EXPECT_TRUE(
      implausible_slopes({{"", {parity_with(1, -7), parity_with(1.3), parity_with(0.8)}}}, table_of(40)).empty());
  EXPECT_TRUE(implausible_slopes({}, {}).empty());
}

// The factors: 1 Ry/Bohr = 25.711 eV/Å, 1 eV/Å^3 = 1602.18 kbar, 1 hartree = 27.2114 eV.
TEST(Slopes, NameTheCauseThatFits) {
  const auto expect = [](const ParityData& data, const std::string& part) {
    EXPECT_NE(only(data).find(part), std::string::npos) << only(data);
  };
  expect({{}, parity_with(-1), {}}, "The sign is the opposite; the energy's gradient");
  expect({{}, parity_with(1 / 25.711), {}}, "Ry/Bohr in place of eV/Å fits");
  expect({{}, parity_with(2 / 25.711), {}}, "Another unit");
  expect({{}, {}, parity_with(1602.18)}, "kbar in place of eV/Å^3 fits");
  expect({{}, {}, parity_with(-160.218)}, "The sign is the opposite; GPa in place of eV/Å^3 fits");
  expect({parity_with(1.0 / 40, 3), {}, {}}, "energies per atom in place of the whole cell's fits");
  expect({parity_with(1 / 27.2114, -5), {}, {}}, "hartree in place of eV fits");
}

// Energies of atoms of cells of 10 to 69 atoms, divided by the number of atoms once more, follow nothing.
TEST(Slopes, FindEnergiesPerAtomWhereCellsDiffer) {
  ParityData data{parity_with(1, -300), {}, {}};
  for (std::size_t i = 0; i < data.energy.reference.size(); ++i) {
    data.atoms.push_back(static_cast<double>(10 + i));
    data.energy.predicted[i] -= 300;
  }
  EXPECT_TRUE(implausible_slopes({{"", data}}, table_of(40)).empty());
  for (std::size_t i = 0; i < data.atoms.size(); ++i) data.energy.reference[i] /= data.atoms[i];
  EXPECT_NE(only(data).find("energies per atom in place of the whole cell's"), std::string::npos) << only(data);
}

// A poor potential of few held-out frames is no reason to doubt its labels.
TEST(Slopes, NeedCloseAgreementWhereNoUnitFits) {
  Parity loose = parity_with(6);
  for (std::size_t i = 0; i < loose.predicted.size(); ++i) loose.predicted[i] += 0.8 * std::sin(2.9 * double(i) + 1);
  EXPECT_TRUE(implausible_slopes({{"", {{}, loose, {}}}}, table_of(40)).empty());
  Parity few = parity_with(6);
  few.reference.resize(9);
  few.predicted.resize(9);
  EXPECT_TRUE(implausible_slopes({{"", {few, {}, {}}}}, table_of(40)).empty());
}

TEST(Slopes, OfUnrelatedNumbersSayNothing) {
  Parity unrelated = parity_with(1);
  for (std::size_t i = 0; i < unrelated.predicted.size(); ++i)
    unrelated.predicted[i] = 50 * std::sin(11.1 * double(i) + 2);
  EXPECT_TRUE(implausible_slopes({{"", {{}, unrelated, {}}}}, table_of(40)).empty());
}

}  // namespace
}  // namespace vitrion::train
