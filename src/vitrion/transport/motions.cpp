#include "vitrion/transport/motions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "vitrion/core/random.hpp"
#include "vitrion/transport/ion_tracks.hpp"
#include "vitrion/transport/msd.hpp"

namespace vitrion::transport {
namespace {

/// A coordinate that forgets itself in `time` frames (0: at once), of standard deviation `amplitude`.
class BoundedCoordinate {
 public:
  BoundedCoordinate(double amplitude, double time)
      : memory_(time > 0 ? std::exp(-1 / time) : 0),
        amplitude_(amplitude),
        kick_(amplitude * std::sqrt(1 - memory_ * memory_)) {}
  double start(Random& random) { return x_ = amplitude_ * random.normal(); }
  double next(Random& random) { return x_ = memory_ * x_ + kick_ * random.normal(); }

 private:
  double memory_, amplitude_, kick_, x_ = 0;
};

/// Paths under construction, shape (n_ions, 3, n_frames).
class Paths {
 public:
  Paths(std::size_t n_ions, std::size_t n_frames) : n_frames_(n_frames), values_(n_ions * 3 * n_frames) {}
  void set(std::size_t ion, std::size_t frame, const Vector3& x) {
    for (std::size_t k = 0; k < 3; ++k) values_[(3 * ion + k) * n_frames_ + frame] = x[static_cast<Eigen::Index>(k)];
  }
  void set_all(std::size_t frame, const std::vector<Vector3>& sites) {
    for (std::size_t i = 0; i < sites.size(); ++i) set(i, frame, sites[i]);
  }
  /// Adds vibration of variance msd/6 an axis: a stationary coordinate of variance v adds 2 v to the MSD of its axis.
  std::vector<double> vibrating(const Vibration& vibration, Random& random) && {
    if (!(vibration.msd > 0)) return std::move(values_);
    BoundedCoordinate shift(std::sqrt(vibration.msd / 6), vibration.time);
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i] += i % n_frames_ == 0 ? shift.start(random) : shift.next(random);
    return std::move(values_);
  }

 private:
  std::size_t n_frames_;
  std::vector<double> values_;
};

/// A vector of this length in any direction.
Vector3 hop(double length, Random& random) {
  const Vector3 direction(random.normal(), random.normal(), random.normal());
  return direction * (length / direction.norm());
}

double waiting_time(double rate, Random& random) {
  return -std::log(1 - random.uniform()) / rate;
}

/// A step of the walk along x, y, z, Å.
Vector3 step_of(const WalkModel& model, Random& random) {
  if (model.hop_length > 0) {
    if (random.uniform() >= model.msd_per_frame / (model.hop_length * model.hop_length)) return Vector3::Zero();
    return hop(model.hop_length, random);
  }
  const Vector3 sigma = (model.axes * (model.msd_per_frame / 3)).cwiseSqrt();
  return sigma.cwiseProduct(Vector3(random.normal(), random.normal(), random.normal()));
}

std::vector<double> walk(const WalkModel& model, Random& random) {
  const std::size_t n = model.n_frames, ions = model.n_ions;
  // Steps sqrt(1 - share) own + sqrt(share) common: D_J / D* = 1 + (n_ions - 1) share.
  const double share = ions > 1 ? (1 / model.haven_ratio - 1) / static_cast<double>(ions - 1) : 0;
  std::vector<Vector3> common;
  for (std::size_t t = 0; share > 0 && t < n; ++t) common.push_back(step_of(model, random));
  Paths paths(ions, n);
  for (std::size_t i = 0; i < ions; ++i) {
    Vector3 site = Vector3::Zero();
    for (std::size_t t = 1; t < n; ++t) {
      site += std::sqrt(1 - share) * step_of(model, random);
      if (share > 0) site += std::sqrt(share) * common[t];
      paths.set(i, t, site);
    }
  }
  return std::move(paths).vibrating({model.vibration, model.vibration_time}, random);
}

/// The symmetric exclusion process on a torus, driven by its vacancies.
class LatticeGas {
 public:
  LatticeGas(const VacancyModel& model, Random& random)
      : edge_(model.edge), length_(model.hop_length), ion_on_(edge_ * edge_ * edge_), empty_(model.vacancies) {
    std::iota(ion_on_.begin(), ion_on_.end(), std::size_t{0});
    for (std::size_t s = ion_on_.size(); s-- > 1;) std::swap(ion_on_[s], ion_on_[random.below(s + 1)]);
    const std::size_t ions = ion_on_.size() - model.vacancies;
    for (std::size_t s = 0; s < ion_on_.size(); ++s)
      if (ion_on_[s] >= ions) empty_[ion_on_[s] - ions] = s;
    positions_.assign(ions, Vector3::Zero());
  }
  const std::vector<Vector3>& positions() const { return positions_; }

  /// One vacancy tries one of its six neighbors; nothing happens where that is empty too.
  void attempt(Random& random) {
    const std::size_t vacancy = random.below(empty_.size()), direction = random.below(6);
    const std::size_t from = empty_[vacancy], to = neighbor(from, direction), ion = ion_on_[to];
    if (ion >= positions_.size()) return;
    positions_[ion][static_cast<Eigen::Index>(direction / 2)] += direction % 2 ? length_ : -length_;
    std::swap(ion_on_[from], ion_on_[to]);
    empty_[vacancy] = to;
  }

 private:
  std::size_t neighbor(std::size_t site, std::size_t direction) const {
    std::size_t stride = 1;
    for (std::size_t k = 0; k < direction / 2; ++k) stride *= edge_;
    const std::size_t x = site / stride % edge_;
    // The ion comes from where the vacancy goes: along - for odd directions, whose ion moves along +.
    const std::size_t moved = direction % 2 ? (x + edge_ - 1) % edge_ : (x + 1) % edge_;
    return site + moved * stride - x * stride;
  }

  std::size_t edge_;
  double length_;
  std::vector<std::size_t> ion_on_;  // per site; n_ions + v for vacancy v
  std::vector<std::size_t> empty_;   // site of each vacancy
  std::vector<Vector3> positions_;
};

std::vector<double> vacancy_paths(const VacancyModel& model, Random& random) {
  LatticeGas gas(model, random);
  Paths paths(gas.positions().size(), model.n_frames);
  const double rate = 6 * model.rate * static_cast<double>(model.vacancies);
  double next = waiting_time(rate, random);
  for (std::size_t t = 0; t < model.n_frames; ++t) {
    for (; next < static_cast<double>(t); next += waiting_time(rate, random)) gas.attempt(random);
    paths.set_all(t, gas.positions());
  }
  return std::move(paths).vibrating(model.vibration, random);
}

/// 6 D_J in Å^2 a frame.
double vacancy_collective(const VacancyModel& model) {
  const auto sites = static_cast<double>(model.edge * model.edge * model.edge);
  return 6 * model.rate * model.hop_length * model.hop_length * static_cast<double>(model.vacancies) / (sites - 1);
}

/// One ion that rests, hops, and is back or settled a memory time later.
std::vector<double> back_jump_paths(const BackJumpModel& model, Random& random) {
  Paths paths(model.n_ions, model.n_frames);
  const double start = -20 * (model.memory + 1 / model.rate);  // forgets that all begin at rest
  for (std::size_t i = 0; i < model.n_ions; ++i) {
    Vector3 site = Vector3::Zero(), before = site;
    bool settled = true;
    double next = start + waiting_time(model.rate, random);
    for (std::size_t t = 0; t < model.n_frames; ++t) {
      while (next < static_cast<double>(t)) {
        if (settled) {
          before = site;
          site += hop(model.hop_length, random);
        } else if (random.uniform() < model.back) {
          site = before;
        }
        settled = !settled;
        next += waiting_time(settled ? model.rate : 1 / model.memory, random);
      }
      paths.set(i, t, site);
    }
  }
  return std::move(paths).vibrating(model.vibration, random);
}

std::vector<double> group_paths(const GroupModel& model, Random& random) {
  Paths paths(model.groups * model.size, model.n_frames);
  for (std::size_t g = 0; g < model.groups; ++g) {
    Vector3 site = Vector3::Zero();
    double next = waiting_time(model.rate, random);
    for (std::size_t t = 0; t < model.n_frames; ++t) {
      for (; next < static_cast<double>(t); next += waiting_time(model.rate, random))
        site += hop(model.hop_length, random);
      for (std::size_t i = 0; i < model.size; ++i) paths.set(g * model.size + i, t, site);
    }
  }
  return std::move(paths).vibrating(model.vibration, random);
}

/// P(L), L = 1 .. n_ions.
std::vector<double> string_lengths(const StringModel& model) {
  std::vector<double> p(model.n_ions);
  double sum = 0;
  for (std::size_t l = 0; l < p.size(); ++l) sum += p[l] = std::pow(1 - 1 / model.mean_length, static_cast<double>(l));
  for (double& x : p) x /= sum;
  return p;
}

std::vector<double> string_paths(const StringModel& model, Random& random) {
  const std::vector<double> p = string_lengths(model);
  Paths paths(model.n_ions, model.n_frames);
  std::vector<Vector3> sites(model.n_ions, Vector3::Zero());
  std::vector<std::size_t> order(model.n_ions);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double next = waiting_time(model.rate, random);
  for (std::size_t t = 0; t < model.n_frames; ++t) {
    for (; next < static_cast<double>(t); next += waiting_time(model.rate, random)) {
      const Vector3 step = hop(model.hop_length, random);
      double left = random.uniform() - p[0];
      std::size_t length = 1;
      while (left > 0 && length < p.size()) left -= p[length++];
      for (std::size_t i = 0; i < length; ++i) {
        std::swap(order[i], order[i + random.below(order.size() - i)]);
        sites[order[i]] += step;
      }
    }
    paths.set_all(t, sites);
  }
  return std::move(paths).vibrating(model.vibration, random);
}

std::vector<double> trap_paths(const TrapModel& model, Random& random) {
  Paths paths(model.n_ions, model.n_frames);
  // The state after one frame: kept with exp(-1/exchange), else drawn anew.
  const double keep = std::exp(-1 / model.exchange), sigma = std::sqrt(model.msd_when_mobile / 3);
  for (std::size_t i = 0; i < model.n_ions; ++i) {
    Vector3 site = Vector3::Zero();
    bool mobile = random.uniform() < model.mobile_share;
    for (std::size_t t = 1; t < model.n_frames; ++t) {
      if (random.uniform() >= keep) mobile = random.uniform() < model.mobile_share;
      if (mobile) site += sigma * Vector3(random.normal(), random.normal(), random.normal());
      paths.set(i, t, site);
    }
  }
  return std::move(paths).vibrating(model.vibration, random);
}

std::vector<double> double_well_paths(const DoubleWellModel& model, Random& random) {
  Paths paths(model.n_ions, model.n_frames);
  for (std::size_t i = 0; i < model.n_ions; ++i) {
    const Vector3 other = hop(model.hop_length, random);
    bool there = random.uniform() < 0.5;
    double next = waiting_time(model.rate, random);
    for (std::size_t t = 0; t < model.n_frames; ++t) {
      for (; next < static_cast<double>(t); next += waiting_time(model.rate, random)) there = !there;
      paths.set(i, t, there ? other : Vector3::Zero());
    }
  }
  return std::move(paths).vibrating(model.vibration, random);
}

/// Sites of everything in a cell at one time: ions, the second species, the host (one atom an ion).
struct CellState {
  std::vector<Vector3> ions, others, host;

  CellState(const CellModel& model, Random& random) {
    const auto anywhere = [&]() -> Vector3 {
      return Vector3(random.uniform(), random.uniform(), random.uniform()) * model.edge;
    };
    for (std::size_t i = 0; i < model.n_ions; ++i) {
      ions.push_back(anywhere());
      host.push_back(anywhere());
      if (model.second_species) others.push_back(anywhere());
    }
  }
  void advance(const CellModel& model, Random& random) {
    for (Vector3& ion : ions) {
      if (random.uniform() >= model.rate) continue;
      const Vector3 step = hop(model.hop_length, random);
      ion += step;
      if (!others.empty() && random.uniform() < 0.5) others[random.below(others.size())] -= step;
    }
    for (Vector3& other : others)
      if (random.uniform() < 2.5 * model.rate) other += hop(model.hop_length, random);
  }
};

Positions positions_of(const CellState& state, const Vector3& drift, double scale, Random& random) {
  constexpr double vibration = 0.2;  // Å, an axis
  Positions x(static_cast<Eigen::Index>(state.ions.size() + state.others.size() + state.host.size()), 3);
  Eigen::Index row = 0;
  for (const auto* species : {&state.ions, &state.others, &state.host})
    for (const Vector3& site : *species) {
      const Vector3 shake = vibration * Vector3(random.normal(), random.normal(), random.normal());
      x.row(row++) = (scale * (site + drift) + shake).transpose();
    }
  return x;
}

std::vector<double> cell_paths(const CellModel& model, Random& random) {
  CellState state(model, random);
  std::vector<Species> species(state.ions.size(), Species::element("Li"));
  species.insert(species.end(), state.others.size(), Species::element("Na"));
  species.insert(species.end(), state.host.size(), Species::element("O"));
  TrackBuilder builder({.species = species.front(),
                        .frame = model.second_species ? ReferenceFrame::lab : ReferenceFrame::host,
                        .file = model.name});
  BoundedCoordinate breath(model.breathing, model.breathing_time);
  for (std::size_t t = 0; t < model.n_frames; ++t) {
    if (t > 0) state.advance(model, random);
    const double scale = 1 + (t == 0 ? breath.start(random) : breath.next(random)), edge = model.edge * scale;
    const Vector3 drift = Vector3::Constant(model.drift * static_cast<double>(t) / std::sqrt(3.0));
    builder.add(positions_of(state, drift, scale, random), species, static_cast<double>(t),
                Cell::orthorhombic(edge, edge, edge));
  }
  const IonTracks tracks = builder.finish();
  std::vector<double> paths(model.n_ions * 3 * model.n_frames);
  tracks.read(0, model.n_ions, paths.data());
  return paths;
}

/// A motion whose paths `make(model, random)` draws.
template <class Model>
Motion motion(std::string name, std::size_t n_ions, const Model& model, double msd_per_frame, double haven_ratio,
              std::vector<double> (*make)(const Model&, Random&)) {
  return {std::move(name),
          n_ions,
          model.n_frames,
          msd_per_frame,
          haven_ratio,
          [model, make](std::uint64_t seed, std::uint64_t walk) {
            Random random(seed, walk);
            return make(model, random);
          }};
}

double square(double x) {
  return x * x;
}

}  // namespace

Motion walk_motion(const WalkModel& model) {
  return motion(model.name, model.n_ions, model, model.msd_per_frame, model.haven_ratio, walk);
}

Motion vacancy_motion(const VacancyModel& model) {
  const std::size_t sites = model.edge * model.edge * model.edge;
  return motion("vacancies " + std::to_string(model.vacancies) + "/" + std::to_string(sites), sites - model.vacancies,
                model, model.tracer_factor * vacancy_collective(model), model.tracer_factor, vacancy_paths);
}

TracerFactor vacancy_tracer_factor(const VacancyModel& model, std::size_t first, std::size_t runs, std::uint64_t seed) {
  VacancyModel still = model;
  still.vibration = {};
  const Motion gas = vacancy_motion(still);
  double sum = 0, squares = 0;
  for (std::size_t r = 0; r < runs; ++r) {
    const std::vector<double> msd = displacements_of(gas.simulate(seed, r), gas.n_ions, 1).total;
    const double f = (msd[2 * first] - msd[first]) / (static_cast<double>(first) * vacancy_collective(model));
    sum += f;
    squares += f * f;
  }
  const auto n = static_cast<double>(runs);
  return {sum / n, std::sqrt((squares / n - square(sum / n)) / (n - 1))};
}

Motion back_jump_motion(const BackJumpModel& model) {
  const double msd = (1 - model.back) * square(model.hop_length) / (1 / model.rate + model.memory);
  const std::string name = fmt::format("back-jumps {:g} %, {:g}", 100 * model.back, model.memory);
  return motion(name, model.n_ions, model, msd, 1, back_jump_paths);
}

Motion group_motion(const GroupModel& model) {
  const std::string name =
      fmt::format("groups of {}, {:.0f} hops", model.size, model.rate * static_cast<double>(model.n_frames));
  return motion(name, model.groups * model.size, model, model.rate * square(model.hop_length),
                1 / static_cast<double>(model.size), group_paths);
}

Motion string_motion(const StringModel& model) {
  const std::vector<double> p = string_lengths(model);
  double mean = 0, squares = 0;
  for (std::size_t l = 0; l < p.size(); ++l) {
    mean += p[l] * static_cast<double>(l + 1);
    squares += p[l] * square(static_cast<double>(l + 1));
  }
  const double msd = model.rate * mean * square(model.hop_length) / static_cast<double>(model.n_ions);
  return motion("strings", model.n_ions, model, msd, mean / squares, string_paths);
}

Motion trap_motion(const TrapModel& model) {
  return motion("trapping", model.n_ions, model, model.mobile_share * model.msd_when_mobile, 1, trap_paths);
}

Motion double_well_motion(const DoubleWellModel& model) {
  return motion("double wells (D = 0)", model.n_ions, model, 0, 1, double_well_paths);
}

Motion cage_motion(std::size_t n_ions, std::size_t n_frames, const Vibration& cage) {
  const WalkModel still{.name = "slow cage (D = 0)",
                        .n_ions = n_ions,
                        .n_frames = n_frames,
                        .msd_per_frame = 0,
                        .vibration = cage.msd,
                        .vibration_time = cage.time};
  return walk_motion(still);
}

Motion cell_motion(const CellModel& model) {
  return motion(model.name, model.n_ions, model, model.rate * square(model.hop_length), 1, cell_paths);
}

}  // namespace vitrion::transport
