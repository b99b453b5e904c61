// Molecular dynamics through LAMMPS against the bare kernel: what everything but the potential costs.
//
// Both are timed in turns in one run, so that the ratio holds on a busy machine too.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>

#include "frontend/mpi.hpp"
#include "frontend/threads.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/session.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"

namespace {

using namespace vitrion;

const std::filesystem::path folder = std::filesystem::path(VITRION_REFERENCE_DATA) / "mtp/mgv2o5";
constexpr double skin = 1.0;  // Å
constexpr int block = 50;     // steps

// Processor time on one thread, which other work on the machine disturbs less; wall time on several.
double seconds() {
  if (threads() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// MgV2O5 at 600 K in NVT, 2 fs, `copies` times the 768-atom cell along x, warmed up.
void prepare(md::LammpsSession& session, const std::vector<Species>& types, int copies,
             const std::filesystem::path& file = folder / "pot.mtp") {
  session.create(io::read_frames(folder / "reference_600K.extxyz").front(), types);
  for (const std::string& line :
       {fmt::format("replicate {} 1 1", copies), fmt::format("neighbor {} bin", skin),
        std::string("neigh_modify every 1 delay 0 check yes"), std::string("pair_style vitrion species Mg,V,O"),
        "pair_coeff * * \"" + file.string() + "\" Mg V O",
        std::string("velocity all create 600 1 mom yes rot no dist gaussian"), std::string("timestep 0.002"),
        std::string("fix 1 all nvt temp 600 600 0.1"), std::string("thermo 100"), std::string("run 200 post no")})
    session.command(line);
}

// Arguments: threads, copies of the 768-atom cell.
void molecular_dynamics(benchmark::State& state) {
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("no reference data");
    return;
  }
  frontend::set_threads(static_cast<int>(state.range(0)));
  const std::vector<Species> types = parse_species_list("Mg,V,O");
  frontend::start_mpi();
  md::LammpsSession session;
  prepare(session, types, static_cast<int>(state.range(1)));
  const auto potential = potentials::load_potential(folder / "pot.mtp", {types});
  const Structure frame = session.gather(types);
  const neighbors::PeriodicNeighborhoods lists(frame, potentials::types_for(*potential, frame),
                                               potential->cutoff() + skin);
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  potentials::Evaluation result;
  potential->compute(lists.view(), {}, exchange, result);
  const double largest = (lists.fold(result.forces) - frame.labels.forces).cwiseAbs().maxCoeff();
  if (!(largest < 1e-9)) state.SkipWithError("LAMMPS and the kernel disagree");

  double md = 0, kernel = 0;
  for (auto _ : state) {
    const double start = seconds();
    session.command(fmt::format("run {} pre no post no", block));
    const double between = seconds();
    for (int k = 0; k < block; ++k) potential->compute(lists.view(), {}, exchange, result);
    const double end = seconds();
    md += between - start;
    kernel += end - between;
    state.SetIterationTime(between - start);
  }
  const double steps = static_cast<double>(state.iterations()) * block * static_cast<double>(frame.size());
  state.counters["atoms"] = static_cast<double>(frame.size());
  state.counters["md_us_per_atom_step"] = 1e6 * md / steps;
  state.counters["kernel_us_per_atom_step"] = 1e6 * kernel / steps;
  state.counters["md_over_kernel"] = md / kernel;
}
BENCHMARK(molecular_dynamics)
    ->ArgNames({"threads", "copies"})
    ->Args({1, 1})
    ->Args({2, 1})
    ->Args({1, 8})
    ->MinTime(3)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

// What it costs to know the highest grade every so many steps, against the same dynamics without.
void graded_dynamics(benchmark::State& state) {
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("no reference data");
    return;
  }
  frontend::set_threads(1);
  const std::vector<Species> types = parse_species_list("Mg,V,O");
  const std::filesystem::path file = std::filesystem::temp_directory_path() / fmt::format("graded-{}.almtp", getpid());
  {
    const auto potential = potentials::load_potential(folder / "pot.mtp", {types});
    const std::vector<Structure> frames = io::read_frames(folder / "reference_600K.extxyz");
    select::write_with_active_set(file, *potential, select::make_active_set(*potential, frames), frames);
  }
  frontend::start_mpi();
  md::LammpsSession session;
  prepare(session, types, 1, file);
  std::filesystem::remove(file);
  const auto every = static_cast<int>(state.range(0));
  double plain = 0, graded = 0, highest = 0;
  for (auto _ : state) {
    const double start = seconds();
    session.grade_every(0);
    session.command(fmt::format("run {} pre no post no", block));
    const double between = seconds();
    session.grade_every(every);
    for (int k = 0; k < block; k += every) {
      session.command(fmt::format("run {} pre no post no", every));
      highest = std::max(highest, session.highest_grade()->grade);
    }
    const double end = seconds();
    plain += between - start;
    graded += end - between;
    state.SetIterationTime(end - between);
  }
  state.counters["highest_grade"] = highest;
  state.counters["graded_over_plain"] = graded / plain;
}
BENCHMARK(graded_dynamics)
    ->ArgName("every")
    ->Arg(1)
    ->Arg(10)
    ->MinTime(3)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
