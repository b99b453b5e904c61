// Any number of ranks gives the same: CMake runs these tests alone and under mpirun.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "lammps/headers.hpp"
#include "lammps/pair_vitrion.hpp"
#include "md/oxides.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/select/active_set_file.hpp"
#include "vitrion/select/selection.hpp"

namespace vitrion::md {
namespace {

void expect_as_evaluated(const Structure& s, const std::string& file) {
  const Answer lammps = one_step(s, {"pair_style vitrion untabulated", "pair_coeff * * " + file + " Mg V O"});
  const auto potential = potentials::load_potential(file, {mg_v_o});
  const Labels direct = evaluate(*potential, s);
  expect_same(lammps, {*direct.energy, direct.forces, *direct.stress}, 1e-10);
}

// By process, not only by rank: other tests run side by side with these.
std::filesystem::path file_of_process(const std::string& name) {
  return std::filesystem::temp_directory_path() / fmt::format("vitrion-{}-{}", ::getpid(), name);
}

std::string zbl_file_of_rank() {
  const std::filesystem::path file = file_of_process("zbl.yaml");
  std::ofstream(file) << "kind: zbl\nspecies: [Mg, V, O]\ninner: 1.5\nouter: 4.0\n";
  return file.string();
}

// Four layers: what an atom feels comes from as far as 14 Å, ghosts reach 4.5 Å (r_max and the skin).
std::string nequip_file_of_rank(int l_max, bool parity) {
  potentials::nequip::Hyperparameters hyper;
  hyper.r_max = 3.5;
  hyper.l_max = l_max;
  hyper.parity = parity;
  hyper.num_features = 6;
  hyper.radial_mlp_width = 8;
  hyper.avg_num_neighbors = 20;
  const std::filesystem::path file = file_of_process("nequip.safetensors");
  potentials::nequip::write_model(file, potentials::nequip::initial_model(hyper, mg_v_o, 7));
  return file.string();
}

TEST(Parallel, MessagesReachAtomsOfOtherRanks) {
  for (const bool parity : {false, true}) expect_as_evaluated(random_oxide(60, 15), nequip_file_of_rank(2, parity));
  Structure corner = random_oxide(40, 16);
  corner.cell = Cell::orthorhombic(60, 50, 40);
  expect_as_evaluated(corner, nequip_file_of_rank(1, true));
}

// Grades of a NequIP model that was shown another structure: the highest, and its atom, are those of one process.
TEST(Parallel, TheHighestGradeIsThatOfOneProcess) {
  const std::string file = nequip_file_of_rank(1, false);
  potentials::nequip::NequipPotential potential(potentials::nequip::read_model(file));
  select::write_with_active_set(file, potential, select::make_active_set(potential, {random_oxide(60, 18)}), {});
  const Structure s = random_oxide(60, 17);
  const std::vector<double> expected = potentials::grades_of(*potentials::load_potential(file), s);
  LammpsSession session;
  one_step(session, s, {"pair_style vitrion untabulated", "pair_coeff * * " + file + " Mg V O"});
  ASSERT_TRUE(session.has_grades());
  const auto highest = session.highest_grade();
  ASSERT_TRUE(highest);
  const auto most = std::max_element(expected.begin(), expected.end());
  EXPECT_GT(*most, 1);
  EXPECT_NEAR(highest->grade, *most, 1e-7 * *most);
  EXPECT_EQ(highest->id, most - expected.begin() + 1);
}

// Grades found along with the forces of a step are those found afterwards (from atoms in another order), and leave the
// forces as they were.
TEST(Parallel, GradesCostNoSecondEvaluation) {
  const std::string file = nequip_file_of_rank(1, false);
  potentials::nequip::NequipPotential potential(potentials::nequip::read_model(file));
  select::write_with_active_set(file, potential, select::make_active_set(potential, {random_oxide(60, 18)}), {});
  LammpsSession session;
  one_step(session, random_oxide(60, 17), {"pair_style vitrion untabulated", "pair_coeff * * " + file + " Mg V O"});
  for (int k = 0; k < 3; ++k) {
    session.grade_every(1);
    session.command("run 1");
    const auto along = session.highest_grade();
    const auto force = session.strongest_force();
    session.grade_every(0);
    session.command("run 0");
    const auto afterwards = session.highest_grade();
    ASSERT_TRUE(along && afterwards);
    EXPECT_NEAR(along->grade, afterwards->grade, 1e-12 * afterwards->grade);
    EXPECT_EQ(along->id, afterwards->id);
    EXPECT_NEAR(force.force, session.strongest_force().force, 1e-12);
  }
}

// Rows wider than one message, and single precision: what message-passing potentials send.
template <class T>
void expect_exchange_by_id(std::size_t width) {
  LammpsSession session;
  session.create(random_oxide(50, 14), mg_v_o);
  session.command("pair_style vitrion");
  session.command("pair_coeff * * " + zbl_file_of_rank() + " Mg V O");
  session.command("run 0");
  const LAMMPS_NS::Atom& atom = *session.lammps().atom;
  auto& pair = dynamic_cast<lammps::PairVitrion&>(*session.lammps().force->pair);
  const std::size_t n_rows = pair.atom_of_row().size();
  const auto value = [&](std::size_t row, std::size_t k) {
    return static_cast<T>(1000 * atom.tag[pair.atom_of_row()[row]] + static_cast<int>(k));
  };

  std::vector<T> rows(n_rows * width, T(-1));
  for (std::size_t r = 0; r < static_cast<std::size_t>(pair.n_local()); ++r)
    for (std::size_t k = 0; k < width; ++k) rows[r * width + k] = value(r, k);
  pair.exchange().forward(rows.data(), width, sizeof(T));
  // A ghost's row, or the one to read in its place, is its atom's.
  const std::vector<int>& owners = *pair.exchange().owners();
  const auto row_of = [&](std::size_t r) {
    const auto n_local = static_cast<std::size_t>(pair.n_local());
    return r < n_local ? r : static_cast<std::size_t>(owners[r - n_local]);
  };
  std::size_t received = 0;
  for (std::size_t r = 0; r < n_rows; ++r) {
    for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(rows[row_of(r) * width + k], value(r, k));
    if (r >= static_cast<std::size_t>(pair.n_local()) && row_of(r) == r) ++received;
  }
  // Periodic images of this rank's atoms do not travel, floats do as floats (one more fills up the last double).
  EXPECT_TRUE(Mpi().size() > 1 || received == 0);
  EXPECT_EQ(pair.bytes_to_ghosts().back(), static_cast<double>(received * 8 * ((width * sizeof(T) + 7) / 8)));

  // Every ghost that travels sends one back: an atom then holds one more than there are of it, on all ranks together.
  std::fill(rows.begin(), rows.end(), T(1));
  pair.exchange().reverse(rows.data(), width, sizeof(T));
  std::vector<double> copies(51, 0), held(51, 0), all(51, 0);
  for (std::size_t r = 0; r < n_rows; ++r) {
    const auto id = static_cast<std::size_t>(atom.tag[pair.atom_of_row()[r]]);
    if (row_of(r) == r) copies[id] += 1;
    if (r < static_cast<std::size_t>(pair.n_local())) held[id] += static_cast<double>(rows[r * width + width - 1]);
  }
  MPI_Allreduce(copies.data(), all.data(), 51, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  std::vector<double> all_held(51, 0);
  MPI_Allreduce(held.data(), all_held.data(), 51, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  EXPECT_EQ(all, all_held);
}

TEST(Parallel, ExchangeCarriesRowsToGhostsAndBack) {
  expect_exchange_by_id<double>(3);
  expect_exchange_by_id<double>(150);
  expect_exchange_by_id<float>(70);
}

}  // namespace
}  // namespace vitrion::md
