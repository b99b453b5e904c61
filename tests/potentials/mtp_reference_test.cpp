// Energies, forces and stresses against what other programs printed for the same potentials.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"

namespace vitrion {
namespace {

// An independent evaluator's forces on three 768-atom frames, printed with ten digits.
TEST(MtpReference, ForcesOfThePublishedMgVO) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5");
  const auto potential =
      potentials::load_potential(test::reference("mtp/mgv2o5/pot.mtp"), {parse_species_list("Mg,V,O")});
  const auto frames = io::read_frames(test::reference("mtp/mgv2o5/reference_600K.extxyz"));
  ASSERT_EQ(frames.size(), 3u);
  for (const Structure& frame : frames) {
    const Labels labels = evaluate(*potential, frame);
    EXPECT_NEAR(*labels.energy, *frame.labels.energy, 1e-9);
    EXPECT_LT((labels.forces - frame.labels.forces).cwiseAbs().maxCoeff(), 1e-9);
  }
}

// MLIP's own energies, forces (six digits) and stresses (PlusStress, five digits; cells smaller than the cutoff).
TEST(MtpReference, WhatMlipPrintedForPotentialsOfSeveralLevels) {
  VITRION_NEEDS_REFERENCE("mtp/levels");
  for (const char* folder : {"cubic/02", "cubic/04", "cubic/08", "cubic/16", "multi/08"}) {
    SCOPED_TRACE(folder);
    const auto path = test::reference("mtp/levels") / folder;
    const auto potential = potentials::load_potential(path / "pot.mtp");
    for (const Structure& frame : io::read_frames(path / "out.cfg")) {
      const Labels labels = evaluate(*potential, frame);
      EXPECT_NEAR(*labels.energy, *frame.labels.energy, 5.1e-7 * static_cast<double>(frame.size()));
      EXPECT_LT((labels.forces - frame.labels.forces).cwiseAbs().maxCoeff(), 5.1e-7);
      ASSERT_TRUE(labels.stress && frame.labels.stress);
      EXPECT_LT((*labels.stress - *frame.labels.stress).cwiseAbs().maxCoeff() * frame.cell.volume(), 5.1e-6);
    }
  }
}

// The energy that maml's documentation gives for the first structure of its Ni-Mo example.
TEST(MtpReference, EnergyOfTheNiMoExample) {
  VITRION_NEEDS_REFERENCE("mtp/zuo2020/NiMo_example");
  const auto folder = test::reference("mtp/zuo2020/NiMo_example");
  const auto potential = potentials::load_potential(folder / "fitted.mtp", {parse_species_list("Ni,Mo")});
  std::ifstream in(folder / "data.json");
  const nlohmann::json data = nlohmann::json::parse(in).at(0).at("structure");
  Matrix3 cell;
  for (unsigned a = 0; a < 3; ++a)
    for (unsigned b = 0; b < 3; ++b) cell(a, b) = data["lattice"]["matrix"][a][b];
  Structure structure;
  structure.cell = Cell(cell);
  const auto& sites = data["sites"];
  structure.positions.resize(static_cast<Eigen::Index>(sites.size()), 3);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    structure.species.push_back(Species::element(sites[i]["species"][0]["element"].get<std::string>()));
    for (unsigned k = 0; k < 3; ++k) structure.positions(static_cast<Eigen::Index>(i), k) = sites[i]["xyz"][k];
  }
  EXPECT_NEAR(*evaluate(*potential, structure).energy, -1022.316543, 1e-6);
}

}  // namespace
}  // namespace vitrion
