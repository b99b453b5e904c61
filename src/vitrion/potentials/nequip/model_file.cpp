#include "vitrion/potentials/nequip/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/potentials/nequip/reference_file.hpp"
#include "vitrion/potentials/nequip/safetensors.hpp"

namespace vitrion::potentials::nequip {
namespace {

using Json = nlohmann::json;

constexpr const char* format_name = "vitrion-nequip";
constexpr const char* format_version = "1";
constexpr const char* scales_name = "per_type_energy_scales";
constexpr const char* shifts_name = "per_type_energy_shifts";
constexpr const char* calibration_name = "calibration";

std::string metric_name(const Species& species) {
  return "extrapolation.metric." + species.name();
}

Hyperparameters hyperparameters(const Json& json) {
  Hyperparameters h;
  h.r_max = json.at("r_max").get<double>();
  h.num_layers = json_integer<int>(json.at("num_layers"), "num_layers");
  h.l_max = json_integer<int>(json.at("l_max"), "l_max");
  h.parity = json.at("parity").get<bool>();
  h.num_features = json_integer<int>(json.at("num_features"), "num_features");
  h.num_bessels = json_integer<int>(json.at("num_bessels"), "num_bessels");
  h.polynomial_cutoff_p = json.at("polynomial_cutoff_p").get<double>();
  h.radial_mlp_depth = json_integer<int>(json.at("radial_mlp_depth"), "radial_mlp_depth");
  h.radial_mlp_width = json_integer<int>(json.at("radial_mlp_width"), "radial_mlp_width");
  h.avg_num_neighbors = json.at("avg_num_neighbors").get<double>();
  return h;
}

const Tensor& tensor(const Safetensors& content, const std::string& name, const std::vector<std::size_t>& shape) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end()) throw InputError("the array " + name + " is missing");
  if (found->second.shape != shape)
    throw InputError(fmt::format("{} has shape ({}), the hyperparameters ask for ({})", name,
                                 fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")));
  return found->second;
}

std::optional<Extrapolation> extrapolation(const Safetensors& content, const Model& model) {
  if (!content.tensors.contains(metric_name(model.species.front()))) return std::nullopt;
  Extrapolation found;
  const std::size_t width = row_width(model.hyper);
  const auto n = static_cast<Eigen::Index>(width);
  for (const Species& s : model.species)
    found.metrics.push_back(
        Eigen::Map<const SelectionRows>(tensor(content, metric_name(s), {width, width}).values.data(), n, n));
  if (const auto text = content.metadata.find(calibration_name); text != content.metadata.end())
    found.calibration = calibration_from_json(parse_json(text->second, {}));
  return found;
}

Model from_safetensors(const Safetensors& content) {
  const auto metadata = [&](const std::string& key) {
    const auto found = content.metadata.find(key);
    return found == content.metadata.end() ? std::string() : found->second;
  };
  if (metadata("format") != format_name)
    throw InputError("holds arrays, but its metadata do not say what they are (format: " + metadata("format") + ")",
                     "Weights of the reference implementation are opened by the JSON file beside them.");
  if (metadata("version") != format_version)
    throw InputError("has version " + metadata("version") + " of the format; version " + format_version + " is known",
                     "A newer Vitrion wrote it: use that one.");
  const Json json = parse_json(metadata("model"), {});
  Model model;
  for (const std::string& name : json.at("species").get<std::vector<std::string>>())
    model.species.push_back(Species::element(name));
  model.hyper = hyperparameters(json.at("hyperparameters"));
  validate(model.hyper);
  const ParameterTable table = model.table();
  std::size_t n_values = 0;
  for (const auto& [name, tensor] : content.tensors) n_values += tensor.values.size();
  demand_values(table.size(), n_values);
  model.parameters.resize(table.size());
  for (const ParameterBlock& block : table.blocks()) {
    const Tensor& found = tensor(content, block.name, block.shape);
    std::copy(found.values.begin(), found.values.end(), model.parameter(block).begin());
  }
  model.scales = tensor(content, scales_name, {model.species.size()}).values;
  model.shifts = tensor(content, shifts_name, {model.species.size()}).values;
  model.extrapolation = extrapolation(content, model);
  validate(model);
  return model;
}

}  // namespace

bool looks_like_model(std::string_view bytes) {
  return looks_like_safetensors(bytes) || looks_like_reference(bytes);
}

Model parse_model(std::string_view bytes, const std::filesystem::path& file) {
  if (looks_like_reference(bytes)) return parse_reference(bytes, file);
  const Safetensors content = parse_safetensors(bytes, file.string());
  try {
    return from_safetensors(content);
  } catch (const Json::exception& error) {
    throw InputError(Location{file.string()}, std::string("its metadata are incomplete or malformed: ") + error.what());
  } catch (const InputError& error) {
    throw InputError(Location{file.string()}, error.what());
  }
}

Model read_model(const std::filesystem::path& file) {
  return parse_model(read_file(file), file);
}

nlohmann::json to_json(const Hyperparameters& h) {
  return {{"r_max", h.r_max},
          {"num_layers", h.num_layers},
          {"l_max", h.l_max},
          {"parity", h.parity},
          {"num_features", h.num_features},
          {"num_bessels", h.num_bessels},
          {"polynomial_cutoff_p", h.polynomial_cutoff_p},
          {"radial_mlp_depth", h.radial_mlp_depth},
          {"radial_mlp_width", h.radial_mlp_width},
          {"avg_num_neighbors", h.avg_num_neighbors}};
}

std::string format_model(const Model& model) {
  validate(model);
  Safetensors content;
  std::vector<std::string> names;
  for (const Species& s : model.species) names.push_back(s.name());
  content.metadata = {{"format", format_name},
                      {"version", format_version},
                      {"model", Json{{"species", names}, {"hyperparameters", to_json(model.hyper)}}.dump()}};
  const ParameterTable table = model.table();
  for (const ParameterBlock& block : table.blocks()) {
    const std::span<const double> values = model.parameter(block);
    content.tensors[block.name] = {block.shape, {values.begin(), values.end()}};
  }
  content.tensors[scales_name] = {{model.species.size()}, model.scales};
  content.tensors[shifts_name] = {{model.species.size()}, model.shifts};
  if (model.extrapolation) {
    const std::size_t width = row_width(model.hyper);
    for (std::size_t t = 0; t < model.species.size(); ++t) {
      const SelectionRows metric = model.extrapolation->metrics[t];
      content.tensors[metric_name(model.species[t])] = {{width, width}, {metric.data(), metric.data() + metric.size()}};
    }
    if (!model.extrapolation->calibration.empty())
      content.metadata[calibration_name] = to_json(model.extrapolation->calibration).dump();
  }
  return format_safetensors(content);
}

void write_model(const std::filesystem::path& file, const Model& model) {
  write_file_atomically(file, format_model(model));
}

}  // namespace vitrion::potentials::nequip
