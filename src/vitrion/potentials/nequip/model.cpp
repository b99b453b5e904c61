#include "vitrion/potentials/nequip/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::potentials::nequip {

void validate(const Model& model) {
  validate(model.hyper);
  if (model.species.empty()) throw InputError("the model has no species");
  for (std::size_t a = 0; a < model.species.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (model.species[a] == model.species[b])
        throw InputError("the model names " + model.species[a].name() + " twice");
  const ParameterTable table = model.table();
  if (model.parameters.size() != table.size())
    throw InputError(fmt::format("the model has {} parameters, its hyperparameters ask for {}", model.parameters.size(),
                                 table.size()));
  if (model.scales.size() != model.species.size() || model.shifts.size() != model.species.size())
    throw InputError("the model needs one energy scale and one shift for every species");
  const auto finite = [](double x) { return std::isfinite(x); };
  for (const ParameterBlock& block : table.blocks())
    if (!std::all_of(model.parameter(block).begin(), model.parameter(block).end(), finite))
      throw InputError(fmt::format("a number of {} is not finite", block.name));
  if (!std::all_of(model.scales.begin(), model.scales.end(), finite) ||
      !std::all_of(model.shifts.begin(), model.shifts.end(), finite))
    throw InputError("an energy scale or shift is not finite");
  if (!model.extrapolation) return;
  const auto width = static_cast<Eigen::Index>(row_width(model.hyper));
  if (model.extrapolation->metrics.size() != model.species.size())
    throw InputError("the model needs an ellipsoid of training sites for every species, or none");
  for (const Eigen::MatrixXd& metric : model.extrapolation->metrics)
    if (metric.rows() != width || metric.cols() != width || !metric.allFinite())
      throw InputError(fmt::format("an ellipsoid of training sites is not one of finite numbers, {0} x {0}", width));
}

}  // namespace vitrion::potentials::nequip
