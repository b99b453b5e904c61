// A potential that LAMMPS computes itself: the lines of its input, checked.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vitrion/core/plain_path.hpp"
#include "vitrion/core/species.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::lammps {

/// What `kind: lammps` holds. Atom type t + 1 of LAMMPS is species[t]; units are metal.
struct Settings {
  std::vector<Species> species;
  std::string pair_style;                    ///< what follows `pair_style`: "eam/alloy"
  std::vector<std::string> pair_coeff;       ///< what follows each `pair_coeff`; files absolute, as `encoded_path`
  std::vector<double> charges;               ///< e, by type; empty: atoms carry none
  std::string kspace_style;                  ///< "ewald 1e-6"; empty: none
  std::vector<std::string> commands;         ///< further lines, of those that a potential may need
  std::vector<std::filesystem::path> files;  ///< those that pair_coeff names

  bool operator==(const Settings&) const = default;
};

/// Reads the YAML form: species, pair_style, pair_coeff (one line, or a list of them), and optionally charges ({Na: 1,
/// Cl: -1}), kspace_style, commands.
///
/// A word of pair_coeff that is a file in the folder of `opening.file`, in a folder of LAMMPS_POTENTIALS or among those
/// that Debian installs is that file. Throws InputError (file:line) where a key is missing or unknown, a charge is
/// missing, a line holds anything but plain words (so that it cannot become another command), a style runs programs of
/// its own, or a command is none of pair_modify, kspace_modify, neigh_modify, special_bonds, dielectric, set type, and
/// fix with a style qeq/...
Settings read_settings(const potentials::Opening& opening);

/// The YAML form.
std::string format_settings(const Settings& settings);

/// Lines of LAMMPS input, with what the files in them are called there as long as this lives.
struct InputLines {
  std::vector<std::string> lines;
  std::vector<PlainName> files;
};

/// The lines that set the interactions of a LAMMPS that has a box and atoms, in order.
InputLines input_lines(const Settings& settings);

/// Whether atoms need a charge (`atom_style charge`).
bool needs_charges(const Settings& settings);

}  // namespace vitrion::lammps
