// vitrion structure: pair distributions, coordination, units, angles, S(q), long-range order.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/md/warnings.hpp"
#include "vitrion/present/structure.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::cli {
namespace {

struct StructureCommand {
  std::vector<std::string> files;
  InputOptions input;
  RunOptions run;
  ResultFiles results;
  StrictOption strict;
  double r_max = 0, bin_width = 0.05, q_max = 12;
  std::string pairs, cutoffs, formers, ligands;
};

structure::Analysis analyse(const StructureCommand& command) {
  structure::AnalysisOptions options;
  options.rdf = {.r_max = command.r_max, .bin_width = command.bin_width};
  options.factors.q_max = command.q_max;
  options.cutoffs = structure::parse_cutoffs(command.cutoffs);
  if (!command.formers.empty()) options.network.formers = parse_species_list(command.formers);
  if (!command.ligands.empty()) options.network.ligands = parse_species_list(command.ligands);
  structure::Analyser analyser(options);
  const auto reader = io::open_frames(std::vector<std::filesystem::path>(command.files.begin(), command.files.end()),
                                      command.input.read_options());
  while (const std::optional<Structure> frame = reader->next()) {
    terminal_session().check_stop();
    analyser.add(*frame);
  }
  structure::Analysis analysis = analyser.finish(terminal_session());
  const std::vector<std::string> runs = md::warnings_beside(command.files);
  analysis.warnings.insert(analysis.warnings.begin(), runs.begin(), runs.end());
  return analysis;
}

void execute(const StructureCommand& command) {
  command.run.apply();
  const structure::Analysis analysis = analyse(command);
  const report::Section section = present::structure_section(analysis, command.pairs);
  fmt::print("{}", report::to_text(section));
  command.results.write(structure::structure_kind, structure::to_json(analysis), section, command.run);
  command.strict.heed(analysis.warnings);
}

}  // namespace

void add_structure(CLI::App& app) {
  auto command = std::make_shared<StructureCommand>();
  CLI::App* sub = app.add_subcommand("structure", "What a structure or a run looks like: g(r), units, is it a glass?");
  sub->add_option("files", command->files, "Structures or trajectories; several are one run, in natural order")
      ->required();
  command->input.add_to(*sub, false);
  sub->add_option("--rmax", command->r_max, "g(r) up to here, Å (default: half the smallest height of the cell)");
  sub->add_option("--bin", command->bin_width, "Bin width of g(r), Å")->capture_default_str();
  sub->add_option("--qmax", command->q_max, "S(q) up to here, 1/Å")->capture_default_str();
  sub->add_option("--pairs", command->pairs, "Only these pairs in the table: P-O,Li-O (default: all)");
  sub->add_option("--cutoffs", command->cutoffs, "Bond cutoffs in Å, P-O=2.0,P-N=2.1 (default: first minima of g)");
  sub->add_option("--formers", command->formers, "Network formers (default: those of P, Si, Ge, B, Al, V present)");
  sub->add_option("--ligands", command->ligands, "Corners of their polyhedra (default: those of O, N, S, F present)");
  command->results.add_to(*sub);
  command->run.add_to(*sub);
  command->strict.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion structure glass.extxyz\n"
      "  vitrion structure run.dump.gz --species Mg,V,O --frames 2: --rmax 8 --pairs V-O,Mg-O\n"
      "  vitrion structure quench/*.extxyz --cutoffs P-N=2.1 --json structure.json --plots figures/\n"
      "\n"
      "g(r) averages all frames; bonds, angles, units and S(q) up to 48 frames spread over the run.");
  sub->callback([command] { execute(*command); });
}

}  // namespace vitrion::cli
