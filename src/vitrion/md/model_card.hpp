// What the card beside a trained potential tells a run.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "vitrion/md/options.hpp"

namespace vitrion::md {

/// The part of POTENTIAL's card (lipon.mtp: lipon.card.json) that molecular dynamics needs.
struct ModelCard {
  std::map<std::string, double> min_distances;  ///< Å, "Li-O": the smallest in the training set
  std::optional<ZblRange> zbl;                  ///< the repulsion the potential was fitted on top of
};

/// Empty when there is no card. Throws InputError when the file is no card.
ModelCard read_model_card(const std::filesystem::path& potential);

}  // namespace vitrion::md
