// The builders of each file of this folder, and how they read settings.
#pragma once

#include "vitrion/build/builder.hpp"
#include "vitrion/build/charges.hpp"
#include "vitrion/build/packed_cell.hpp"

namespace vitrion::build {

/// crystal, supercell, strain, displace, packed, frames
std::vector<Builder> bulk_builders();
/// substitute, insert
std::vector<Builder> ionic_builders();
/// slab, interface
std::vector<Builder> surface_builders();

/// A whole number, `least` or more.
std::int64_t at_least(Config& settings, const std::string& key, std::int64_t least, std::int64_t fallback);
/// Exactly `n` numbers.
std::vector<double> exactly(Config& settings, const std::string& key, std::size_t n);
std::vector<double> exactly(Config& settings, const std::string& key, const std::vector<double>& fallback);
/// The same, whole numbers.
std::vector<int> whole(Config& settings, const std::string& key, std::size_t n);

/// {Li: 1, P: 5, O: -2} under `key`; absent: empty.
OxidationStates read_charges(Config& settings, const std::string& key = "charges");
/// {P-O: 1.5} under `key`, Å; absent: empty.
PairDistances read_distances(Config& settings, const std::string& key);

}  // namespace vitrion::build
