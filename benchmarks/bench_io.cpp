// How fast trajectories are read and written. The data are made here: 768 atoms with forces, as a run would write them.
// With VITRION_BENCH_FILE=PATH there is one benchmark more, which reads that file (io_against_ase.py uses it).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "vitrion/io/frames.hpp"

namespace {

using namespace vitrion;

constexpr std::size_t n_atoms = 768;
constexpr int n_frames = 100;

std::vector<Structure> make_run() {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> place(0.0, 20.0);
  std::normal_distribution<double> force(0.0, 1.0);
  const std::vector<Species> elements = parse_species_list("Mg,V,O");
  std::vector<Structure> run;
  for (int f = 0; f < n_frames; ++f) {
    Structure s;
    s.cell = Cell::orthorhombic(20, 20, 20);
    for (std::size_t i = 0; i < n_atoms; ++i) s.species.push_back(elements[i * 3 / n_atoms]);
    // Six digits and nine, as LAMMPS and DFT codes print them.
    s.positions = Positions::NullaryExpr(n_atoms, 3, [&] { return std::round(place(random) * 1e6) / 1e6; });
    s.labels.forces = Positions::NullaryExpr(n_atoms, 3, [&] { return std::round(force(random) * 1e9) / 1e9; });
    s.labels.energy = -1000.0;
    s.step = f;
    run.push_back(std::move(s));
  }
  return run;
}

/// The file of that name, written on first use and removed at the end of the program.
std::filesystem::path file_named(const std::string& name) {
  static struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "vitrion-bench-io";
    ~Folder() { std::filesystem::remove_all(path); }
  } folder;
  static const std::vector<Structure> run = make_run();
  const std::filesystem::path file = folder.path / name;
  if (!std::filesystem::exists(file)) io::write_frames(file, run);
  return file;
}

void set_counters(benchmark::State& state, const std::filesystem::path& file) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n_atoms) * n_frames);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(file)));
}

void read(benchmark::State& state, const std::string& name) {
  const std::filesystem::path file = file_named(name);
  for (auto _ : state) {
    const auto reader = io::open_frames(file);
    while (auto frame = reader->next()) benchmark::DoNotOptimize(frame->positions.data());
  }
  set_counters(state, file);
}

void read_given(benchmark::State& state) {
  const char* file = std::getenv("VITRION_BENCH_FILE");
  if (!file) {
    state.SkipWithError("VITRION_BENCH_FILE names no file");
    return;
  }
  std::int64_t n = 0;
  for (auto _ : state) {
    const auto reader = io::open_frames(file);
    while (auto frame = reader->next()) n += static_cast<std::int64_t>(frame->size());
  }
  state.SetItemsProcessed(n);
}

void write(benchmark::State& state, const std::string& name) {
  const std::vector<Structure> run = io::read_frames(file_named("run.extxyz"));
  const std::filesystem::path file = file_named("written-" + name);
  for (auto _ : state) io::write_frames(file, run);
  set_counters(state, file);
}

}  // namespace

BENCHMARK_CAPTURE(read, extxyz, "run.extxyz")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, extxyz_gz, "run.extxyz.gz")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, dump, "run.lammpstrj")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, dump_gz, "run.lammpstrj.gz")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, cfg, "run.cfg")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read, xdatcar, "XDATCAR")->Unit(benchmark::kMillisecond);
BENCHMARK(read_given)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, extxyz, "run.extxyz")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write, dump, "run.lammpstrj")->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
