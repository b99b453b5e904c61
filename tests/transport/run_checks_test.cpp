// What may be wrong with a trajectory: hosts that diffuse, steps too long, vacuum, charges and frames without a
// meaning.
#include "vitrion/transport/run_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const Species li = Species::element("Li");

// Atoms of several kinds in a cubic cell, filled evenly, each kind with a motion of its own.
class Box {
 public:
  Box(double edge, std::size_t n_frames, std::uint64_t seed) : edge_(edge), n_frames_(n_frames), random_(seed) {}

  /// Gaussian steps of `deviation` Å an axis and frame.
  Box& walkers(const char* name, int n, double deviation, std::array<double, 3> axes = {1, 1, 1}) {
    for (int i = 0; i < n; ++i) {
      Vector3 x = Vector3::Zero();
      add(name, [&](std::size_t) {
        for (int k = 0; k < 3; ++k) x[k] += axes[static_cast<std::size_t>(k)] * deviation * random_.normal();
        return x;
      });
    }
    return *this;
  }
  /// Vibration in place.
  Box& vibrating(const char* name, int n, double deviation) {
    for (int i = 0; i < n; ++i)
      add(name, [&](std::size_t) {
        return Vector3(deviation * Vector3(random_.normal(), random_.normal(), random_.normal()));
      });
    return *this;
  }
  /// Corners of groups that turn at random about centres at rest, at a distance of 1.5 Å.
  Box& turning(const char* name, int n, double radians) {
    for (int i = 0; i < n; ++i) {
      Vector3 u(0, 0, 1);
      add(name, [&](std::size_t) {
        u += radians * Vector3(random_.normal(), random_.normal(), random_.normal());
        u.normalize();
        return Vector3(1.5 * u);
      });
    }
    return *this;
  }

  std::vector<Structure> frames(bool wrapped = false) const {
    std::vector<Structure> list(n_frames_);
    const auto n = static_cast<double>(paths_.size());
    const double spacing = edge_ / std::ceil(std::cbrt(n));
    const int side = static_cast<int>(std::ceil(std::cbrt(n)));
    for (std::size_t t = 0; t < n_frames_; ++t) {
      Structure& s = list[t];
      s.cell = Cell::orthorhombic(edge_, edge_, edge_);
      s.time = 100.0 * static_cast<double>(t);
      s.species = species_;
      s.positions.resize(static_cast<Eigen::Index>(paths_.size()), 3);
      for (std::size_t i = 0; i < paths_.size(); ++i) {
        const int a = static_cast<int>(i);
        const Vector3 site = spacing * Vector3(a % side, a / side % side, a / side / side);
        const Vector3 x = site + paths_[i][t];
        s.positions.row(a) = (wrapped ? s.cell.wrap(x) : x).transpose();
      }
      if (!wrapped) s.wrapping = Wrapping::unwrapped;
    }
    return list;
  }

 private:
  template <class Path>
  void add(const char* name, Path&& path) {
    species_.push_back(Species::element(name));
    std::vector<Vector3>& x = paths_.emplace_back();
    for (std::size_t t = 0; t < n_frames_; ++t) x.push_back(path(t));
  }
  double edge_;
  std::size_t n_frames_;
  Random random_;
  std::vector<Species> species_;
  std::vector<std::vector<Vector3>> paths_;
};

RunMotion motion_of(const std::vector<Structure>& frames, TrackOptions options) {
  TrackBuilder builder(std::move(options));
  for (const Structure& frame : frames) builder.add(frame);
  return measure_motion(builder.finish());
}

TransportResult result_of(const std::vector<Structure>& frames, TrackOptions tracks = {.species = li},
                          TransportOptions options = {.temperature = 600}) {
  return analyse_transport({motion_of(frames, std::move(tracks))}, options);
}

std::string refusal(const std::vector<Structure>& frames) {
  try {
    result_of(frames);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

// D = deviation^2 / 2 a frame of 100 fs.
double cm2_of(double deviation) {
  return deviation * deviation / 2 / 100 * units::A2_per_fs_in_cm2_per_s;
}

TEST(DiffusingHost, IsRefusedWithTheWayOut) {
  const std::vector<Structure> frames =
      Box(14, 800, 1).walkers("Li", 24, 0.06).walkers("Na", 12, 0.3).vibrating("O", 28, 0.1).frames();
  const std::string text = refusal(frames);
  for (const char* said : {"Na diffuses", "--host O", "--diffusing-host"}) EXPECT_THAT(text, HasSubstr(said));
  // Against the oxygen alone D is that of the ions. Nothing correlates them: H = 1.
  const TransportResult against_o = result_of(frames, {.species = li, .host = {Species::element("O")}});
  EXPECT_NEAR(against_o.tracer.value() * units::A2_per_fs_in_cm2_per_s / cm2_of(0.06), 1, 0.15);
  EXPECT_LT(against_o.jump.ci95.low * units::A2_per_fs_in_cm2_per_s, cm2_of(0.06));
  EXPECT_GT(against_o.jump.ci95.high * units::A2_per_fs_in_cm2_per_s, cm2_of(0.06));
  EXPECT_THAT(against_o.warnings, Not(Contains(HasSubstr("diffuses"))));
  // Who accepts it is told what it does.
  const TransportResult accepted = result_of(frames, {.species = li}, {.temperature = 600, .diffusing_host = true});
  EXPECT_THAT(accepted.warnings, Contains(HasSubstr("Na diffuses")));
}

// Few atoms that fly and few that stay: the mean of both wanders so far that the latter seem to move against it.
TEST(DiffusingHost, WhatStaysIsToldFromTheWanderingOfTheMean) {
  for (const int stay : {4, 8, 16}) {
    const std::string text =
        refusal(Box(12, 1600, 20).walkers("Li", 24, 0.06).walkers("Na", 12, 0.3).vibrating("O", stay, 0.1).frames());
    EXPECT_THAT(text, HasSubstr("--host O")) << stay;
    EXPECT_THAT(text, Not(HasSubstr("O diffuses"))) << stay;
  }
  const std::string both =
      refusal(Box(12, 1600, 21).walkers("Li", 24, 0.1).walkers("Na", 12, 0.3).walkers("Cl", 20, 0.2).frames());
  EXPECT_THAT(both, HasSubstr("Na diffuses"));
  EXPECT_THAT(both, HasSubstr("Cl diffuses"));
}

TEST(DiffusingHost, NothingStaysInALiquid) {
  const std::string text = refusal(Box(14, 600, 2).walkers("Li", 32, 0.2).walkers("Cl", 32, 0.2).frames());
  EXPECT_THAT(text, HasSubstr("Nothing stays in place"));
  EXPECT_THAT(text, Not(HasSubstr("--host ")));
}

TEST(DiffusingHost, MotionThatLeadsNowhereIsNone) {
  EXPECT_EQ(refusal(Box(14, 800, 3).walkers("Li", 24, 0.2).vibrating("O", 40, 0.4).frames()), "");
  EXPECT_EQ(refusal(Box(14, 800, 4).walkers("Li", 24, 0.2).turning("O", 40, 0.2).frames()), "") << "anions that turn";
  EXPECT_EQ(refusal(Box(14, 800, 5).walkers("Li", 24, 0.3).turning("O", 40, 0.03).frames()), "") << "slowly";
  EXPECT_EQ(refusal(Box(14, 800, 6).walkers("Li", 24, 0.3).walkers("O", 40, 0.01).frames()), "")
      << "a glass that creeps";
  EXPECT_EQ(refusal(Box(14, 800, 7).vibrating("Li", 24, 0.2).vibrating("O", 40, 0.1).frames()), "") << "nothing moves";
}

// Four walkers for a host are known poorly; a host that rests is not taken for one that moves.
TEST(DiffusingHost, IsFoundAmongFewAtomsAndNotInvented) {
  int found = 0, invented = 0;
  for (std::uint64_t seed = 100; seed < 200; ++seed) {
    const auto host = [&](Box box) { return motion_of(box.frames(), {.species = li}).checks.host.front(); };
    found += diffusion_of(host(Box(12, 200, seed).vibrating("Li", 4, 0.1).walkers("O", 4, 0.3))) > 0;
    invented += diffusion_of(host(Box(12, 200, seed).vibrating("Li", 4, 0.1).turning("O", 12, 0.5))) > 0;
    invented += diffusion_of(host(Box(12, 200, seed).vibrating("Li", 4, 0.1).vibrating("O", 12, 0.5))) > 0;
  }
  EXPECT_GE(found, 80);
  EXPECT_LE(invented, 4);  // of 200
}

TEST(DiffusingHost, ItsDiffusionIsThatOfItsSteps) {
  for (const double deviation : {0.05, 0.1, 0.4}) {
    const RunMotion run =
        motion_of(Box(14, 1000, 8).walkers("Li", 20, 0.2).walkers("S", 44, deviation).frames(), {.species = li});
    ASSERT_EQ(run.checks.host.size(), 1u);
    EXPECT_NEAR(diffusion_of(run.checks.host.front()) / (deviation * deviation / 2), 1, 0.25) << deviation;
  }
}

TEST(Host, IsWhatIsNamedAndMustBeThere) {
  const std::vector<Structure> frames = Box(12, 60, 9).walkers("Li", 10, 0.1).vibrating("O", 20, 0.1).frames();
  EXPECT_THROW(motion_of(frames, {.species = li, .host = {Species::element("P")}}), InputError);
  EXPECT_THROW(motion_of(frames, {.species = li, .host = {li}}), InputError);
  EXPECT_EQ(motion_of(frames, {.species = li, .host = {Species::element("O")}}).tracer.total,
            motion_of(frames, {.species = li}).tracer.total);
}

TEST(Steps, AboveAQuarterOfTheCellAreSaid) {
  const auto warnings = [](const std::vector<Structure>& frames) { return result_of(frames).warnings; };
  // A cell of 8 Å: steps of 0.3 Å are harmless, of 0.8 Å an axis not.
  EXPECT_THAT(warnings(Box(8, 300, 10).walkers("Li", 8, 0.3).vibrating("O", 19, 0.05).frames(true)),
              Not(Contains(HasSubstr("of the cell along"))));
  EXPECT_THAT(warnings(Box(8, 300, 11).walkers("Li", 8, 0.75).vibrating("O", 19, 0.05).frames(true)),
              Contains(HasSubstr("D comes out too small")));
  EXPECT_THAT(warnings(Box(8, 300, 12).walkers("Li", 8, 0.8).vibrating("O", 19, 0.05).frames()),
              Contains(HasSubstr("frames are far apart")));
  // Wrapped positions under the name of unwrapped ones jump by the whole cell.
  std::vector<Structure> wrapped = Box(8, 300, 13).walkers("Li", 8, 0.3).vibrating("O", 19, 0.05).frames(true);
  for (Structure& s : wrapped) s.wrapping = Wrapping::unwrapped;
  TrackOptions lab{.species = li, .frame = ReferenceFrame::lab};
  EXPECT_THAT(result_of(wrapped, lab).warnings, Contains(HasSubstr("look wrapped")));
  // And so do image flags that are always zero.
  for (Structure& s : wrapped) {
    s.wrapping = Wrapping::unknown;
    s.images.assign(s.size(), {0, 0, 0});
  }
  EXPECT_THAT(result_of(wrapped, lab).warnings, Contains(HasSubstr("image flags do not belong to them")));
}

TEST(VacuumInTransport, IsSaidUnlessTheVolumeIsGiven) {
  std::vector<Structure> slab = Box(12, 200, 14).walkers("Li", 24, 0.2, {1, 1, 0}).vibrating("O", 40, 0.1).frames();
  const double before = *result_of(slab).conductivity.value;
  EXPECT_THAT(result_of(slab).warnings, Not(Contains(HasSubstr("vacuum"))));
  for (Structure& s : slab) s.cell = Cell::orthorhombic(12, 12, 36);
  const TransportResult with = result_of(slab);
  EXPECT_THAT(with.warnings, Contains(HasSubstr("is vacuum")));
  EXPECT_THAT(with.warnings, Contains(HasSubstr("the layer of about")));
  EXPECT_NEAR(*with.conductivity.value * 3 / before, 1, 1e-9);
  // Spread over three times the length along every axis: a gas, no layer.
  std::vector<Structure> gas = slab;
  for (Structure& s : gas) {
    s.cell = Cell::orthorhombic(36, 36, 36);
    s.positions *= 3;
  }
  EXPECT_THAT(result_of(gas).warnings, Contains(HasSubstr("atoms that flew apart")));
  const TransportResult stated = result_of(slab, {.species = li}, {.temperature = 600, .volume = 12 * 12 * 12});
  EXPECT_NEAR(*stated.conductivity.value / before, 1, 1e-9);
  EXPECT_THAT(stated.warnings, Not(Contains(HasSubstr("vacuum"))));
  for (Structure& s : slab) s.cell = Cell(Cell::orthorhombic(12, 12, 13).matrix(), {true, true, false});
  EXPECT_THAT(result_of(slab).warnings, Contains(HasSubstr("does not repeat along all")));
}

TEST(Dimensions, OfTheMotionAreNoted) {
  const auto notes = [](std::array<double, 3> axes) {
    return result_of(Box(12, 800, 15).walkers("Li", 40, 0.2, axes).vibrating("O", 24, 0.1).frames()).notes;
  };
  EXPECT_THAT(notes({1, 1, 1}), testing::IsEmpty());
  EXPECT_THAT(notes({1, 0, 1}), Contains(HasSubstr("two-dimensional, along x and z")));
  EXPECT_THAT(notes({0, 1, 0}), Contains(HasSubstr("one-dimensional, along y")));
  EXPECT_THAT(notes({1, 0.8, 0.7}), testing::IsEmpty());
}

TEST(Charges, ThatAreUnknownAreSaid) {
  for (const char* ion : {"Fe", "V", "Mn", "Ce", "Co"}) {
    const std::vector<Structure> frames = Box(10, 200, 16).walkers(ion, 20, 0.2).vibrating("O", 30, 0.1).frames();
    const TrackOptions tracks{.species = Species::element(ion)};
    const TransportResult unknown = result_of(frames, tracks);
    EXPECT_FALSE(unknown.conductivity.value);
    EXPECT_THAT(unknown.warnings, Contains(HasSubstr("no usual charge")));
    const TransportResult stated = result_of(frames, tracks, {.temperature = 600, .charge = 3});
    EXPECT_TRUE(stated.conductivity.value);
    EXPECT_THAT(stated.warnings, Not(Contains(HasSubstr("charge"))));
    EXPECT_THAT(result_of(frames, tracks, {}).warnings, Not(Contains(HasSubstr("charge")))) << "no temperature";
    EXPECT_THROW(result_of(frames, tracks, {.temperature = 600, .charge = 0}), InputError);
  }
}

TEST(OneSpecies, HasNoJumpDiffusion) {
  const std::vector<Structure> frames = Box(10, 400, 17).walkers("Li", 27, 0.2).frames();
  for (const ReferenceFrame frame : {ReferenceFrame::lab, ReferenceFrame::centre_of_mass}) {
    const TransportResult r = result_of(frames, {.species = li, .frame = frame});
    EXPECT_TRUE(r.tracer.resolved);
    EXPECT_FALSE(r.jump.resolved);
    EXPECT_THAT(r.jump.reason, HasSubstr("zero by construction"));
    EXPECT_FALSE(std::isfinite(r.jump.needed_run_length));
    EXPECT_FALSE(r.conductivity_jump.value || r.conductivity_jump.upper_bound);
  }
}

// The field's own files; D as they were made.
TEST(FieldFiles, GiveTheRightAnswers) {
  const auto motion = [](const std::string& file, TrackOptions options) {
    io::ReadOptions reading;
    reading.timestep = 100;
    const auto reader = io::open_frames(test::reference("field/analysis/" + file), reading);
    return measure_motion(follow_ions([&] { return reader->next(); }, options));
  };
  const std::string two = "09-two-mobile-species/resolved.dump.gz";
  VITRION_NEEDS_REFERENCE("field/analysis/" + two);
  EXPECT_THROW(analyse_transport({motion(two, {.species = li})}, {}), InputError);
  const TransportResult r = analyse_transport({motion(two, {.species = li, .host = {Species::element("O")}})}, {});
  for (const Diffusivity* d : {&r.tracer, &r.jump}) {
    EXPECT_LT(d->ci95.low * units::A2_per_fs_in_cm2_per_s, 2e-6);
    EXPECT_GT(d->ci95.high * units::A2_per_fs_in_cm2_per_s, 2e-6);
  }
  const std::string iron = "12-charges/iron.dump.gz";
  VITRION_NEEDS_REFERENCE("field/analysis/" + iron);
  EXPECT_THAT(analyse_transport({motion(iron, {.species = Species::element("Fe")})}, {.temperature = 600}).warnings,
              Contains(HasSubstr("no usual charge")));
}

}  // namespace
}  // namespace vitrion::transport
