#include <gtest/gtest.h>

#include <cmath>

#include "io/samples.hpp"

namespace vitrion::io {
namespace {

using namespace test;

const std::string cfg_atoms =
    "BEGIN_CFG\n Size\n 2\n Supercell\n 4 0 0\n 0 5 0\n 0 0 6\n AtomData: id type cartes_x cartes_y cartes_z fx fy fz\n"
    " 1 0 0 0 0 0.1 0.2 0.3\n 2 1 1 2 3 -0.1 -0.2 -0.3\n";
const std::string labels = " Energy\n -7.5\n PlusStress: xx yy zz yz xz xy\n 120 240 360 -12 -24 -36\n";

Structure read_one(const std::string& text, const std::vector<Species>& species = {}) {
  ReadOptions options;
  options.species = species;
  return read_frames(make_file("one.cfg", text), options).at(0);
}

TEST(Cfg, ReadsLabelsWithAseStressSign) {
  const Structure s = read_one(cfg_atoms + labels + " Feature EFS_by\tVASP 6\n Feature x 1\n Feature x 2\nEND_CFG\n");
  EXPECT_EQ(s.species[1], Species::type(1));
  EXPECT_EQ(s.labels.energy, -7.5);
  EXPECT_EQ(s.labels.forces(1, 2), -0.3);
  Matrix3 expected;
  expected << -1, 0.3, 0.2, 0.3, -2, 0.1, 0.2, 0.1, -3;
  EXPECT_TRUE(s.labels.stress->isApprox(expected, 1e-14));
  EXPECT_EQ(s.info.at("EFS_by"), "VASP 6");
  EXPECT_EQ(s.info.at("x"), "1\n2");
}

TEST(Cfg, ReadsVirialPerVolumeAndFractionalPositions) {
  const Structure s = read_one(
      "BEGIN_CFG\n Size\n 1\n Supercell\n 4 0 0\n 0 5 0\n 1 0 6\n AtomData: type direct_z direct_y direct_x id\n"
      " 3 0.5 0.2 0.1 1\n Virial: xy xz yz zz yy xx\n 6 5 4 3 2 1\nEND_CFG\n");
  EXPECT_TRUE(s.positions.row(0).isApprox(Eigen::RowVector3d(0.4 + 0.5, 1.0, 3.0)));
  EXPECT_EQ((*s.labels.stress)(0, 0), -1);
  EXPECT_EQ((*s.labels.stress)(1, 2), -4);
  EXPECT_EQ(s.species[0], Species::type(3));
  EXPECT_FALSE(s.labels.has_forces());
}

TEST(Cfg, KnowsClustersAndSlabs) {
  const std::string body = " AtomData: id type cartes_x cartes_y cartes_z\n 1 0 1 2 3\nEND_CFG\n";
  EXPECT_EQ(read_one("BEGIN_CFG\n Size\n 1\n" + body).cell, Cell());
  const Structure slab = read_one("BEGIN_CFG\n Size\n 1\n Supercell\n 3 0 0\n 0 4 0\n" + body);
  EXPECT_EQ(slab.cell.periodic(), (std::array<bool, 3>{true, true, false}));
}

TEST(Cfg, NamesTypesAndRefusesTooFewNames) {
  const auto li_n = parse_species_list("Li,N");
  EXPECT_EQ(composition(read_one(cfg_atoms + "END_CFG\n", li_n).species), "Li1 N1");
  ReadOptions options;
  options.species = parse_species_list("Li");
  expect_refused(make_file("few.cfg", cfg_atoms + "END_CFG\n"), 0, "type1", options);
}

TEST(Cfg, ReadsBackWhatItWrote) {
  Structure s = rich_structure();
  s.columns["nbh_grades"] = {'R', 1, {"1.5", "2", "0.25"}};
  s.info["lines"] = "one\ntwo";
  s.labels.atomic_energies = {1, 2, 1.0 / 3.0};
  const auto file = scratch_folder() / "rich.cfg";
  write_frames(file, {s, s});
  const auto frames = read_frames(file);
  ASSERT_EQ(frames.size(), 2u);
  const Structure& r = frames[1];
  EXPECT_EQ(r.cell, s.cell);
  EXPECT_EQ(r.species, s.species);  // the feature "species" names them
  EXPECT_EQ(r.positions, s.positions);
  EXPECT_EQ(r.labels.forces, s.labels.forces);
  EXPECT_EQ(r.labels.energy, s.labels.energy);
  EXPECT_EQ(r.labels.energy_kind, s.labels.energy_kind);
  EXPECT_TRUE(r.labels.stress->isApprox(*s.labels.stress, 1e-14));
  EXPECT_EQ(r.labels.atomic_energies, s.labels.atomic_energies);
  EXPECT_EQ(r.time, s.time);
  EXPECT_EQ(r.info, s.info);
  EXPECT_EQ(r.columns, s.columns);
}

TEST(Cfg, NumbersTypesAsToldAndRefusesTheOthers) {
  const Structure s = rich_structure();
  const auto file = scratch_folder() / "types.cfg";
  write_frames(file, {s}, {"", parse_species_list("N,P,Li")});
  EXPECT_THAT(read_file(file), ::testing::HasSubstr("\n    1 2 "));  // Li is type 2
  EXPECT_THROW(write_frames(file, {s}, {"", parse_species_list("Li,N")}), InputError);
}

/// Blocks as MLIP-3 writes them: little-endian, a letter before each.
class BinaryCfg {
 public:
  explicit BinaryCfg(std::int32_t n_atoms) { add('n', n_atoms); }

  template <class... T>
  BinaryCfg& add(char tag, const T&... values) {
    bytes_ += tag;
    (bytes_.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
    return *this;
  }
  BinaryCfg& feature(const std::string& name, const std::string& value) {
    for (const auto& [tag, text] : {std::pair{"F", name}, {"", value}}) {
      bytes_ += tag;
      const auto n = static_cast<std::int32_t>(text.size());
      bytes_.append(reinterpret_cast<const char*>(&n), sizeof n) += text;
    }
    return *this;
  }
  std::string end() const { return bytes_ + '#'; }

 private:
  std::string bytes_;
};

TEST(CfgBinary, IsReadAsTheTextIs) {
  using Six = std::array<double, 6>;
  using Nine = std::array<double, 9>;
  const std::string one = BinaryCfg(2)
                              .add('l', Nine{4, 0, 0, 0, 5, 0, 0, 1, 10})
                              .add('p', Six{0.5, 1, 1.5, 2, 2.5, 3})
                              .add('t', 1, 0)
                              .add('f', Six{0.1, 0.2, 0.3, -0.1, -0.2, -0.3})
                              .add('m', Six{0, 0, 1, 0, 0, -1})
                              .add('s', Six{1, 2, 3, 4, 5, 6})  // xx yy zz xy yz xz
                              .add('e', -7.25)
                              .feature("EFS_by", "VASP\n5.4")
                              .end();
  const std::string cluster = BinaryCfg(1).add('l', Nine{}).add('p', 1.0, 2.0, 3.0).add('t', 0).end();
  const auto frames = read_frames(make_file("train.cfg", one + cluster));
  ASSERT_EQ(frames.size(), 2u);
  const Structure& s = frames[0];
  const Structure text = read_frames(make_file(
      "text.cfg",
      "BEGIN_CFG\n Size\n 2\n Supercell\n 4 0 0\n 0 5 0\n 0 1 10\n"
      " AtomData: id type cartes_x cartes_y cartes_z fx fy fz magmom_x magmom_y magmom_z\n"
      " 1 1 0.5 1 1.5 0.1 0.2 0.3 0 0 1\n 2 0 2 2.5 3 -0.1 -0.2 -0.3 0 0 -1\n Energy\n -7.25\n"
      " PlusStress: xx yy zz yz xz xy\n 1 2 3 5 6 4\n Feature EFS_by\tVASP\n Feature EFS_by\t5.4\nEND_CFG\n"))[0];
  EXPECT_EQ(s.species, text.species);
  EXPECT_EQ(s.positions, text.positions);
  EXPECT_EQ(s.cell, text.cell);
  EXPECT_EQ(s.labels.energy, text.labels.energy);
  EXPECT_EQ(s.labels.forces, text.labels.forces);
  EXPECT_EQ(*s.labels.stress, *text.labels.stress);
  EXPECT_EQ(s.info, text.info);
  EXPECT_EQ(s.columns.at("magmom_z").values, text.columns.at("magmom_z").values);
  EXPECT_EQ(frames[1].cell, Cell());
}

TEST(CfgBinary, RefusesWhatIsCutOrDamaged) {
  const std::string whole = BinaryCfg(1)
                                .add('l', std::array<double, 9>{4, 0, 0, 0, 4, 0, 0, 0, 4})
                                .add('p', 1.0, 2.0, 3.0)
                                .add('t', 0)
                                .feature("a", "b")
                                .end();
  for (std::size_t size = 80; size < whole.size(); ++size)
    expect_refused(make_file("cut.cfg", whole.substr(0, size)), 0, "the file ends inside a configuration");
  std::string other = whole;
  other[other.find('t')] = 'x';
  expect_refused(make_file("unknown.cfg", other), 0, "unknown kind");
  other = whole;
  other[4] = 0x7f;  // two thousand million atoms
  expect_refused(make_file("many.cfg", other), 0, "ends inside");
  expect_refused(
      make_file("nan.cfg", BinaryCfg(1).add('l', std::array<double, 9>{}).add('p', 1.0, 2.0, double{NAN}).end()), 0,
      "finite");
  expect_refused(make_file("behind.cfg", whole + "x"), 0, "no configuration begins");
}

TEST(Cfg, PlacesErrors) {
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("bad.cfg", text), line, part);
  };
  refused(cfg_atoms, 10, "ends inside");
  refused(cfg_atoms + "BEGIN_CFG\n", 11, "END_CFG");
  refused(cfg_atoms + " Stress: xx yy zz yz xz xy\n 1 2 3 4 5 6\nEND_CFG\n", 11, "sign");
  refused(cfg_atoms + " PlusStress: xx yy zz yz xz xy\n 1 2 3 4 5\nEND_CFG\n", 12, "six numbers");
  refused(cfg_atoms + " Energy\n nan\nEND_CFG\n", 12, "nan");
  refused(cfg_atoms + " Enrgy\n 1\nEND_CFG\n", 11, "Enrgy");
  refused("BEGIN_CFG\n Size\n 2\n AtomData: id type cartes_x cartes_y cartes_z\n 1 0 0 0 0\n 1 0 0 0 0\nEND_CFG\n", 6,
          "id 1");
  refused("BEGIN_CFG\n Size\n 2\n AtomData: id type cartes_x cartes_y cartes_z\n 1 0 0 0 0\nEND_CFG\n", 6, "columns");
  refused("BEGIN_CFG\n Size\n 2000000000\n AtomData: type cartes_x cartes_y cartes_z\n 0 0 0 0\n", 5, "ends inside");
  refused(cfg_atoms + "END_CFG\nwhat is this\n", 12, "BEGIN_CFG");
}

TEST(Cfg, ReadsReferenceData) {
  VITRION_NEEDS_REFERENCE("mtp/fit/train100.cfg");
  const auto train = read_frames(reference("mtp/fit/train100.cfg"));
  ASSERT_EQ(train.size(), 100u);
  EXPECT_EQ(train[0].labels.energy, 7.362007908414);
  // PlusStress xx 79.20208 eV in a cell of 2 * 5.415^3 Å^3.
  EXPECT_NEAR((*train[0].labels.stress)(0, 0), -79.20208 / (2 * 5.415 * 5.415 * 5.415), 1e-14);
  const auto graded = read_frames(reference("mtp/grades/graded40.cfg"));
  EXPECT_EQ(graded[0].info.at("MV_grade"), "1.152826");
  EXPECT_EQ(graded[0].columns.at("nbh_grades").values.at(1), "0.98536");
  ReadOptions options;
  options.species = parse_species_list("Li,N");
  EXPECT_EQ(composition(read_frames(reference("dft/ann-lipon/li3n_slabs.cfg"), options)[0].species), "Li21 N7");
}

}  // namespace
}  // namespace vitrion::io
