#include "cli/options.hpp"

#include <nlohmann/json.hpp>

#include "frontend/threads.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::cli {

void InputOptions::add_to(CLI::App& command, bool trajectory) {
  command.add_option("--species", species, "Elements of types 0, 1, ... where the file names none: Mg,V,O");
  command.add_option("--frames", frames, "Frames a:b:c (start:stop:step, as in Python), or one number");
  command.add_option("--format", format, "Format, when the name and content do not tell (vitrion info --formats)");
  command.add_flag("--skip-unconverged", skip_unconverged,
                   "Leave out DFT frames whose self-consistency failed, instead of refusing the file");
  if (trajectory)
    command.add_option("--timestep", timestep, "MD time step in fs: gives frames with a step number their time");
}

io::ReadOptions InputOptions::read_options() const {
  io::ReadOptions options;
  options.format = format;
  if (!species.empty()) options.species = parse_species_list(species);
  if (!frames.empty()) options.frames = io::FrameRange::parse(frames);
  if (timestep && !(*timestep > 0)) throw InputError("--timestep must be positive (fs)");
  options.timestep = timestep;
  options.skip_unconverged = skip_unconverged;
  return options;
}

void PrecisionOptions::add_to(CLI::App& command) {
  command.add_option("--precision", precision, "Arithmetic: float for NequIP only")
      ->check(CLI::IsMember({"double", "float"}))
      ->capture_default_str();
}

void RunOptions::add_to(CLI::App& command) {
  command.add_option("--threads", threads, "Threads to use; 0: one per processor")->capture_default_str();
  command.add_option("--json", json, "Also write the result to this file, for machines");
}

void RunOptions::apply() const {
  frontend::set_threads(threads);
}

void RunOptions::write_json(const nlohmann::json& result) const {
  if (!json.empty()) write_file_atomically(json, result.dump(1) + "\n");
}

}  // namespace vitrion::cli
