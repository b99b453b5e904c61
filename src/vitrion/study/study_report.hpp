// The report of a study, put together from what its stages left on disk.
#pragma once

#include <filesystem>

#include "vitrion/core/config.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::study {

/// A value from a paper or an experiment to stand beside the study's own. `quantity` says which: conductivity_S_per_cm,
/// activation_energy_eV, density_g_per_cm3 or D_tracer_cm2_per_s.
struct LiteratureValue {
  std::string quantity;
  double value = 0;
  std::optional<double> temperature;  ///< K
  std::string source;
};

/// What `vitrion report` is told; written by `vitrion run` as report.yaml.
struct ReportOptions {
  std::string title;
  std::string potential;        ///< its file, in the study's folder
  std::string potential_stage;  ///< "train", or "potential" where it existed
  int replicas = 1;
  std::vector<double> temperatures;  ///< K, of the production runs; may be empty
  std::string production_stage;      ///< name of the MD stage transport was measured on
  std::vector<LiteratureValue> literature;
};

/// The list "literature" of a study's settings.
std::vector<LiteratureValue> read_literature(Config& config);

/// Reads the settings strictly.
ReportOptions read_report_options(Config& config);

/// Assembles the report from the folders of the stages in `study`. It holds no date and no wall time: the same results
/// give the same bytes. Throws InputError when a stage's result is missing or is not what that stage writes.
report::Report assemble_report(const ReportOptions& options, const std::filesystem::path& study);

}  // namespace vitrion::study
