// vitrion-torch: reads NequIP models deployed as TorchScript (.pth), and compares with libtorch's own evaluation.
#include <fmt/format.h>
#include <torch/script.h>
#include <yaml-cpp/yaml.h>

#include <CLI/CLI.hpp>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/potentials/nequip/reference_file.hpp"

namespace vitrion {
namespace {

using Json = nlohmann::json;

struct Deployed {
  torch::jit::Module module;
  std::string config, type_names;
};

Deployed load(const std::string& file) {
  torch::jit::ExtraFilesMap extra{{"config", ""}, {"type_names", ""}, {"nequip_version", ""}};
  Deployed deployed;
  try {
    deployed.module = torch::jit::load(file, torch::kCPU, extra);
  } catch (const c10::Error&) {
    throw InputError(Location{file}, "is no TorchScript file that libtorch can read");
  }
  if (extra["config"].empty() || extra["type_names"].empty())
    throw InputError(Location{file}, "does not say how the model was made (no config, no type_names)",
                     "Deploy it with nequip-deploy.");
  deployed.config = extra["config"];
  deployed.type_names = extra["type_names"];
  return deployed;
}

Json scalar(const YAML::Node& node) {
  if (node.IsNull()) return nullptr;
  const auto text = node.as<std::string>();
  if (node.Tag() != "!") {  // not quoted
    if (text == "true" || text == "false") return text == "true";
    const Json number = Json::parse(text, nullptr, false);
    if (number.is_number()) return number;
  }
  return text;
}

constexpr std::array scalar_keys = {"r_max",
                                    "num_layers",
                                    "l_max",
                                    "parity",
                                    "num_features",
                                    "num_basis",
                                    "resnet",
                                    "PolynomialCutoff_p",
                                    "invariant_layers",
                                    "use_sc",
                                    "invariant_neurons",
                                    "avg_num_neighbors",
                                    "nonlinearity_type"};
constexpr std::array mapping_keys = {"nonlinearity_scalars", "nonlinearity_gates"};

// The sections of the configuration that say what the network is. The rest holds pickled Python objects, which are not
// looked at.
YAML::Node network_sections(const std::string& config) {
  const auto wanted = [](std::string_view line) {
    const std::string_view key = line.substr(0, line.find(':'));
    return std::find(scalar_keys.begin(), scalar_keys.end(), key) != scalar_keys.end() ||
           std::find(mapping_keys.begin(), mapping_keys.end(), key) != mapping_keys.end();
  };
  std::istringstream lines(config);
  std::string kept;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line[0] != ' ' && line[0] != '-') inside = wanted(line);
    if (inside) kept += line + "\n";
  }
  return YAML::Load(kept);
}

Json config_of(const Deployed& deployed, const std::string& file) {
  const YAML::Node yaml = network_sections(deployed.config);
  Json config = Json::object();
  for (const char* key : scalar_keys)
    if (yaml[key]) config[key] = scalar(yaml[key]);
  for (const char* key : mapping_keys)
    for (const char* parity : {"e", "o"})
      if (yaml[key] && yaml[key][parity]) config[key][parity] = scalar(yaml[key][parity]);
  for (const char* key : {"r_max", "l_max", "parity", "num_features"})
    if (!config.contains(key))
      throw InputError(Location{file}, fmt::format("its configuration does not give {}", key),
                       "Only models of the simple configuration (l_max, parity, num_features) are read.");
  return config;
}

std::vector<double> values_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kDouble).contiguous().view({-1});
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

potentials::nequip::Model import(const Deployed& deployed, const std::string& file) {
  Json json{{"format", "nequip-reference-1"}, {"config", config_of(deployed, file)}};
  std::istringstream names(deployed.type_names);
  for (std::string name; names >> name;) json["type_names"].push_back(name);
  const std::size_t n_types = json["type_names"].size();

  double global = 1;
  std::vector<double> scales, shifts;
  const auto take = [&](const std::string& name, const torch::Tensor& tensor) {
    const std::string mark = "func.";
    const std::size_t at = name.find(mark);
    const std::string inner = at == std::string::npos ? name : name.substr(at + mark.size());
    if (inner.ends_with("scale_by") && tensor.numel() == 1) global = values_of(tensor)[0];
    if (inner.ends_with("shift_by") && tensor.numel() == 1) json["constants"]["global_shift"] = values_of(tensor)[0];
    if (inner == "per_species_rescale.scales") scales = values_of(tensor);
    if (inner == "per_species_rescale.shifts") shifts = values_of(tensor);
    json["state_dict"]["model.model.func." + inner]["values"] = values_of(tensor);
  };
  for (const auto& entry : deployed.module.named_parameters()) take(entry.name, entry.value);
  for (const auto& entry : deployed.module.named_buffers()) take(entry.name, entry.value);
  if (!json.contains("state_dict"))
    throw InputError(Location{file}, "holds no named weights: it was frozen", "Deploy it without freezing.");

  json["constants"]["global_scale"] = global;
  const auto in_units = [&](std::vector<double> values) -> Json {
    if (values.empty()) return nullptr;
    if (values.size() == 1) values.assign(n_types, values[0]);
    for (double& value : values) value *= global;
    return values;
  };
  json["constants"]["per_species_scales_dataset_units"] = in_units(scales);
  json["constants"]["per_species_shifts_dataset_units"] = in_units(shifts);
  return potentials::nequip::parse_reference(json.dump(), file);
}

struct Prediction {
  std::vector<double> energies, forces;
};

// libtorch's own evaluation of the module, in the type of its parameters.
Prediction evaluate_module(torch::jit::Module& module, torch::ScalarType type, const potentials::nequip::Model& model,
                           const Structure& s) {
  const potentials::nequip::NequipPotential potential(model);
  const std::vector<int> types = potentials::types_for(potential, s);
  const neighbors::PeriodicNeighborhoods lists(s, types, model.hyper.r_max);
  const neighbors::Neighborhoods view = lists.view();
  const Eigen::Map<const Positions> positions(view.positions, static_cast<Eigen::Index>(view.n_total), 3);
  const Matrix3 inverse = s.cell.spanning().inverse();
  std::vector<std::int64_t> centers, neighbors;
  std::vector<double> shifts;
  for (std::size_t i = 0; i < view.n_local; ++i)
    for (const int j : view.of(i)) {
      const auto at = static_cast<std::size_t>(j);
      const int owner = at < view.n_local ? j : lists.owners()[at - view.n_local];
      const Eigen::RowVector3d cells = (positions.row(j) - positions.row(owner)) * inverse;
      centers.push_back(static_cast<std::int64_t>(i));
      neighbors.push_back(owner);
      for (int k = 0; k < 3; ++k) shifts.push_back(std::round(cells[k]));
    }
  const auto n = static_cast<std::int64_t>(s.size()), n_edges = static_cast<std::int64_t>(centers.size());
  centers.insert(centers.end(), neighbors.begin(), neighbors.end());
  const Eigen::Matrix<double, 3, 3, Eigen::RowMajor> cell = s.cell.spanning();
  const std::vector<std::int64_t> type_numbers(types.begin(), types.end());
  const auto tensor = [&](const double* from, std::vector<std::int64_t> shape) {
    return torch::tensor(std::vector<double>(from, from + c10::multiply_integers(shape)), torch::kDouble)
        .view(shape)
        .to(type);
  };
  c10::Dict<std::string, torch::Tensor> input;
  input.insert("pos", tensor(view.positions, {n, 3}));
  input.insert("edge_index", torch::tensor(centers).view({2, n_edges}));
  input.insert("edge_cell_shift", tensor(shifts.data(), {n_edges, 3}));
  input.insert("cell", tensor(cell.data(), {3, 3}));
  input.insert("atom_types", torch::tensor(type_numbers));
  const auto output = module.forward({input}).toGenericDict();
  return {values_of(output.at("atomic_energy").toTensor()), values_of(output.at("forces").toTensor())};
}

// What the two may differ by: libtorch's coupling tensors are rounded to single precision in the file.
struct Tolerance {
  double relative_energy, forces;  // eV/Å
};
constexpr Tolerance double_tolerance{1e-9, 1e-6}, single_tolerance{1e-6, 1e-4};

// Returns whether all agrees.
bool check(Deployed deployed, const potentials::nequip::Model& model, const std::string& structure) {
  const Structure s = io::read_frames(structure).front();
  deployed.module.eval();
  bool agrees = true;
  for (const bool single : {false, true}) {
    const auto type = single ? torch::kFloat : torch::kDouble;
    deployed.module.to(type);
    const Prediction theirs = evaluate_module(deployed.module, type, model, s);
    potentials::nequip::NequipPotential potential(
        model, {single ? potentials::Precision::single_precision : potentials::Precision::double_precision, false});
    const Labels ours = evaluate(potential, s);
    double energy = 0, forces = 0, largest = 0, total = 0;
    for (std::size_t i = 0; i < theirs.energies.size(); ++i) {
      energy = std::max(energy, std::abs(theirs.energies[i] - ours.atomic_energies[i]));
      total += theirs.energies[i];
    }
    for (std::size_t k = 0; k < theirs.forces.size(); ++k) {
      forces = std::max(forces, std::abs(theirs.forces[k] - ours.forces.data()[k]));
      largest = std::max(largest, std::abs(theirs.forces[k]));
    }
    fmt::print(
        "{}: energy {:.9f} eV, libtorch {:.9f}: relative difference {:.1e}; site energies differ by up to {:.1e} eV, "
        "forces by up to {:.1e} eV/Å (largest force {:.3f})\n",
        single ? "single precision" : "double precision", *ours.energy, total, std::abs(*ours.energy / total - 1),
        energy, forces, largest);
    const Tolerance tolerance = single ? single_tolerance : double_tolerance;
    agrees = agrees && std::abs(*ours.energy / total - 1) < tolerance.relative_energy && forces < tolerance.forces;
  }
  return agrees;
}

int run(int argc, char** argv) {
  CLI::App app{"Reads NequIP models deployed as TorchScript"};
  std::string input, output, structure;
  app.add_option("model", input, "Deployed model (.pth)")->required()->check(CLI::ExistingFile);
  app.add_option("output", output, "Vitrion's file (.safetensors)")->required();
  app.add_option("--check", structure,
                 "Compare with libtorch's own evaluation of this structure; fail when they disagree");
  app.footer(
      "Examples:\n"
      "  vitrion-torch water.pth water.safetensors --check box.xyz\n"
      "  vitrion convert water.pth water.safetensors      the same, without the check");
  CLI11_PARSE(app, argc, argv);
  const Deployed deployed = load(input);
  const potentials::nequip::Model model = import(deployed, input);
  potentials::nequip::write_model(output, model);
  fmt::print("wrote {} (NequIP): {}, cutoff {:.3f} Å, {} parameters\n", output, join_names(model.species),
             model.hyper.r_max, model.parameters.size());
  if (structure.empty() || check(deployed, model, structure)) return 0;
  throw std::runtime_error("the imported model and libtorch disagree");
}

}  // namespace
}  // namespace vitrion

int main(int argc, char** argv) {
  try {
    return vitrion::run(argc, argv);
  } catch (const vitrion::InputError& error) {
    std::cerr << "vitrion-torch: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "vitrion-torch: " << error.what() << "\n";
    return 1;
  }
}
