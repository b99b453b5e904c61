#include "cli/md_report.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "vitrion/core/units.hpp"

namespace vitrion::cli {
namespace {

void print_stages(const md::RunOutcome& outcome) {
  fmt::print("{:<16}{:>10}{:>10}{:>12}{:>14}{:>16}   {}\n", "stage", "time ps", "T K", "p GPa", "density g/cm³",
             "E eV/atom", "displacement Å²");
  for (const md::StageSummary& s : outcome.stages) {
    std::string moved;
    for (const auto& [species, d2] : s.displacement) moved += fmt::format("{} {:.2f}  ", species, d2);
    const bool moves = s.duration > 0;
    fmt::print("{:<16}{:>10}{:>10}{:>12.3f}{:>13.3f}{:>16.4f}   {}\n", s.name,
               moves ? fmt::format("{:.4g}", s.duration / units::ps_in_fs) : "-",
               moves ? fmt::format("{:.0f}", s.temperature) : "-", s.pressure, s.density, s.potential_energy, moved);
  }
  for (const std::string& note : outcome.notes) fmt::print("{}\n", note);
}

std::string stop_message(const md::RunOutcome& outcome, const std::filesystem::path& folder) {
  return fmt::format("the guard stopped the run in {}: {}\n  {}", folder.string(), outcome.guard->message,
                     outcome.guard->remedy);
}

}  // namespace

void print_outcome(const md::RunOutcome& outcome, const std::filesystem::path& folder) {
  print_stages(outcome);
  if (outcome.guard) throw std::runtime_error(stop_message(outcome, folder));
  fmt::print("Final structure: {} (LAMMPS data: {})\n", outcome.final_structure.string(), outcome.final_data.string());
}

void print_outcomes(const md::QuenchOutcome& outcome) {
  std::string stops;
  for (std::size_t r = 0; r < outcome.replicas.size(); ++r) {
    fmt::print("{}{}\n", r > 0 ? "\n" : "", outcome.folders[r].string());
    print_stages(outcome.replicas[r]);
    if (outcome.replicas[r].guard)
      stops += (stops.empty() ? "" : "\n") + stop_message(outcome.replicas[r], outcome.folders[r]);
  }
  if (!stops.empty()) throw std::runtime_error(stops);
}

}  // namespace vitrion::cli
