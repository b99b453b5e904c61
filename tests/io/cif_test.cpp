// CIF: symmetry, charges in names, numbers with uncertainties, partial occupation.
#include <gtest/gtest.h>

#include "io/samples.hpp"

namespace vitrion::io {
namespace {

using namespace test;

const std::string cell_of_nacl =
    "_cell_length_a 5.640(2)\n_cell_length_b 5.640(2)\n_cell_length_c 5.640(2)\n_cell_angle_alpha 90\n"
    "_cell_angle_beta 90\n_cell_angle_gamma 90\n";
const std::string atoms_of_nacl =
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n"
    "_atom_site_occupancy\nNa1 Na1+ 0 0 0 1\nCl1 Cl1- 0.5 0.5 0.5 1.0\n";

TEST(Cif, WritesTheSymmetryOut) {
  for (const std::string symmetry : {"_symmetry_space_group_name_H-M 'F m -3 m'\n", "_space_group_IT_number 225\n"}) {
    const Structure s = read_frames(make_file("nacl.cif", "data_NaCl\n" + cell_of_nacl + symmetry + atoms_of_nacl))[0];
    EXPECT_EQ(s.size(), 8u);
    EXPECT_EQ(s.species.front().name(), "Na");
    EXPECT_EQ(s.species.back().name(), "Cl");
    EXPECT_NEAR(s.cell.volume(), 5.64 * 5.64 * 5.64, 1e-9);
  }
  const std::string listed = "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n'x+1/2, y+1/2, z'\n";
  EXPECT_EQ(read_frames(make_file("part.cif", "data_NaCl\n" + cell_of_nacl + listed + atoms_of_nacl))[0].size(), 4u);
}

TEST(Cif, ReadsBackWhatItWrote) {
  Structure s = rich_structure();
  s.velocities.resize(0, 3);
  s.labels = {};
  const auto file = scratch_folder() / "rich.cif";
  write_frames(file, {s, s});
  const std::vector<Structure> frames = read_frames(file);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].species, s.species);
  EXPECT_NEAR(frames[1].cell.volume(), s.cell.volume(), 1e-9);
  EXPECT_TRUE(frames[1].cell.lengths().isApprox(s.cell.lengths(), 1e-12));
  EXPECT_TRUE(frames[1].cell.angles().isApprox(s.cell.angles(), 1e-12));
}

TEST(Cif, RefusesWhatIsNoStructure) {
  std::string partial = atoms_of_nacl;
  partial.replace(partial.find("0 0 0 1\n"), 8, "0 0 0 0.5\n");
  const auto message = [](const std::string& text) -> std::string {
    try {
      read_frames(make_file("bad.cif", text));
    } catch (const InputError& error) {
      return error.what();
    }
    return "was read";
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message("data_a\n" + cell_of_nacl + partial), HasSubstr("occupied in part"));
  EXPECT_THAT(message("data_a\n" + cell_of_nacl + "_space_group_IT_number 999\n" + atoms_of_nacl),
              HasSubstr("is not known"));
  EXPECT_THAT(message("data_a\n" + atoms_of_nacl + "_cell_length_a 5\n"), HasSubstr("_cell_length_b"));
  EXPECT_THAT(message("data_a\n" + cell_of_nacl + "loop_\n_atom_site_label\n_atom_site_fract_x\nNa1\n"),
              HasSubstr("no valid CIF"));
}

}  // namespace
}  // namespace vitrion::io
