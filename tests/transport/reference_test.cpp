// Published numbers of other programs, from the trajectories they were computed from.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/transport/estimators.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {
namespace {

constexpr double cm2 = units::A2_per_fs_in_cm2_per_s;

std::string read_gz(const std::filesystem::path& file) {
  std::string text, buffer(1 << 16, '\0');
  gzFile in = gzopen(file.c_str(), "rb");
  for (int n; (n = gzread(in, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;)
    text.append(buffer, 0, static_cast<std::size_t>(n));
  gzclose(in);
  return text;
}

/// The mobile rows [0, n_mobile) of (n_atoms, n_frames, 3) displacements less the mean of the others; (n, 3, n_frames).
std::vector<double> against_the_others(const std::vector<std::vector<std::array<double, 3>>>& all,
                                       std::size_t n_mobile) {
  const std::size_t n_frames = all[0].size();
  std::vector<double> paths(n_mobile * 3 * n_frames);
  for (std::size_t t = 0; t < n_frames; ++t)
    for (std::size_t k = 0; k < 3; ++k) {
      double drift = 0;
      for (std::size_t i = n_mobile; i < all.size(); ++i) drift += all[i][t][k];
      drift /= static_cast<double>(all.size() - n_mobile);
      for (std::size_t i = 0; i < n_mobile; ++i) paths[(3 * i + k) * n_frames + t] = all[i][t][k] - drift;
    }
  return paths;
}

RunMotion motion_of(const std::string& file, const io::ReadOptions& reading, const TrackOptions& options) {
  const auto reader = io::open_frames(test::reference(file), reading);
  return measure_motion(follow_ions([&] { return reader->next(); }, options));
}

TEST(Reference, PymatgenEstimatorsGivePymatgensNumbers) {
  const std::string file = "transport/pymatgen/DiffusionAnalyzer.json.gz";
  VITRION_NEEDS_REFERENCE(file);
  const auto data = nlohmann::json::parse(read_gz(test::reference(file)));
  const auto all = data.at("displacements").get<std::vector<std::vector<std::array<double, 3>>>>();
  const std::size_t n = 20;
  const std::vector<double> paths = against_the_others(all, n);
  const double dt = data.at("time_step").get<double>() * data.at("step_skip").get<double>();

  const PymatgenEstimate max = pymatgen_estimate(paths, n, dt, {});
  EXPECT_EQ(max.lags.front(), 50u);
  EXPECT_EQ(max.lags.back(), 665u);
  EXPECT_NEAR(max.diffusivity * cm2, 1.161293064e-6, 1e-15);
  EXPECT_NEAR(max.charge_diffusivity * cm2, 3.6456557821e-6, 1e-15);
  EXPECT_NEAR(max.haven_ratio(), 0.3185416105, 1e-9);
  const PymatgenEstimate plain = pymatgen_estimate(paths, n, dt, {.weighted = false});
  EXPECT_NEAR(plain.diffusivity * cm2, 1.160836588e-6, 1e-15);
  EXPECT_NEAR(plain.haven_ratio(), 0.3007074, 1e-7);
  const PymatgenEstimate constant = pymatgen_estimate(paths, n, dt, {.smoothing = Smoothing::constant});
  EXPECT_EQ(constant.lags.size(), 900u);
  EXPECT_NEAR(constant.diffusivity * cm2, 7.42260165e-7, 1e-15);

  // Conductivity of 20 Li in 970.41 Å^3 at 600 K, mS/cm: the same Nernst-Einstein relation through our own result.
  RunMotion run;
  run.n_ions = n;
  run.species = Species::element("Li");
  run.tracer = displacements_of(paths, n, dt);
  std::vector<double> sum(3 * all[0].size(), 0.0);
  for (std::size_t i = 0; i < paths.size(); ++i) sum[i % sum.size()] += paths[i] / std::sqrt(20.0);
  run.collective = displacements_of(sum, 1, dt);
  run.volume = data.at("structure").at("lattice").at("volume").get<double>();
  const TransportResult result = analyse_transport({run}, {.temperature = 600});
  const double factor = result.tracer.resolved ? *result.conductivity.value / result.tracer.value()
                                               : *result.conductivity.upper_bound / result.tracer.upper_bound;
  EXPECT_NEAR(max.diffusivity * factor * 1e3, 74.1654, 2e-4);
  EXPECT_NEAR(plain.diffusivity * factor * 1e3, 74.1362, 2e-4);
  EXPECT_NEAR(constant.diffusivity * factor * 1e3, 47.4041, 2e-4);
  // Ions move 1.2 Å^2 in half the run: ours calls that a bound, above all of these estimates.
  EXPECT_FALSE(result.tracer.resolved);
  EXPECT_LT(result.tracer.effective_hops, 10);
  EXPECT_GT(result.tracer.upper_bound * cm2, 1.17e-6);
  // The all-origin MSD is theirs.
  EXPECT_NEAR(run.tracer.total[50], max.msd.front(), 1e-9);
}

TEST(Reference, KinisiMsdOfLi6PS5Cl) {
  const std::string file = "transport/kinisi/example_XDATCAR.gz";
  VITRION_NEEDS_REFERENCE(file);
  io::ReadOptions reading;
  reading.timestep = 100;
  TrackOptions options{.species = Species::element("Li")};
  const RunMotion host = motion_of(file, reading, options);
  EXPECT_EQ(host.n_ions, 192u);
  const std::vector<double>& msd = host.tracer.total;
  for (const auto& [lag, expected] : {std::pair{std::size_t{1}, 0.44622},
                                      {std::size_t{10}, 1.60282},
                                      {std::size_t{50}, 5.11538},
                                      {std::size_t{100}, 8.94185}})
    EXPECT_NEAR(msd[lag], expected, 5.1e-6) << lag;
  options.frame = ReferenceFrame::lab;
  const RunMotion lab = motion_of(file, reading, options);
  EXPECT_NEAR(lab.tracer.total[1], 0.44538, 5.1e-6);
  EXPECT_NEAR(lab.tracer.total[10], 1.60030, 5.1e-6);
  EXPECT_TRUE(analyse_transport({host}, {}).tracer.resolved);
}

TEST(Reference, MagnesiumInAmorphousMgV2O5IsNotResolved) {
  const std::string file = "transport/mgv2o5/dump_600K.lammpstrj.gz";
  VITRION_NEEDS_REFERENCE(file);
  io::ReadOptions reading;
  reading.timestep = 2;
  reading.species = parse_species_list("Mg,V,O");
  reading.frames.start = 5;  // the first 10 ps dropped
  const RunMotion run = motion_of(file, reading, {.species = Species::element("Mg")});
  EXPECT_EQ(run.n_ions, 96u);
  EXPECT_NEAR(run.tracer.timestep, 2000, 1e-9);
  for (const auto& [lag, expected] :
       {std::pair{std::size_t{1}, 0.260}, {std::size_t{5}, 0.282}, {std::size_t{10}, 0.288}, {std::size_t{15}, 0.270}})
    EXPECT_NEAR(run.tracer.total[lag], expected, 1.5e-3) << lag;
  const TransportResult result = analyse_transport({run}, {.temperature = 600});
  EXPECT_FALSE(result.tracer.resolved);
  EXPECT_FALSE(result.conductivity.value);
  // No hop among 96 ions in 40 ps: D < 3 a^2 / (6 N t).
  EXPECT_GE(result.tracer.upper_bound * cm2, 1.17e-7);
  EXPECT_LT(result.tracer.upper_bound * cm2, 3e-7);
}

// What the published notebook did with the CONTCAR files: text order, Cartesian Å taken as fractional, 300 ps a frame.
TEST(Reference, ThePublishedReadingOfMgV2O5GivesThePublishedNumbers) {
  VITRION_NEEDS_REFERENCE("transport/mgv2o5/contcar_600K");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::reference("transport/mgv2o5/contcar_600K")))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());  // 1, 10, 11, ..., 19, 2, 20, ...
  ASSERT_EQ(files.size(), 26u);
  std::vector<std::vector<std::array<double, 3>>> all(96, std::vector<std::array<double, 3>>(files.size()));
  Positions last;
  Vector3 edges;
  for (std::size_t t = 0; t < files.size(); ++t) {
    const Structure frame = io::read_frames(files[t]).at(0);
    edges = frame.cell.lengths();
    for (Eigen::Index i = 0; t > 0 && i < 96; ++i)
      for (int k = 0; k < 3; ++k) {
        const double step = frame.positions(i, k) - last(i, k);
        auto& row = all[static_cast<std::size_t>(i)];
        row[t][static_cast<std::size_t>(k)] =
            row[t - 1][static_cast<std::size_t>(k)] + (step - std::round(step)) * edges[k];
      }
    last = frame.positions;
  }
  const PymatgenEstimate estimate =
      pymatgen_estimate(against_the_others(all, 12), 12, 300'000, {.smoothing = Smoothing::constant, .n_origins = 11});
  EXPECT_NEAR(estimate.diffusivity * cm2, 3.434470706952584e-06, 1e-16);
  EXPECT_NEAR(estimate.charge_diffusivity * cm2, 5.728402e-6, 1e-12);
  EXPECT_NEAR(estimate.haven_ratio(), 0.5996, 5e-5);
  ASSERT_EQ(estimate.msd.size(), 15u);
  EXPECT_NEAR(estimate.msd[1], 85.53011172184728, 1e-8);
  EXPECT_NEAR(estimate.mscd[3], 183.77961723498228, 1e-8);
}

}  // namespace
}  // namespace vitrion::transport
