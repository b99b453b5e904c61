// downstream POTENTIAL STRUCTURE: the energy of a structure, and the diffusion coefficient of a random walk.
#include <cstdio>
#include <random>

#include "vitrion/core/version.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/md/session.hpp"  // the room that knows LAMMPS must be usable from outside too
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/transport/diffusivity.hpp"

int main(int argc, char** argv) {
  using namespace vitrion;
  if (argc != 3) return 2;
  const auto potential = potentials::load_potential(argv[1]);
  const Structure structure = io::read_frames(argv[2]).front();
  const Labels labels = potentials::evaluate(*potential, structure);
  std::printf("version %s\nenergy %.6f eV\n", version, *labels.energy);

  // 100 walkers, 1 Å^2 per axis and step of 100 fs: D = 1 / (2 * 100) Å^2/fs.
  const std::size_t walkers = 100, frames = 1000;
  std::vector<double> paths(walkers * 3 * frames);
  std::mt19937 random(1);
  std::normal_distribution<double> step;
  for (std::size_t row = 0; row < walkers * 3; ++row) {
    for (std::size_t t = 1; t < frames; ++t) paths[row * frames + t] = paths[row * frames + t - 1] + step(random);
  }
  const auto d = transport::diffusivity({transport::displacements_of(paths, walkers, 100)}, {.n_ions = walkers});
  std::printf("D %.6f A^2/fs, resolved %d\n", d.value(), d.resolved);
  return d.ci95.low < 0.005 && 0.005 < d.ci95.high ? 0 : 1;
}
