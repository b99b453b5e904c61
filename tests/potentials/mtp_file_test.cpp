// Reading and writing MTP files: what MLIP wrote, what Vitrion writes, what nobody should have written.
#include "vitrion/potentials/mtp/mtp_file.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::potentials::mtp {
namespace {

constexpr const char* level4_text =
    "MTP\n"
    "version = 1.1.0\n"
    "potential_name = MTP1m\n"
    "scaling = 2.0\n"
    "species_count = 2\n"
    "potential_tag = made by hand\n"
    "radial_basis_type = RBChebyshev\n"
    "    scaling = 0.5\n"
    "\tmin_dist = 1.5\n"
    "\tmax_dist = 5\n"
    "\tradial_basis_size = 3\n"
    "\tradial_funcs_count = 1\n"
    "\tradial_coeffs\n"
    "\t\t0-0\n\t\t\t{1.0, 2.0, 3.0}\n"
    "\t\t0-1\n\t\t\t{4.0, 5.0, 6.0}\n"
    "\t\t1-0\n\t\t\t{7.0, 8.0, 9.0}\n"
    "\t\t1-1\n\t\t\t{1e1, 1.1e1, 12.}\n"
    "alpha_moments_count = 2\n"
    "alpha_index_basic_count = 1\n"
    "alpha_index_basic = {{0, 0, 0, 0}}\n"
    "alpha_index_times_count = 1\n"
    "alpha_index_times = {{0, 0, 1, 1}}\n"
    "alpha_scalar_moments = 2\n"
    "alpha_moment_mapping = {0, 1}\n"
    "species_coeffs = {-1.5, -2.5}\n"
    "moment_coeffs = {0.25, 0.125}";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_refused(const std::string& text, const std::string& where, const std::string& part) {
  try {
    parse_mtp(text, "pot.mtp");
    ADD_FAILURE() << "accepted, expected: " << part;
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(where), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(MtpFile, ReadsEveryField) {
  const MtpParameters p = parse_mtp(level4_text);
  EXPECT_EQ(p.potential_name, "MTP1m");
  EXPECT_EQ(p.potential_tag, "made by hand");
  EXPECT_EQ(p.scaling, 1.0);  // the two scalings multiply
  EXPECT_EQ(p.min_dist, 1.5);
  EXPECT_EQ(p.max_dist, 5.0);
  EXPECT_EQ(p.species, (std::vector{Species::type(0), Species::type(1)}));
  EXPECT_EQ(p.flat(), (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1.5, -2.5, 0.25, 0.125}));
  EXPECT_EQ(p.radial(1, 0, 0)[1], 8.0);
  EXPECT_EQ(p.tables.products, (std::vector<MomentTables::Product>{{0, 0, 1, 1}}));
  EXPECT_TRUE(p.selection_state.empty());
}

TEST(MtpFile, AcceptsSpellingsOfMlip3AndWindowsLineEnds) {
  std::string text = replaced(level4_text, "min_dist", "min_val");
  text = replaced(text, "max_dist", "max_val");
  text = replaced(text, "radial_basis_size", "basis_size");
  text = replaced(text, "species_count = 2\n", "");
  text = replaced(text, "MTP\n", "MTP\r\n");
  text = replaced(text, "version = 1.1.0\n", "version = 1.1.0\r\n");
  EXPECT_EQ(parse_mtp(text).flat(), parse_mtp(level4_text).flat());
}

TEST(MtpFile, KeepsTheTypeNumbersThatMlip3Writes) {
  std::string text = level4_text;
  for (const auto& [from, to] : {std::pair{"0-0", "12-12"}, {"0-1", "12-8"}, {"1-0", "8-12"}, {"1-1", "8-8"}})
    text = replaced(text, std::string("\t") + from, std::string("\t") + to);
  const MtpParameters p = parse_mtp(text);
  EXPECT_EQ(p.species, (std::vector{Species::type(12), Species::type(8)}));
  EXPECT_NE(format_mtp(p).find("\t\t12-8\n"), std::string::npos);
  EXPECT_EQ(parse_mtp(format_mtp(p)).labels, (std::vector{12, 8}));
}

TEST(MtpFile, StoresElementNamesInTheTag) {
  MtpParameters p = parse_mtp(level4_text);
  p.species = parse_species_list("Mg,O");
  const std::string text = format_mtp(p);
  EXPECT_NE(text.find("\npotential_tag = made by hand species:Mg,O\n"), std::string::npos) << text;
  const MtpParameters back = parse_mtp(text);
  EXPECT_EQ(back.species, p.species);
  EXPECT_EQ(back.potential_tag, "made by hand");
}

TEST(MtpFile, WhatIsWrittenReadsBackBitForBit) {
  MtpParameters p = parse_mtp(level4_text);
  std::vector<double> values = p.flat();
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = std::sin(1.0 + static_cast<double>(k)) * std::pow(10.0, static_cast<double>(k) - 8);
  p.set_flat(values);
  p.scaling = 1.0 / 3.0;
  p.min_dist = 0.99 * 1.7;
  const MtpParameters back = parse_mtp(format_mtp(p));
  EXPECT_EQ(back.flat(), values);
  EXPECT_EQ(back.scaling, p.scaling);
  EXPECT_EQ(back.min_dist, p.min_dist);
  EXPECT_EQ(back.tables, p.tables);
}

TEST(MtpFile, ReadsAndWritesUntrainedTemplates) {
  std::string text = level4_text;
  const std::size_t begin = text.find("\tradial_coeffs\n"), end = text.find("alpha_moments_count");
  text.erase(begin, end - begin);
  text.erase(text.find("species_coeffs"));
  const MtpParameters p = parse_mtp(text);
  EXPECT_FALSE(p.is_trained());
  EXPECT_EQ(p.n_species(), 2u);
  EXPECT_EQ(p.n_parameters(), 4u * 3 + 2 + 2);
  EXPECT_THROW(p.flat(), InputError);
  const MtpParameters back = parse_mtp(format_mtp(p));
  EXPECT_FALSE(back.is_trained());
  EXPECT_EQ(back.tables, p.tables);
  EXPECT_EQ(parse_mtp(replaced(text, "species_count = 2\n", "")).n_species(),
            0u);  // MLIP-3: species come with the data
}

TEST(MtpFile, RefusesWhatIsWrong) {
  const std::string good = level4_text;
  expect_refused("", "pot.mtp:1", "first line");
  expect_refused("MPT\n", "pot.mtp:1", "first line");
  expect_refused(replaced(good, "1.1.0", "2.0.0"), "pot.mtp:2", "version 2.0.0");
  expect_refused(replaced(good, "max_dist", "max_dits"), "pot.mtp:10", "Did you mean max_dist?");
  expect_refused(replaced(good, "max_dist = 5", "max_dist = five"), "pot.mtp:10", "\"five\"");
  expect_refused(replaced(good, "max_dist = 5", "max_dist = 1"), "pot.mtp", "do not enclose");
  expect_refused(replaced(good, "{1.0, 2.0, 3.0}", "{1.0, nan, 3.0}"), "pot.mtp:15", "not a finite number");
  expect_refused(replaced(good, "{1.0, 2.0, 3.0}", "{1.0, 2.0}"), "pot.mtp:15", "2 coefficients");
  expect_refused(replaced(good, "1-0", "0-1"), "pot.mtp", "labelled 0-1, expected 1-0");
  expect_refused(replaced(good, "\t\t1-1\n\t\t\t{1e1, 1.1e1, 12.}\n", ""), "pot.mtp", "3 pairs");
  expect_refused(replaced(good, "species_count = 2", "species_count = 3"), "pot.mtp", "species_count is 3");
  expect_refused(replaced(good, "= RBChebyshev", "= RBShapeev"), "pot.mtp:7", "RBShapeev is not supported");
  expect_refused(replaced(good, "{{0, 0, 1, 1}}", "{{0, 7, 1, 1}}"), "pot.mtp", "beyond 1");
  expect_refused(replaced(good, "{{0, 0, 1, 1}}", "{{1, 0, 1, 1}}"), "pot.mtp", "before it is complete");
  expect_refused(replaced(good, "alpha_moments_count = 2", "alpha_moments_count = 99999999"), "pot.mtp",
                 "the tables make 2 moments");
  expect_refused(replaced(good, "{{0, 0, 1, 1}}", "{{0, 0, 1}}"), "pot.mtp:26", "four numbers");
  expect_refused(replaced(good, "{{0, 0, 0, 0}}", "{{1, 0, 0, 0}}"), "pot.mtp", "use 2 radial functions");
  expect_refused(replaced(good, "mapping = {0, 1}", "mapping = {0}"), "pot.mtp", "alpha_scalar_moments is 2");
  expect_refused(replaced(good, "{0.25, 0.125}", "{0.25}"), "pot.mtp", "moment_coeffs holds 1 numbers");
  expect_refused(replaced(good, "species_coeffs = {-1.5, -2.5}\n", ""), "pot.mtp", "or none");
  expect_refused(replaced(good, "made by hand", "species:Mg,Xx"), "pot.mtp:6", "Xx");
  expect_refused(replaced(good, "made by hand", "species:Mg"), "pot.mtp", "names 1 species");
  expect_refused(replaced(good, "version = 1.1.0\n", "version = 1.1.0\nversion = 1.1.0\n"), "pot.mtp:3", "twice");
  // Cut anywhere, the file must be refused, not half read (the last number may lose digits, but not its brace).
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_THROW(parse_mtp(good.substr(0, length)), InputError) << length;
}

// Whatever happens to a file, it is read or refused: no crash, no endless loop, no other exception.
TEST(MtpFile, SurvivesRandomDamage) {
  Random random(1);
  const std::string characters = "0123456789{}-+.,=#^e \n\tA\xff";
  int refused = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text = level4_text;
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
      const std::size_t at = random.below(text.size()), length = random.below(6);
      std::string put;
      for (std::uint64_t k = random.below(6); k > 0; --k) put += characters[random.below(characters.size())];
      text.replace(at, length, put);
    }
    try {
      parse_mtp(text, "pot.mtp");
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1500);
}

TEST(MtpFile, RefusesToWriteWhatMlipWouldMisread) {
  MtpParameters p = parse_mtp(level4_text);
  p.potential_tag = "best # so far";
  EXPECT_THROW(format_mtp(p), InputError);
}

TEST(MtpFile, KeepsTheSelectionStateOfAlmtpFiles) {
  VITRION_NEEDS_REFERENCE("mtp/grades/level08.almtp");
  const std::string bytes = read_file(test::reference("mtp/grades/level08.almtp"));
  const MtpParameters p = read_mtp(test::reference("mtp/grades/level08.almtp"));
  EXPECT_EQ(p.n_parameters(), 9u * 2 * 8 + 3 + 9);
  const std::size_t state = bytes.find("\n#MVS_v1.1\n");
  ASSERT_NE(state, std::string::npos);
  EXPECT_EQ(p.selection_state, bytes.substr(state));
  const std::string written = format_mtp(p);
  EXPECT_TRUE(written.ends_with(p.selection_state));
  EXPECT_EQ(written.find('#'), written.size() - p.selection_state.size() + 1);
  EXPECT_EQ(parse_mtp(written).flat(), p.flat());
}

TEST(MtpFile, ReadsPublishedPotentials) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5/pot.mtp");
  const MtpParameters p = read_mtp(test::reference("mtp/mgv2o5/pot.mtp"));
  EXPECT_EQ(p.n_parameters(), 383u);
  EXPECT_EQ(p.scaling, 2.173671108715738e-02);
  EXPECT_EQ(p.radial(1, 0, 1)[2], 4.083762214806406e-02);
  EXPECT_EQ(p.tables.basic.size(), 130u);
  EXPECT_EQ(p.tables.products.size(), 969u);
  EXPECT_EQ(p.tables.moments_count, 350);
  const MtpParameters maml = read_mtp(test::reference("mtp/zuo2020/NiMo_example/fitted.mtp.Ni"));
  EXPECT_EQ(maml.n_scalars(), 288u);
}

TEST(MtpFile, CountsArePaidForByTheFile) {
  for (const char* count : {"100000000", "4294967298", "-9223372036854775808", "3"})
    expect_refused(replaced(level4_text, "alpha_moments_count = 2", std::string("alpha_moments_count = ") + count),
                   "pot.mtp", "");
  const std::string far = replaced(level4_text, "max_dist = 5", "max_dist = 1e8");
  const std::filesystem::path file = test::scratch_folder() / "far.mtp";
  write_file_atomically(file, far);
  EXPECT_THROW(load_potential(file), InputError);
}

TEST(LoadPotential, NamesTheTypesOfAFileThatNamesNone) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5/pot.mtp");
  const auto potential =
      potentials::load_potential(test::reference("mtp/mgv2o5/pot.mtp"), {parse_species_list("Mg,V,O")});
  EXPECT_EQ(potential->species(), parse_species_list("Mg,V,O"));
  EXPECT_EQ(potential->cutoff(), 7.0);
  EXPECT_EQ(potential->kind(), "MTP");
  EXPECT_THROW(potentials::load_potential(test::reference("mtp/mgv2o5/pot.mtp"), {parse_species_list("Mg,V")}),
               InputError);
}

TEST(LoadPotential, RefusesOtherFiles) {
  const auto file = test::scratch_folder() / "notes.txt";
  write_file_atomically(file, "not a potential\n");
  EXPECT_THROW(potentials::load_potential(file), InputError);
  EXPECT_THROW(potentials::load_potential(file.parent_path() / "absent.mtp"), InputError);
}

TEST(LoadPotential, RefusesSinglePrecisionOfAnMtp) {
  const auto file = test::scratch_folder() / "random.mtp";
  write_mtp(file, test::random_mtp(4, 2, 1));
  EXPECT_EQ(potentials::load_potential(file)->precision(), potentials::Precision::double_precision);
  EXPECT_THROW(potentials::load_potential(file, {.species = {}, .precision = potentials::Precision::single_precision}),
               InputError);
}

}  // namespace
}  // namespace vitrion::potentials::mtp
