// Settings of AIMD from YAML, and the inputs CP2K gets.
#include <fmt/format.h>

#include "vitrion/dft/aimd.hpp"
#include "vitrion/dft/cp2k_input.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

std::int64_t count(Config& config, const std::string& key, std::int64_t fallback) {
  const std::int64_t value = config.integer(key, fallback);
  if (value < 1) throw config.error(key, "\"" + key + "\" must be 1 or more");
  return value;
}

Structure read_start(Config& config) {
  io::ReadOptions options;
  options.frames = io::FrameRange::parse(std::to_string(config.integer("frame", -1)));
  if (config.has("species"))
    for (const std::string& name : config.texts("species")) options.species.push_back(Species::element(name));
  return io::read_frames(config.path("structure"), options).front();
}

void write_xtb(Cp2kInput& in, const AimdOptions& o) {
  in.open("DFT");
  if (o.theory.charge != 0) in.line(fmt::format("CHARGE {}", o.theory.charge));
  in.open("QS");
  in.line("METHOD XTB");
  in.open("XTB");
  in.line("DO_EWALD TRUE");
  // Hot oxides exceed the range of charges the check expects; the energy does not depend on it.
  in.line("CHECK_ATOMIC_CHARGES FALSE");
  in.open("PARAMETER");
  in.line("DISPERSION_PARAMETER_FILE dftd3.dat");
  in.line("PARAM_FILE_NAME xTB_parameters");
  in.close();
  in.close();
  in.close();
  in.open("SCF");
  in.line("SCF_GUESS MOPAC");
  in.line("EPS_SCF " + plain_number(o.accuracy.eps_scf));
  in.line(fmt::format("MAX_SCF {}", o.scf.max_steps));
  // Mixing of densities, the usual way of xTB, does not converge ionic cells (Li-P-O: not in 200 steps); OT does.
  write_cp2k_ot(in, o.accuracy, o.scf);
  in.close();
  in.close();
}

void write_each(Cp2kInput& in, const std::string& section, std::int64_t steps) {
  in.open(section);
  in.open("EACH");
  in.line(fmt::format("MD {}", steps));
  in.close();
}

void write_motion(Cp2kInput& in, const AimdOptions& o, const AimdStage& stage, std::int64_t steps) {
  in.open("MOTION");
  in.open("MD");
  in.line("ENSEMBLE NVT");
  in.line(fmt::format("STEPS {}", steps));
  in.line("TIMESTEP [fs] " + plain_number(o.timestep_fs));
  in.line("TEMPERATURE [K] " + plain_number(stage.temperature_K));
  in.open("THERMOSTAT");
  in.line("TYPE CSVR");
  in.open("CSVR");
  in.line("TIMECON [fs] " + plain_number(o.thermostat_fs));
  in.close();
  in.close();
  in.close();
  in.open("PRINT");
  for (const char* what : {"TRAJECTORY", "FORCES"}) {
    write_each(in, what, o.dump_steps);
    in.line("FORMAT XYZ");
    in.close();
  }
  write_each(in, "RESTART", o.restart_steps);
  in.line("BACKUP_COPIES 0");
  in.close();
  in.open("RESTART_HISTORY", "OFF");
  in.close();
  in.close();
  in.close();
}

}  // namespace

AimdOptions read_aimd_options(Config& config) {
  AimdOptions o;
  o.xtb = config.choice("method", {"gfn1-xtb", "dft"}, "gfn1-xtb") == "gfn1-xtb";
  o.start = read_start(config);
  o.output = config.has("output") ? std::filesystem::path(config.path("output")) : std::filesystem::path("aimd");
  for (Config& entry : config.sections("stages")) {
    AimdStage stage;
    stage.temperature_K = entry.positive("temperature_K", stage.temperature_K);
    stage.steps = count(entry, "steps", stage.steps);
    stage.name = entry.text("name", fmt::format("{}-{:.0f}K", o.stages.size() + 1, stage.temperature_K));
    if (stage.name.find('/') != std::string::npos) throw entry.error("name", "a stage's name must be a folder's name");
    o.stages.push_back(stage);
  }
  if (o.stages.empty())
    throw config.error("stages", "there are no \"stages\"",
                       "For instance stages: [{temperature_K: 2000, steps: 5000}].");
  o.timestep_fs = config.positive("timestep_fs", o.timestep_fs);
  o.thermostat_fs = config.positive("thermostat_fs", o.thermostat_fs);
  o.dump_steps = count(config, "dump_steps", o.dump_steps);
  o.restart_steps = count(config, "restart_steps", o.restart_steps);
  o.seed = count(config, "seed", o.seed);
  o.background = config.flag("background", false);

  o.theory = read_cp2k_theory(config);
  // Forces for moving atoms, not for labels: a coarser grid and threshold, from orbitals of the step before.
  o.accuracy = read_cp2k_accuracy(config, {400, 40, 5, 1e-10, 1e-6});
  Config scf = config.section("scf");
  o.scf.orbital_transformation = scf.choice("method", {"broyden", "ot"}, o.xtb ? "ot" : "broyden") == "ot";
  if (o.xtb && !o.scf.orbital_transformation) throw scf.error("method", "GFN1-xTB is computed with OT");
  if (o.scf.orbital_transformation && (!o.theory.gamma_only() || o.theory.smearing_K > 0))
    throw scf.error("method", "OT works at the Gamma point without smearing only", "Use broyden.");
  o.scf.alpha = scf.positive("alpha", o.scf.alpha);
  o.scf.history = static_cast<int>(count(scf, "history", o.scf.history));
  o.scf.max_steps = static_cast<int>(count(scf, "max_steps", o.scf.orbital_transformation ? 30 : 50));
  o.command = read_cp2k_command(config);
  o.environment = read_cp2k_environment(config, o.theory, o.command);
  config.finish();
  if (!o.xtb) check_cp2k_structure(o.theory, o.start);
  if (!o.start.cell.is_periodic())
    throw InputError("the cell of the start structure does not repeat along all three vectors");
  return o;
}

std::string aimd_input(const AimdOptions& o, const AimdStage& stage, std::int64_t steps, const std::string& restart,
                       bool go_on) {
  Cp2kInput in;
  in.open("GLOBAL");
  in.line(std::string("PROJECT ") + cp2k_project);
  in.line("RUN_TYPE MD");
  in.line("PRINT_LEVEL LOW");
  in.line("PREFERRED_DIAG_LIBRARY SL");
  in.line(fmt::format("SEED {}", o.seed));
  in.close();
  write_motion(in, o, stage, steps);
  in.open("FORCE_EVAL");
  in.line("METHOD QS");
  if (o.xtb)
    write_xtb(in, o);
  else
    write_cp2k_dft(in, o.start.cell, o.theory, o.accuracy, o.scf, false);
  write_cp2k_subsys(in, o.start, o.theory, !o.xtb);
  in.close();
  if (!restart.empty()) {
    in.open("EXT_RESTART");
    in.line("RESTART_FILE_NAME " + restart);
    if (!go_on) {
      in.line("RESTART_DEFAULT FALSE");
      in.line("RESTART_POS TRUE");
      in.line("RESTART_VEL TRUE");
    }
    in.close();
  }
  return in.text();
}

}  // namespace vitrion::dft
