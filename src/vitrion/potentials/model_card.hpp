// What the card beside a trained potential tells those who use it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace vitrion::potentials {

/// A ZBL repulsion (zbl/zbl.hpp) that a potential was trained on top of: it was fitted to what the labels are beyond
/// it.
struct ShortRange {
  double inner = 0.7, outer = 1.4;  ///< Å

  bool operator==(const ShortRange&) const = default;
};

/// The part of POTENTIAL's card (lipon.mtp: lipon.card.json) that its use needs.
struct ModelCard {
  std::map<std::string, double> min_distances;  ///< Å, "Li-O": the smallest in the training set
  std::optional<ShortRange> short_range;
};

/// Where the card of a potential lies, whether there is one or not.
std::filesystem::path card_of(const std::filesystem::path& potential);

/// Empty when there is no card. Throws InputError when the file is no card.
ModelCard read_model_card(const std::filesystem::path& potential);

/// Copies the card of a potential to the place of another's, where there is one at the first and none at the second.
void copy_model_card(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes the card of a potential speak of the repulsion: a new card, unless there is one that does. Throws InputError
/// when there is one that speaks of another, or of none.
void tell_short_range(const std::filesystem::path& potential, const ShortRange& range);

}  // namespace vitrion::potentials
