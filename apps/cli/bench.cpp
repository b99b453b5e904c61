// vitrion bench: the speed of any potential on any structure.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/timing.hpp"

namespace vitrion::cli {
namespace {

struct BenchCommand {
  std::string potential, structure;
  potentials::TimingOptions timing;
  PrecisionOptions precision;
  bool untabulated = false;
  InputOptions input;
  RunOptions run;

  void execute() const;
};

void BenchCommand::execute() const {
  run.apply();
  const io::ReadOptions options = input.read_options();
  const std::unique_ptr<potentials::Potential> loaded =
      potentials::load_potential(potential, {options.species, precision.value(), !untabulated});
  const std::optional<Structure> frame = io::open_frames(structure, options)->next();
  if (!frame) throw InputError(Location{structure}, "holds no frame in the range asked for");
  const potentials::Timing t = potentials::time_potential(*loaded, *frame, timing, terminal_session());
  const char* arithmetic = loaded->precision() == potentials::Precision::single_precision ? "float" : "double";
  run.write_json({{"us_per_atom", t.median},
                  {"us_per_atom_min", t.fastest},
                  {"us_per_atom_max", t.slowest},
                  {"cpu_us_per_atom", t.processor},
                  {"neighbor_list_us_per_atom", t.neighbor_list},
                  {"n_atoms", t.n_atoms},
                  {"mean_neighbors", t.mean_neighbors},
                  {"listed_neighbors", t.listed_neighbors},
                  {"cutoff_A", loaded->cutoff()},
                  {"skin_A", timing.skin},
                  {"steps", timing.steps},
                  {"threads", threads()},
                  {"precision", arithmetic},
                  {"potential", loaded->title()},
                  {"processor", potentials::processor_name()},
                  {"energy_eV", t.energy}});
  fmt::print("{} on {} atoms, {:.1f} neighbours within {:.2f} Å ({:.1f} listed), {} thread{}, {} precision\n",
             loaded->title(), t.n_atoms, t.mean_neighbors, loaded->cutoff(), t.listed_neighbors, threads(),
             threads() == 1 ? "" : "s", arithmetic);
  fmt::print("  energy + forces  {:.3f} µs per atom and step (median of {}; {:.3f} to {:.3f})\n", t.median,
             timing.steps, t.fastest, t.slowest);
  fmt::print("  processor time   {:.3f} µs per atom and step, all threads together\n", t.processor);
  fmt::print("  neighbour list   {:.3f} µs per atom, once\n", t.neighbor_list);
  fmt::print("  energy           {:.9f} eV\n", t.energy);
  fmt::print("  processor        {}\n", potentials::processor_name());
}

}  // namespace

void add_bench(CLI::App& app) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App* sub = app.add_subcommand("bench", "Speed of a potential on a structure, as in molecular dynamics");
  sub->add_option("potential", command->potential,
                  "Potential file (.mtp, .almtp, .safetensors; .yaml: sum, zbl, lammps)")
      ->required();
  sub->add_option("structure", command->structure, "Structure; its first frame is taken")->required();
  sub->add_option("--steps", command->timing.steps, "Timed evaluations of energy, forces and virial")
      ->capture_default_str();
  sub->add_option("--skin", command->timing.skin, "Neighbours are listed this much beyond the cutoff, in Å")
      ->capture_default_str();
  command->input.add_to(*sub, false);
  command->precision.add_to(*sub);
  sub->add_flag("--untabulated", command->untabulated, "Evaluate the radial networks of NequIP for every pair");
  command->run.add_to(*sub);
  sub->footer(
      "The neighbour list is built once; every step moves the atoms a little, as in MD between two rebuilds.\n"
      "Examples:\n"
      "  vitrion bench lipon.mtp glass.extxyz --threads 1\n"
      "      µs per atom and step on one core\n"
      "  vitrion bench pot.mtp POSCAR --species Mg,V,O --threads 2 --json bench.json\n"
      "      a potential without element names, two threads, result also for machines\n"
      "  vitrion bench sum.yaml glass.extxyz\n"
      "      a sum of potentials: kind: sum, parts: [lipon.mtp, lipon.zbl.yaml]; docs/potentials.md\n"
      "  vitrion bench lipon.safetensors glass.extxyz --threads 1 --precision float\n"
      "      a NequIP model in single precision");
  sub->callback([command] { command->execute(); });
}

}  // namespace vitrion::cli
