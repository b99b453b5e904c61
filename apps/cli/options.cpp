#include "cli/options.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/terminal.hpp"
#include "frontend/strict.hpp"
#include "frontend/threads.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"

namespace vitrion::cli {

void InputOptions::add_to(CLI::App& command, bool trajectory) {
  command.add_option("--species", species, "Elements of types 0, 1, ... where the file names none: Mg,V,O");
  command.add_option("--frames", frames, "Frames a:b:c (start:stop:step, as in Python), or one number");
  command.add_option("--format", format, "Format, when the name and content do not tell (vitrion info --formats)");
  command.add_flag("--skip-unconverged", skip_unconverged,
                   "Leave out DFT frames whose self-consistency failed, instead of refusing the file");
  command.add_option("--energy-key", label_keys.energy,
                     "Key of the energy (eV) in extended XYZ, when not the usual one");
  command.add_option("--forces-key", label_keys.forces, "Column of the forces (eV/Å) in extended XYZ");
  command.add_option("--stress-key", label_keys.stress,
                     "Key of the stress (eV/Å^3, tension positive) in extended XYZ; one named virial: eV");
  add_units_to(command);
  if (trajectory) add_timestep_to(command);
}

void InputOptions::add_timestep_to(CLI::App& command) {
  command.add_option("--timestep", timestep,
                     "fs per MD step where the file counts steps (LAMMPS, XDATCAR), else between frames");
}

void InputOptions::add_units_to(CLI::App& command) {
  command.add_option("--units", units, "Units of LAMMPS files that do not name theirs: metal or real")
      ->check(CLI::IsMember({"metal", "real"}));
}

namespace {

/// Says each thing once, whatever the number of files and passes.
std::function<void(const std::string&)> note_teller() {
  return [told = std::make_shared<std::set<std::string>>()](const std::string& text) {
    if (told->insert(text).second) terminal_session().say("note: " + text);
  };
}

}  // namespace

io::ReadOptions InputOptions::read_options() const {
  io::ReadOptions options;
  options.format = format;
  if (!species.empty()) options.species = parse_species_list(species);
  if (!frames.empty()) options.frames = io::FrameRange::parse(frames);
  if (timestep && !(*timestep > 0)) throw InputError("--timestep must be positive (fs)");
  options.timestep = timestep;
  options.skip_unconverged = skip_unconverged;
  options.lammps_units = units;
  options.label_keys = label_keys;
  options.note = note_teller();
  return options;
}

void PrecisionOptions::add_to(CLI::App& command) {
  command.add_option("--precision", precision, "Arithmetic: float for NequIP only")
      ->check(CLI::IsMember({"double", "float"}))
      ->capture_default_str();
}

void StrictOption::add_to(CLI::App& command) {
  command.add_flag("--strict", strict, "Exit code 3 where there are warnings; everything is written all the same");
}

void StrictOption::heed(const std::vector<std::string>& warnings) const {
  if (!strict || warnings.empty()) return;
  throw frontend::StrictWarnings(fmt::format("{} warning{}, and --strict was given: exit code 3. The first: {}",
                                             warnings.size(), warnings.size() == 1 ? "" : "s", warnings.front()));
}

void RunOptions::add_to(CLI::App& command) {
  command.add_option("--threads", threads, "Threads to use; 0: one per processor")->capture_default_str();
  command.add_option("--json", json, "Also write the result to this file, for machines");
}

void RunOptions::apply() const {
  frontend::set_threads(threads);
}

void RunOptions::write_json(const nlohmann::json& result) const {
  if (!json.empty()) write_file_atomically(json, json_text(result, 1) + "\n");
}

}  // namespace vitrion::cli
