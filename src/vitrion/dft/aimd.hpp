// Ab initio molecular dynamics with CP2K: melts and quenches that give structures to label.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/dft/cp2k_settings.hpp"

namespace vitrion::dft {

/// A run at one temperature. A quench is a staircase of them.
struct AimdStage {
  std::string name;
  double temperature_K = 300;
  std::int64_t steps = 1000;
};

/// NVT with the CSVR thermostat (Bussi et al. 2007, doi 10.1063/1.2408420).
struct AimdOptions {
  bool xtb = true;  ///< GFN1-xTB (Grimme et al. 2017, doi 10.1021/acs.jctc.7b00118) or Kohn-Sham DFT
  Structure start;
  std::filesystem::path output;
  std::vector<AimdStage> stages;
  double timestep_fs = 1;
  double thermostat_fs = 100;       ///< relaxation time
  std::int64_t dump_steps = 10;     ///< between frames of the trajectory
  std::int64_t restart_steps = 20;  ///< between restart files: what a kill loses at most
  std::int64_t seed = 1;
  bool background = false;  ///< at idle priority
  Cp2kTheory theory;        ///< DFT only, but for its charge and spin
  Cp2kAccuracy accuracy;
  Cp2kScf scf;
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
};

/// Reads `vitrion label aimd`'s settings. Throws InputError.
AimdOptions read_aimd_options(Config& config);

/// The input of one stage. `restart`: a restart file to go on from, empty for the start structure; `go_on`: it is of
/// this stage, `steps` are those left; else only positions and velocities are taken from it.
std::string aimd_input(const AimdOptions& options, const AimdStage& stage, std::int64_t steps,
                       const std::string& restart, bool go_on);

struct AimdResult {
  std::vector<std::filesystem::path> trajectories;  ///< of each stage, extended XYZ
  std::int64_t n_unconverged = 0;                   ///< steps without self-consistency
};

/// Runs the stages one after the other, each in its own folder, and writes their trajectories as extended XYZ. A stage
/// that was killed goes on from its last restart file; one that is done is not run again. Frames carry energy and
/// forces unless self-consistency was missed anywhere in their stage. Throws Interrupted on a stop request, InputError
/// when CP2K is not installed or the folder holds another run, std::runtime_error when CP2K fails.
AimdResult run_aimd(const AimdOptions& options, const Session& session = {});

/// What CP2K left of one trajectory: positions (`stem`-pos-1.xyz) with energies, and forces (`stem`-frc-1.xyz), of
/// `parts` of a run, each begun where one before was killed: later parts replace frames of the same step, and a frame
/// that is cut short ends its part. Sorted by step.
std::vector<Structure> read_aimd_frames(const std::vector<std::filesystem::path>& parts, const Structure& start,
                                        bool labels);

}  // namespace vitrion::dft
