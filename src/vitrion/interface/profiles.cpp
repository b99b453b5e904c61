#include "vitrion/interface/profiles.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "vitrion/core/error.hpp"
#include "vitrion/core/number.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/interface/bond_valence.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/transport/distributions.hpp"

namespace vitrion::interface {
namespace {

constexpr std::size_t time_blocks = 10;
constexpr double farthest_ion = 6;        // Å, where the nearest ion is looked for
constexpr double shortest_lateral = 1.2;  // 1/Å, |G| of a Bragg peak
constexpr double longest_lateral = 4;
constexpr std::size_t most_lateral = 300;
constexpr double empty_host = 0.1, full_host = 0.7;  // of the plateau
constexpr double empty_ion = 0.05;                   // of the largest density
constexpr double smoothing = 2;                      // Å, half width of the mean that regions are found from

/// Rows of a sample behind the densities.
enum Row : std::size_t {
  row_ions,
  row_with_near,
  row_nearest,
  row_near_ions,
  row_near_anions,
  row_valence,
  row_normal,
  row_lateral
};
constexpr std::size_t further_rows = 8;

// Mean over the run of the ratio of two rows, or of one row times `scale`, with its interval from blocks of the run.
struct Ratio {
  double value, low, high;
};

Ratio ratio_of(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> block;
  double all_over = 0, all_under = 0;
  for (std::size_t b = 0; b < time_blocks; ++b) {
    double o = 0, u = 0;
    for (std::size_t s = b * over.size() / time_blocks; s < (b + 1) * over.size() / time_blocks; ++s) {
      o += over[s];
      u += under[s];
    }
    all_over += o;
    all_under += u;
    if (u > 0) block.push_back(o / u);
  }
  if (!(all_under > 0)) return {std::nan(""), std::nan(""), std::nan("")};
  const double mean = all_over / all_under, n = static_cast<double>(block.size());
  if (block.size() < 2) return {mean, std::nan(""), std::nan("")};
  double squares = 0, neighbors = 0;
  for (std::size_t b = 0; b < block.size(); ++b) {
    squares += (block[b] - mean) * (block[b] - mean);
    if (b > 0) neighbors += (block[b] - mean) * (block[b - 1] - mean);
  }
  // Blocks that are like the one before them are fewer than they seem.
  const double memory = squares > 0 ? std::clamp(neighbors / squares, 0.0, 0.8) : 0;
  const double error = std::sqrt(squares / (n * (n - 1)) * (1 + memory) / (1 - memory));
  const double t = transport::student_quantile(0.975, n - 1);
  return {mean, mean - t * error, mean + t * error};
}

void append(Profile& p, const Ratio& r) {
  p.value.push_back(r.value);
  p.low.push_back(r.low);
  p.high.push_back(r.high);
}

// Stress of an atom along x, y, z times its volume, eV; nothing where the file has none. LAMMPS writes -stress*volume
// in bar Å^3 as c_NAME[1..3] with "stress" in the name.
std::vector<std::array<double, 3>> stress_of(const Structure& frame) {
  std::array<const AtomColumn*, 3> columns{};
  for (const auto& [name, column] : frame.columns) {
    if (column.width != 1 || name.find("stress") == std::string::npos || name.size() < 3) continue;
    const std::string end = name.substr(name.size() - 3);
    if (end == "[1]" || end == "[2]" || end == "[3]") columns[static_cast<std::size_t>(end[1] - '1')] = &column;
  }
  if (!columns[0] || !columns[1] || !columns[2]) return {};
  std::vector<std::array<double, 3>> all(frame.size());
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k)
      all[i][k] = parse_double(columns[k]->values[i]).value_or(0) / units::eV_per_A3_in_bar;
  return all;
}

}  // namespace

Profiler::Profiler(ProfileOptions options, int normal_axis) : options_(std::move(options)), axis_(normal_axis) {}

void Profiler::add(const Structure& frame) {
  if (seen_ == 0) {
    species_ = distinct_species(frame);
    anions_ = options_.anions;
    if (anions_.empty())
      for (const char* name : {"N", "O", "F", "S", "Cl", "Se", "Br", "I"})
        if (const Species s = Species::element(name); contains(species_, s) && s != options_.ion) anions_.push_back(s);
    const double length = frame.cell.heights()[axis_];
    n_bins_ = std::max<std::size_t>(3, static_cast<std::size_t>(std::floor(length / options_.bin)));
    stress_ = !stress_of(frame).empty();
    for (const Species& a : anions_) valence_ = valence_ || bond_valence(options_.ion, a, 2).has_value();
    const Matrix3 reciprocal = 2 * std::numbers::pi * frame.cell.spanning().inverse().transpose();
    const int u = (axis_ + 1) % 3, v = (axis_ + 2) % 3;
    for (int h = 0; h <= 40 && lateral_.size() < most_lateral; ++h)
      for (int k = h == 0 ? 1 : -40; k <= 40 && lateral_.size() < most_lateral; ++k) {
        const Vector3 n = reciprocal.row(axis_).normalized();
        Vector3 g = h * reciprocal.row(u) + k * reciprocal.row(v);
        g -= g.dot(n) * n;
        if (g.norm() >= shortest_lateral && g.norm() <= longest_lateral) lateral_.push_back({h, k});
      }
  }
  if (seen_++ % stride_ != 0) return;

  const std::size_t rows = species_.size() + further_rows + lateral_.size();
  Sample sample{std::vector<double>(rows * n_bins_, 0.0)};
  const Matrix3 inverse = frame.cell.spanning().inverse();
  std::vector<std::size_t> bin(frame.size());
  const auto at = [&](std::size_t row, std::size_t b) -> double& { return sample.sums[row * n_bins_ + b]; };
  std::vector<int> kind(frame.size());
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const double s = frame.positions.row(static_cast<Eigen::Index>(i)).dot(inverse.col(axis_));
    bin[i] = std::min(n_bins_ - 1, static_cast<std::size_t>((s - std::floor(s)) * static_cast<double>(n_bins_)));
    const auto k =
        static_cast<std::size_t>(std::find(species_.begin(), species_.end(), frame.species[i]) - species_.begin());
    ++at(k, bin[i]);
    kind[i] = frame.species[i] == options_.ion ? 0 : contains(anions_, frame.species[i]) ? 1 : 2;
  }
  const std::size_t first = species_.size();
  const neighbors::PeriodicNeighborhoods near(frame, std::vector<int>(frame.size(), 0),
                                              std::max({farthest_ion, options_.ion_cutoff, options_.anion_cutoff}));
  const neighbors::Neighborhoods view = near.view();
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (kind[i] != 0) continue;
    const std::size_t b = bin[i];
    ++at(first + row_ions, b);
    double closest = INFINITY;
    for (const int j : view.of(i)) {
      const auto owner = static_cast<std::size_t>(
          j < static_cast<int>(frame.size()) ? j : near.owners()[static_cast<std::size_t>(j) - frame.size()]);
      if (kind[owner] == 2) continue;
      const double *a = view.positions + 3 * i, *c = view.positions + 3 * static_cast<std::size_t>(j);
      const double r = std::hypot(a[0] - c[0], a[1] - c[1], a[2] - c[2]);
      if (kind[owner] == 0) {
        closest = std::min(closest, r);
        at(first + row_near_ions, b) += r < options_.ion_cutoff;
      } else {
        at(first + row_near_anions, b) += r < options_.anion_cutoff;
        at(first + row_valence, b) += bond_valence(options_.ion, frame.species[owner], r).value_or(0);
      }
    }
    if (closest < farthest_ion) {
      ++at(first + row_with_near, b);
      at(first + row_nearest, b) += closest;
    }
  }
  if (stress_) {
    const auto stress = stress_of(frame);
    const auto a = static_cast<std::size_t>(axis_);
    for (std::size_t i = 0; i < stress.size(); ++i) {
      at(first + row_normal, bin[i]) += stress[i][a];
      at(first + row_lateral, bin[i]) += 0.5 * (stress[i][(a + 1) % 3] + stress[i][(a + 2) % 3]);
    }
  }
  const int u = (axis_ + 1) % 3, v = (axis_ + 2) % 3;
  std::vector<std::complex<double>> wave(n_bins_);
  for (std::size_t g = 0; g < lateral_.size(); ++g) {
    std::fill(wave.begin(), wave.end(), 0.0);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      if (kind[i] != 0) continue;
      const auto row = frame.positions.row(static_cast<Eigen::Index>(i));
      wave[bin[i]] +=
          std::polar(1.0, 2 * std::numbers::pi *
                              (lateral_[g][0] * row.dot(inverse.col(u)) + lateral_[g][1] * row.dot(inverse.col(v))));
    }
    for (std::size_t b = 0; b < n_bins_; ++b) at(first + further_rows + g, b) = std::norm(wave[b]);
  }
  samples_.push_back(std::move(sample));
  if (samples_.size() < options_.samples) return;
  std::size_t kept = 0;
  for (std::size_t s = 0; s < samples_.size(); s += 2) {
    if (s > 0) samples_[kept] = std::move(samples_[s]);
    ++kept;
  }
  samples_.resize(kept);
  stride_ *= 2;
}

Profiles Profiler::finish(double start, double length, double area, double from, double to) const {
  const auto part = [&](double share) {
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(samples_.size())));
  };
  const std::size_t begin = part(from), end = part(to), first = species_.size();
  Profiles p;
  p.start = start;
  p.width = length / static_cast<double>(n_bins_);
  p.n_samples = end - begin;
  const auto row = [&](std::size_t r, std::size_t b) {
    std::vector<double> values;
    for (std::size_t s = begin; s < end; ++s) values.push_back(samples_[s].sums[r * n_bins_ + b]);
    return values;
  };
  const auto profile = [&](std::string key, std::string name, std::size_t over, std::size_t under) {
    Profile q{std::move(key), std::move(name), {}, {}, {}};
    for (std::size_t b = 0; b < n_bins_; ++b) append(q, ratio_of(row(over, b), row(under, b)));
    return q;
  };
  for (std::size_t b = 0; b < n_bins_; ++b) p.center.push_back(start + (static_cast<double>(b) + 0.5) * p.width);
  const std::vector<double> volume(end - begin, area * p.width);
  for (std::size_t k = 0; k < species_.size(); ++k) {
    Profile q{"density_" + species_[k].name(), species_[k].name(), {}, {}, {}};
    for (std::size_t b = 0; b < n_bins_; ++b) append(q, ratio_of(row(k, b), volume));
    p.density.push_back(std::move(q));
  }
  p.ion_distance = profile("ion_distance", "nearest ion", first + row_nearest, first + row_with_near);
  p.ion_coordination = profile("ion_coordination", "ions", first + row_near_ions, first + row_ions);
  p.anion_coordination = profile("anion_coordination", "anions", first + row_near_anions, first + row_ions);
  if (valence_) p.bond_valence = profile("bond_valence", "bond-valence sum", first + row_valence, first + row_ions);
  if (stress_)
    for (const bool normal : {true, false}) {
      Profile q{normal ? "stress_normal" : "stress_lateral", normal ? "along the normal" : "in the plane", {}, {}, {}};
      for (std::size_t b = 0; b < n_bins_; ++b) {
        Ratio r = ratio_of(row(first + (normal ? row_normal : row_lateral), b), volume);
        for (double* x : {&r.value, &r.low, &r.high}) *x *= units::eV_per_A3_in_GPa;
        append(q, r);
      }
      p.stress.push_back(std::move(q));
    }
  p.lateral_order = {"lateral_order", "strongest lateral peak", {}, {}, {}};
  for (std::size_t b = 0; b < n_bins_; ++b) {
    const std::vector<double> n = row(first + row_ions, b);
    std::vector<double> squares, noise;
    for (const double x : n) squares.push_back(x * x);
    Ratio best{std::nan(""), std::nan(""), std::nan("")};
    for (std::size_t g = 0; g < lateral_.size(); ++g) {
      // N atoms at random have N: taken off.
      std::vector<double> peak = row(first + further_rows + g, b);
      for (std::size_t s = 0; s < peak.size(); ++s) peak[s] -= n[s];
      const Ratio r = ratio_of(peak, squares);
      if (!(best.value >= r.value)) best = r;
    }
    append(p.lateral_order, best);
  }
  return p;
}

namespace {

std::vector<double> smoothed(const std::vector<double>& values, double width, bool periodic) {
  const auto n = static_cast<std::ptrdiff_t>(values.size());
  const auto reach = static_cast<std::ptrdiff_t>(std::lround(smoothing / width));
  std::vector<double> out;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    double sum = 0, count = 0;
    for (std::ptrdiff_t j = i - reach; j <= i + reach; ++j) {
      if (!periodic && (j < 0 || j >= n)) continue;
      sum += values[static_cast<std::size_t>(((j % n) + n) % n)];
      ++count;
    }
    out.push_back(sum / count);
  }
  return out;
}

}  // namespace

Partition find_regions(const Profiles& profiles, const Species& ion, double period, bool periodic, double narrowest) {
  const std::string remedy = "Name them by hand: --regions metal=0:12,glass=18:40 (Å along the normal).";
  const std::size_t n = profiles.center.size();
  std::vector<double> host(n, 0.0), mobile(n, 0.0);
  for (const Profile& p : profiles.density)
    for (std::size_t b = 0; b < n; ++b) (p.name == ion.name() ? mobile : host)[b] += p.value[b];
  host = smoothed(host, profiles.width, periodic);
  mobile = smoothed(mobile, profiles.width, periodic);
  std::vector<double> sorted = host;
  std::sort(sorted.begin(), sorted.end());
  const double plateau = sorted[n - 1 - n / 10], most = *std::max_element(mobile.begin(), mobile.end());
  if (!(plateau > 0)) throw InputError("every atom is " + ion.name() + ": no two regions to be found", remedy);
  enum class Kind { metal, glass, vacuum, other };
  std::vector<Kind> kind(n);
  for (std::size_t b = 0; b < n; ++b)
    kind[b] = host[b] > full_host * plateau    ? Kind::glass
              : host[b] > empty_host * plateau ? Kind::other
              : mobile[b] > empty_ion * most   ? Kind::metal
                                               : Kind::vacuum;
  // Runs of bins; what is narrower than a bin of the analysis is no region.
  std::vector<Region> regions;
  const std::array<const char*, 3> names{"metal", "glass", "vacuum"};
  std::size_t begin = 0;
  if (periodic)
    while (begin < n && kind[begin] == kind[(begin + n - 1) % n]) ++begin;
  if (begin == n) begin = 0;
  for (std::size_t i = 0; i < n;) {
    std::size_t j = i;
    while (j < n && kind[(begin + j) % n] == kind[(begin + i) % n]) ++j;
    const Kind k = kind[(begin + i) % n];
    const double low = profiles.start + static_cast<double>((begin + i) % n) * profiles.width;
    const double length = static_cast<double>(j - i) * profiles.width;
    if (k != Kind::other && length >= narrowest) {
      auto own = std::find_if(regions.begin(), regions.end(),
                              [&](const Region& r) { return r.name == names[static_cast<std::size_t>(k)]; });
      if (own == regions.end()) own = regions.insert(regions.end(), {names[static_cast<std::size_t>(k)], {}});
      own->ranges.push_back({low, low + length});
    }
    i = j;
  }
  const auto has = [&](const char* name) {
    return std::any_of(regions.begin(), regions.end(), [&](const Region& r) { return r.name == name; });
  };
  if (!has("metal") || !has("glass"))
    throw InputError(fmt::format("no two regions along the normal: there is no part of {:g} Å or more {}", narrowest,
                                 has("glass") ? "that holds " + ion.name() + " alone" : "that holds the host"),
                     remedy);
  std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
    const auto rank = [](const Region& r) { return r.name == "metal" ? 0 : r.name == "glass" ? 1 : 2; };
    return rank(a) < rank(b);
  });
  return complete(std::move(regions), profiles.start, period, periodic);
}

}  // namespace vitrion::interface
