#include "vitrion/potentials/nequip/reference_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/potentials/nequip/safetensors.hpp"

namespace vitrion::potentials::nequip {
namespace {

using Json = nlohmann::json;

// One file being read: its JSON, and errors that name it.
class Reader {
 public:
  Reader(const Json& json, std::filesystem::path file)
      : json_(json), config_(json.at("config")), file_(std::move(file)) {}

  Model read();

 private:
  InputError error(const std::string& what, const std::string& remedy = {}) const {
    return InputError(Location{file_.string()}, what, remedy);
  }
  void require(const char* key, const Json& value) const;
  Hyperparameters hyperparameters() const;
  std::vector<Species> species() const;
  void load_state();
  const std::vector<double>& state(const std::string& name, std::size_t size) const;
  void read_layer(std::size_t n, const LayerShape& shape, const ParameterTable& table, Model& model) const;
  std::vector<double> per_type(const char* key, double fallback, std::size_t n) const;

  const Json& json_;
  const Json& config_;
  std::filesystem::path file_;
  std::map<std::string, std::vector<double>> state_;
};

// What is not said is the value given here, the only one implemented.
void Reader::require(const char* key, const Json& value) const {
  if (config_.contains(key) && config_.at(key) != value)
    throw error(fmt::format("config: {} is {}", key, config_.at(key).dump()),
                fmt::format("Only {} is implemented.", value.dump()));
}

Hyperparameters Reader::hyperparameters() const {
  require("nonlinearity_type", "gate");
  require("resnet", false);
  require("use_sc", true);
  for (const char* key : {"nonlinearity_scalars", "nonlinearity_gates"}) {
    if (!config_.contains(key)) continue;
    if (config_.at(key).value("e", "silu") != "silu" || config_.at(key).value("o", "tanh") != "tanh")
      throw error(fmt::format("config: {} is {}", key, config_.at(key).dump()),
                  "Only silu for even and tanh for odd scalars are implemented.");
  }
  const auto integer = [&](const char* key, int fallback) {
    return config_.contains(key) ? json_integer<int>(config_.at(key), key) : fallback;
  };
  Hyperparameters h;
  h.r_max = config_.at("r_max").get<double>();
  h.num_layers = integer("num_layers", 3);
  h.l_max = integer("l_max", 0);
  h.parity = config_.at("parity").get<bool>();
  h.num_features = integer("num_features", 0);
  h.num_bessels = integer("num_basis", 8);
  h.polynomial_cutoff_p = config_.value("PolynomialCutoff_p", 6.0);
  h.radial_mlp_depth = integer("invariant_layers", 1);
  h.radial_mlp_width = integer("invariant_neurons", 8);
  const Json& average = config_.contains("avg_num_neighbors") ? config_.at("avg_num_neighbors") : Json();
  if (average.is_string())
    throw error("config: avg_num_neighbors is " + average.dump(), "Write the number that training found in its place.");
  h.avg_num_neighbors = average.is_null() ? 0.0 : average.get<double>();
  return h;
}

std::vector<Species> Reader::species() const {
  std::vector<Species> found;
  for (const std::string& name : json_.at("type_names").get<std::vector<std::string>>())
    found.push_back(Species::element(name));
  return found;
}

void Reader::load_state() {
  if (json_.contains("state_dict")) {
    for (const auto& [name, entry] : json_.at("state_dict").items())
      state_[name] = entry.at("values").get<std::vector<double>>();
    return;
  }
  const std::filesystem::path weights = file_.parent_path() / json_.at("weights_file").get<std::string>();
  for (auto& [name, tensor] : parse_safetensors(read_file(weights), weights.string()).tensors)
    state_[name] = std::move(tensor.values);
}

const std::vector<double>& Reader::state(const std::string& name, std::size_t size) const {
  const auto found = state_.find("model.model.func." + name);
  if (found == state_.end()) throw error("the weights " + name + " are missing");
  if (found->second.size() != size)
    throw error(fmt::format("{} has {} numbers, the configuration asks for {}", name, found->second.size(), size));
  return found->second;
}

// The reference keeps the matrices of one operation one behind the other; here each is a parameter of its own.
void Reader::read_layer(std::size_t n, const LayerShape& shape, const ParameterTable& table, Model& model) const {
  const auto copy = [&](const std::string& from, const std::vector<std::string>& to) {
    std::size_t size = 0;
    for (const std::string& name : to) size += table.at(fmt::format("layers.{}.{}", n, name)).size();
    const double* values = state(fmt::format("layer{}_convnet.conv.{}.weight", n, from), size).data();
    for (const std::string& name : to) {
      const std::span<double> target = model.parameter(table.at(fmt::format("layers.{}.{}", n, name)));
      std::copy_n(values, target.size(), target.begin());
      values += target.size();
    }
  };
  std::vector<std::string> linear_1, linear_2, self;
  for (const Irrep in : shape.inputs) {
    linear_1.push_back("linear_1." + in.name());
    if (shape.index_of_output(in) >= 0) self.push_back("self." + in.name());
  }
  for (const Irrep out : shape.outputs) linear_2.push_back("linear_2." + out.name());
  copy("linear_1", linear_1);
  copy("linear_2", linear_2);
  copy("sc", self);
  for (int k = 0; k <= model.hyper.radial_mlp_depth; ++k)
    copy(fmt::format("fc.layer{}", k), {fmt::format("radial.{}", k)});
}

// Energy scales and shifts in units of the data set, where the file gives them.
std::vector<double> Reader::per_type(const char* key, double fallback, std::size_t n) const {
  const Json& constants = json_.at("constants");
  const std::string name = fmt::format("per_species_{}_dataset_units", key);
  if (!constants.contains(name) || constants.at(name).is_null()) return std::vector<double>(n, fallback);
  auto values = constants.at(name).get<std::vector<double>>();
  if (values.size() != n) throw error(fmt::format("constants: {} has {} numbers for {} types", name, values.size(), n));
  return values;
}

Model Reader::read() {
  Model model;
  model.hyper = hyperparameters();
  nequip::validate(model.hyper);
  model.species = species();
  load_state();
  const ParameterTable table = model.table();
  std::size_t n_values = 0;
  for (const auto& [name, values] : state_) n_values += values.size();
  demand_values(table.size(), n_values);
  model.parameters.resize(table.size());
  const auto copy = [&](const std::string& from, const std::string& to) {
    const std::span<double> target = model.parameter(table.at(to));
    std::copy_n(state(from, target.size()).data(), target.size(), target.begin());
  };
  copy("radial_basis.basis.bessel_weights", "bessel_frequencies");
  copy("chemical_embedding.linear.weight", "embedding");
  const std::vector<LayerShape> shapes = layer_shapes(model.hyper);
  for (std::size_t n = 0; n < shapes.size(); ++n) read_layer(n, shapes[n], table, model);
  copy("conv_to_output_hidden.linear.weight", "readout.hidden");
  copy("output_hidden_to_scalar.linear.weight", "readout.energy");
  const Json& constants = json_.at("constants");
  if (constants.contains("global_shift") && !constants.at("global_shift").is_null())
    throw error("constants: global_shift is not null", "Spread it over the shifts of the species.");
  // Scales and shifts in units of the data set hold the global scale already; without scales it is the scale.
  const Json& scale = constants.contains("global_scale") ? constants.at("global_scale") : Json();
  const double global = scale.is_null() ? 1.0 : scale.get<double>();
  model.scales = per_type("scales", global, model.species.size());
  model.shifts = per_type("shifts", 0.0, model.species.size());
  return model;
}

}  // namespace

bool looks_like_reference(std::string_view text) {
  return text.starts_with('{') && text.substr(0, 200).find("nequip-reference") != std::string_view::npos;
}

Model parse_reference(std::string_view text, const std::filesystem::path& file) {
  const Json json = parse_json(text, {file.string()});
  try {
    Model model = Reader(json, file).read();
    validate(model);
    return model;
  } catch (const Json::exception& error) {
    throw InputError(Location{file.string()}, std::string("is incomplete or malformed: ") + error.what());
  } catch (const InputError& error) {
    if (!error.where().file.empty()) throw;
    throw InputError(Location{file.string()}, error.what());
  }
}

}  // namespace vitrion::potentials::nequip
