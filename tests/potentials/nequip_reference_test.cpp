// NequIP against the reference implementation: tensors, harmonics, intermediates, energies, forces, stresses.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/nequip/evaluator.hpp"
#include "vitrion/potentials/nequip/harmonics.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/potentials/nequip/radial.hpp"

namespace vitrion::potentials::nequip {
namespace {

using Json = nlohmann::json;

Json load(const std::string& name) {
  return Json::parse(read_file(test::reference("nequip/" + name)));
}

Structure structure_of(const Json& json) {
  Structure s;
  Matrix3 cell;
  for (unsigned r = 0; r < 3; ++r)
    for (unsigned c = 0; c < 3; ++c) cell(r, c) = json["cell_rows"][r][c];
  s.cell = Cell(cell);
  s.positions.resize(static_cast<Eigen::Index>(json["positions"].size()), 3);
  for (std::size_t i = 0; i < json["positions"].size(); ++i) {
    for (unsigned k = 0; k < 3; ++k) s.positions(static_cast<Eigen::Index>(i), k) = json["positions"][i][k];
    s.species.push_back(Species::element(json["symbols"][i].get<std::string>()));
  }
  return s;
}

TEST(NequipReference, TensorsAreThoseOfE3nn) {
  VITRION_NEEDS_REFERENCE("nequip/e3nn_constants.json");
  const Json tensors = load("e3nn_constants.json")["wigner_3j"];
  ASSERT_EQ(tensors.size(), 34u);
  for (const Json& t : tensors) {
    const auto expected = t["values"].get<std::vector<double>>();
    const std::vector<double> ours = wigner_3j(t["l"][0], t["l"][1], t["l"][2]);
    ASSERT_EQ(ours.size(), expected.size());
    for (std::size_t k = 0; k < ours.size(); ++k) EXPECT_NEAR(ours[k], expected[k], 1e-15) << t["l"];
  }
}

TEST(NequipReference, HarmonicsAreThoseOfE3nn) {
  VITRION_NEEDS_REFERENCE("nequip/e3nn_constants.json");
  const Json constants = load("e3nn_constants.json");
  for (std::size_t n = 0; n < constants["sh_input_vectors"].size(); ++n) {
    Vector3 v;
    for (unsigned k = 0; k < 3; ++k) v[k] = constants["sh_input_vectors"][n][k];
    v.normalize();
    double Y[16];
    harmonics(3, v.data(), Y);
    for (std::size_t k = 0; k < 16; ++k) EXPECT_NEAR(Y[k], constants["sh_l0_to_l3"][n][k].get<double>(), 1e-14);
  }
}

void expect_labels(const Labels& labels, const Json& expected, double tolerance) {
  EXPECT_NEAR(*labels.energy, expected["total_energy"].get<double>(), tolerance * 100);
  for (std::size_t i = 0; i < labels.atomic_energies.size(); ++i) {
    EXPECT_NEAR(labels.atomic_energies[i], expected["atomic_energies"][i].get<double>(), tolerance);
    for (unsigned k = 0; k < 3; ++k)
      EXPECT_NEAR(labels.forces(static_cast<Eigen::Index>(i), k), expected["forces"][i][k].get<double>(), tolerance);
  }
  for (unsigned r = 0; r < 3; ++r)
    for (unsigned c = 0; c < 3; ++c)
      EXPECT_NEAR((*labels.stress)(r, c), expected["stress"][r][c].get<double>(), tolerance);
}

class NequipModels : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path model() const { return test::reference("nequip/model_" + GetParam() + ".json"); }
  Json structures() const { return load("model_" + GetParam() + "_structures.json"); }
};

TEST_P(NequipModels, EnergiesForcesAndStressesEqualTheReference) {
  VITRION_NEEDS_REFERENCE("nequip/model_c.json");
  const auto potential = potentials::load_potential(model());
  EXPECT_EQ(potential->kind(), "NequIP");
  for (const Json& s : structures()) expect_labels(evaluate(*potential, structure_of(s)), s, 1e-11);
}

TEST_P(NequipModels, OurFileHoldsTheSameModelBitForBit) {
  VITRION_NEEDS_REFERENCE("nequip/model_c.json");
  const Model original = read_model(model());
  const std::filesystem::path file = test::scratch_folder() / "model.safetensors";
  potentials::write_potential(file, *potentials::load_potential(model()));
  EXPECT_TRUE(potentials::is_potential(file));
  const Model again = read_model(file);
  EXPECT_EQ(again.hyper, original.hyper);
  EXPECT_EQ(again.species, original.species);
  EXPECT_EQ(again.parameters, original.parameters);
  EXPECT_EQ(again.scales, original.scales);
  EXPECT_EQ(again.shifts, original.shifts);
}

// The reference's own float32 run bounds what float32 may lose; ours may lose five times as much.
TEST_P(NequipModels, SinglePrecisionIsAsGoodAsTheReferences) {
  VITRION_NEEDS_REFERENCE("nequip/model_c.json");
  const auto potential = potentials::load_potential(model(), {{}, potentials::Precision::single_precision, false});
  for (const Json& s : structures()) {
    const Labels labels = evaluate(*potential, structure_of(s));
    const double energy = s["total_energy"];
    // The reference sums float32 energies, or prints them so: one unit in the last place is as near as it gets.
    const double lost =
        std::max(std::abs(s["float32"]["total_energy"].get<double>() - energy), std::abs(energy) * 0x1.0p-24);
    EXPECT_NEAR(*labels.energy, energy, 5 * lost);
    double force = 0, stress = 0;
    for (std::size_t i = 0; i < s["forces"].size(); ++i)
      for (unsigned k = 0; k < 3; ++k)
        force =
            std::max(force, std::abs(labels.forces(static_cast<Eigen::Index>(i), k) - s["forces"][i][k].get<double>()));
    for (unsigned r = 0; r < 3; ++r)
      for (unsigned c = 0; c < 3; ++c)
        stress = std::max(stress, std::abs((*labels.stress)(r, c) - s["stress"][r][c].get<double>()));
    EXPECT_LE(force, 5 * s["float32"]["max_abs_force_diff"].get<double>());
    EXPECT_LE(stress, 5 * s["float32"]["max_abs_stress_diff"].get<double>());
  }
}

TEST_P(NequipModels, TabulatedForcesAreWithinTheStatedError) {
  VITRION_NEEDS_REFERENCE("nequip/model_c.json");
  for (const potentials::Precision precision :
       {potentials::Precision::double_precision, potentials::Precision::single_precision}) {
    const auto exact = potentials::load_potential(model(), {{}, precision, false});
    const auto tabulated = potentials::load_potential(model(), {{}, precision, true});
    for (const Json& json : structures()) {
      const Structure s = structure_of(json);
      const Labels a = evaluate(*exact, s), b = evaluate(*tabulated, s);
      EXPECT_LE((a.forces - b.forces).cwiseAbs().maxCoeff(), 1e-5);
      EXPECT_NEAR(*a.energy, *b.energy, 1e-6 * static_cast<double>(s.size()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, NequipModels, ::testing::Values("a", "b", "c"),
                         [](const auto& model) { return "Model" + model.param; });

// ---- intermediates ------------------------------------------------------------------------------------------------

// The reference's rows: irreps in order, each [channel][component]. Ours: [component][channel], padded.
std::vector<double> in_reference_layout(const double* ours, const std::vector<Irrep>& irreps,
                                        const std::vector<std::size_t>& multiplicities, std::size_t features,
                                        std::size_t channels) {
  std::vector<double> row;
  for (std::size_t n = 0; n < irreps.size(); ++n) {
    const auto size = static_cast<std::size_t>(irreps[n].size());
    const std::size_t blocks = multiplicities[n];
    for (std::size_t u = 0; u < blocks * features; ++u)
      for (std::size_t m = 0; m < size; ++m)
        row.push_back(ours[m * blocks * channels + u / features * channels + u % features]);
    ours += size * blocks * channels;
  }
  return row;
}

// `row_of(i)` is our row of atom i.
template <class RowOf>
void expect_rows(const RowOf& row_of, const Json& expected, const std::vector<Irrep>& irreps,
                 const std::vector<std::size_t>& multiplicities, std::size_t features, const std::string& what) {
  const std::size_t channels = padded<double>(features);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::vector<double> row = in_reference_layout(row_of(i), irreps, multiplicities, features, channels);
    ASSERT_EQ(row.size(), expected[i].size()) << what;
    for (std::size_t k = 0; k < row.size(); ++k) EXPECT_NEAR(row[k], expected[i][k].get<double>(), 1e-12) << what;
  }
}

class NequipIntermediates : public ::testing::TestWithParam<std::string> {};

TEST_P(NequipIntermediates, EveryLayerEqualsTheReference) {
  VITRION_NEEDS_REFERENCE("nequip/model_b_intermediates.json");
  const Model model = read_model(test::reference("nequip/model_" + GetParam() + ".json"));
  const Json expected = load("model_" + GetParam() + "_intermediates.json");
  const Structure s = structure_of(load("model_" + GetParam() + "_structures.json")[0]);
  const auto features = static_cast<std::size_t>(model.hyper.num_features);
  const auto network = std::make_shared<const Network<double>>(model, LastLayer::whole);
  Evaluator<double> evaluator(network, nullptr, Keep::messages);
  const NequipPotential potential(model);
  const neighbors::PeriodicNeighborhoods lists(s, potentials::types_for(potential, s), model.hyper.r_max);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  evaluator.run(lists.view(), {}, exchange, result);
  const std::vector<LayerShape> shapes = layer_shapes(model.hyper);
  for (std::size_t n = 0; n < shapes.size(); ++n) {
    const LayerShape& shape = shapes[n];
    const LayerState<double>& state = evaluator.layers()[n];
    const LayerWeights<double>& weights = network->layers[n];
    const auto row_of = [](const AlignedVector<double>& rows, std::size_t width) {
      return [&rows, width](std::size_t i) { return rows.data() + i * width; };
    };
    const auto sent = [&](std::size_t i) {
      return state.sent.data() + (n == 0 ? evaluator.types()[i] : i) * weights.feature_width;
    };
    const std::string layer = "layer" + std::to_string(n) + ".";
    const std::vector<std::size_t> once(shape.inputs.size() + shape.outputs.size(), 1);
    std::vector<std::size_t> paths, blocks;
    for (int o = 0; o < static_cast<int>(shape.outputs.size()); ++o) {
      paths.push_back(static_cast<std::size_t>(shape.paths_to(o)));
      blocks.push_back(static_cast<std::size_t>(shape.blocks(o)));
    }
    expect_rows(sent, expected[layer + "linear_1_out"], shape.inputs, once, features, layer + "linear_1");
    expect_rows(row_of(state.messages, weights.message_width), expected[layer + "aggregated"], shape.outputs, paths,
                features, layer + "aggregated");
    expect_rows(row_of(state.before, weights.before_width), expected[layer + "conv_out"], shape.outputs, blocks,
                features, layer + "conv");
    expect_rows(row_of(state.features, weights.output_width), expected[layer + "node_features"], shape.features, once,
                features, layer + "features");
  }
}

TEST_P(NequipIntermediates, RadialBasisAndWeightsEqualTheReference) {
  VITRION_NEEDS_REFERENCE("nequip/model_b_intermediates.json");
  const Model model = read_model(test::reference("nequip/model_" + GetParam() + ".json"));
  const Json expected = load("model_" + GetParam() + "_intermediates.json");
  const Network<double> network(model, LastLayer::whole);
  const auto r = expected["edge_lengths"].get<std::vector<double>>();
  AlignedVector<double> values(network.embedding_width), slopes(network.embedding_width);
  for (std::size_t e = 0; e < r.size(); ++e) {
    embed(network, r[e], values.data(), slopes.data());
    for (std::size_t k = 0; k < expected["edge_embedding"][e].size(); ++k)
      EXPECT_NEAR(values[k], expected["edge_embedding"][e][k].get<double>(), 1e-14);
  }
  const auto features = static_cast<std::size_t>(model.hyper.num_features);
  RadialScratch<double> scratch;
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    const std::size_t width = network.layers[n].weight_width;
    AlignedVector<double> w(6 * width);
    evaluate_radial(network, network.layers[n].radial, r.data(), 6, w.data(), static_cast<double*>(nullptr), scratch);
    const Json& rows = expected["layer" + std::to_string(n) + ".fc_out_first6edges"];
    for (std::size_t e = 0; e < 6; ++e)
      for (std::size_t k = 0; k < rows[e].size(); ++k)
        EXPECT_NEAR(
            w[e * width + k / features * network.channels + k % features] * std::sqrt(model.hyper.avg_num_neighbors),
            rows[e][k].get<double>(), 1e-13);
  }
}

INSTANTIATE_TEST_SUITE_P(All, NequipIntermediates, ::testing::Values("a", "b"),
                         [](const auto& model) { return "Model" + model.param; });

}  // namespace
}  // namespace vitrion::potentials::nequip
