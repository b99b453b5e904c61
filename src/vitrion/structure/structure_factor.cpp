#include "vitrion/structure/structure_factor.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::structure {
namespace {

constexpr std::uint64_t selection_seed = 20250101;
constexpr double most_vectors = 2e8;

// Rows are the reciprocal vectors, 1/Å, with the factor 2 pi.
Matrix3 reciprocal(const Cell& cell) {
  return 2 * std::numbers::pi * cell.matrix().inverse().transpose();
}

double length(const Matrix3& reciprocal_cell, const std::array<int, 3>& hkl) {
  return (Vector3(hkl[0], hkl[1], hkl[2]).transpose() * reciprocal_cell).norm();
}

// exp(-2 pi i h s) of every atom for h = -reach .. reach: the atoms of one h side by side, real and imaginary parts
// apart, so that a sum over atoms runs in vectors.
class Phases {
 public:
  Phases(const std::vector<double>& fractions, int reach) : reach_(reach), n_(fractions.size()) {
    real_.resize(static_cast<std::size_t>(2 * reach + 1) * n_);
    imaginary_.resize(real_.size());
    for (int h = -reach; h <= reach; ++h)
      for (std::size_t i = 0; i < n_; ++i) {
        const double angle = -2 * std::numbers::pi * h * fractions[i];
        real_[row(h) + i] = std::cos(angle);
        imaginary_[row(h) + i] = std::sin(angle);
      }
  }
  const double* real(int h) const { return real_.data() + row(h); }
  const double* imaginary(int h) const { return imaginary_.data() + row(h); }

 private:
  std::size_t row(int h) const { return static_cast<std::size_t>(h + reach_) * n_; }

  int reach_;
  std::size_t n_;
  std::vector<double> real_, imaginary_;
};

// Sum of the products of three phases over the atoms begin .. end.
std::complex<double> sum_of_phases(const std::array<Phases, 3>& phases, const std::array<int, 3>& hkl,
                                   std::size_t begin, std::size_t end) {
  const double *ar = phases[0].real(hkl[0]), *ai = phases[0].imaginary(hkl[0]), *br = phases[1].real(hkl[1]),
               *bi = phases[1].imaginary(hkl[1]), *cr = phases[2].real(hkl[2]), *ci = phases[2].imaginary(hkl[2]);
  double real = 0, imaginary = 0;
#pragma omp simd reduction(+ : real, imaginary)
  for (std::size_t i = begin; i < end; ++i) {
    const double r = ar[i] * br[i] - ai[i] * bi[i], m = ar[i] * bi[i] + ai[i] * br[i];
    real += r * cr[i] - m * ci[i];
    imaginary += r * ci[i] + m * cr[i];
  }
  return {real, imaginary};
}

}  // namespace

void StructureFactorAccumulator::choose_vectors(const Structure& frame) {
  atoms_ = frame.species;
  species_ = distinct_species(frame);
  for (const Species& s : species_)
    counts_.push_back(static_cast<std::size_t>(std::count(frame.species.begin(), frame.species.end(), s)));
  const Matrix3 b = reciprocal(frame.cell);
  int reach[3];
  double looked_at = 1, waves = 0;
  for (int k = 0; k < 3; ++k) {
    const double far = options_.q_max * frame.cell.matrix().row(k).norm() / (2 * std::numbers::pi) + 1;
    looked_at *= 2 * far + 1;
    waves += 2 * far + 1;
    reach[k] = static_cast<int>(std::min(far, most_vectors));
  }
  if (looked_at > most_vectors)
    throw InputError(fmt::format("S(q) up to {:g} 1/Å asks for {:.2g} wave vectors of this cell; at most {:.0e} are "
                                 "looked at",
                                 options_.q_max, looked_at, most_vectors),
                     "Give a smaller --qmax.");
  demand_memory(2 * sizeof(double) * waves * static_cast<double>(frame.size()) + 32 * looked_at, {},
                fmt::format("S(q) up to {:g} 1/Å", options_.q_max), "Give a smaller --qmax.");
  std::map<std::int64_t, std::vector<std::array<int, 3>>> beyond;
  for (int h = 0; h <= reach[0]; ++h)
    for (int k = -reach[1]; k <= reach[1]; ++k)
      for (int l = -reach[2]; l <= reach[2]; ++l) {
        // S(q) = S(-q): one half of space is enough.
        if (h == 0 && (k < 0 || (k == 0 && l <= 0))) continue;
        const double q = length(b, {h, k, l});
        if (q > options_.q_max) continue;
        if (q <= options_.complete_below) {
          hkl_.push_back({h, k, l});
        } else {
          beyond[static_cast<std::int64_t>(q / options_.bin_width)].push_back({h, k, l});
        }
      }
  Random random(selection_seed);
  for (auto& [bin, vectors] : beyond) {
    shuffle(vectors, random);
    vectors.resize(std::min(vectors.size(), static_cast<std::size_t>(options_.per_bin)), {});
    hkl_.insert(hkl_.end(), vectors.begin(), vectors.end());
  }
  q_.assign(hkl_.size(), 0);
  products_.assign(hkl_.size() * species_.size() * species_.size(), 0);
  intensity_.assign(hkl_.size(), 0);
}

void StructureFactorAccumulator::add(const Structure& frame) {
  if (!frame.cell.is_periodic() || !frame.cell.has_volume())
    throw InputError("S(q) needs a cell that repeats in three directions");
  if (n_frames_ == 0) choose_vectors(frame);
  if (frame.species != atoms_) throw InputError("S(q): the atoms of a frame differ from those before it");
  const Matrix3 b = reciprocal(frame.cell);
  int reach[3] = {0, 0, 0};
  for (const auto& v : hkl_)
    for (int k = 0; k < 3; ++k) reach[k] = std::max(reach[k], std::abs(v[static_cast<std::size_t>(k)]));
  // Atoms species by species.
  const std::size_t n_species = species_.size();
  std::vector<std::size_t> first{0};
  std::array<std::vector<double>, 3> fractions;
  for (const Species& species : species_) {
    for (std::size_t i = 0; i < frame.size(); ++i) {
      if (atoms_[i] != species) continue;
      const Vector3 s = frame.cell.to_fractional(frame.positions.row(static_cast<Eigen::Index>(i)).transpose());
      for (std::size_t k = 0; k < 3; ++k) fractions[k].push_back(s[static_cast<Eigen::Index>(k)]);
    }
    first.push_back(fractions[0].size());
  }
  const std::array<Phases, 3> phases{Phases(fractions[0], reach[0]), Phases(fractions[1], reach[1]),
                                     Phases(fractions[2], reach[2])};
#pragma omp parallel for schedule(static)
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(hkl_.size()); ++at) {
    const auto v = static_cast<std::size_t>(at);
    std::vector<std::complex<double>> rho(n_species, 0);
    for (std::size_t a = 0; a < n_species; ++a) rho[a] = sum_of_phases(phases, hkl_[v], first[a], first[a + 1]);
    std::complex<double> all = 0;
    for (std::size_t a = 0; a < n_species; ++a) {
      all += rho[a];
      for (std::size_t c = 0; c < n_species; ++c)
        products_[(v * n_species + a) * n_species + c] += std::real(std::conj(rho[a]) * rho[c]);
    }
    intensity_[v] += std::norm(all);
    q_[v] += length(b, hkl_[v]);
  }
  ++n_frames_;
}

// Vectors by rising length, in bins of the width asked for, or wider where they are few.
std::vector<std::vector<std::size_t>> StructureFactorAccumulator::bins() const {
  std::map<std::int64_t, std::vector<std::size_t>> narrow;
  for (std::size_t v = 0; v < hkl_.size(); ++v)
    narrow[static_cast<std::int64_t>(q_[v] / static_cast<double>(n_frames_) / options_.bin_width)].push_back(v);
  std::vector<std::vector<std::size_t>> wide;
  for (const auto& [bin, vectors] : narrow) {
    if (wide.empty() || wide.back().size() >= options_.fewest_per_bin) wide.emplace_back();
    wide.back().insert(wide.back().end(), vectors.begin(), vectors.end());
  }
  return wide;
}

std::vector<Wave> StructureFactorAccumulator::waves() const {
  const auto frames = static_cast<double>(n_frames_);
  const std::size_t n_species = species_.size();
  std::vector<Wave> list;
  for (std::size_t v = 0; v < hkl_.size(); ++v) {
    const double q = q_[v] / frames;
    if (q > options_.complete_below) continue;
    Wave wave{q, hkl_[v], intensity_[v] / frames / static_cast<double>(atoms_.size()), {}};
    for (std::size_t a = 0; a < n_species; ++a)
      wave.by_species.push_back(products_[(v * n_species + a) * n_species + a] / frames /
                                static_cast<double>(counts_[a]));
    list.push_back(std::move(wave));
  }
  return list;
}

namespace {

// Weighted sum of the S_ab of single vectors: mean, and standard error of the mean from their scatter.
struct Probe {
  double sum = 0, squares = 0;
  std::size_t n = 0;
  void add(double s) { sum += s, squares += s * s, ++n; }
  double mean() const { return sum / static_cast<double>(n); }
  double error() const {
    if (n < 2) return 0;
    const auto count = static_cast<double>(n);
    return std::sqrt(std::max(0.0, squares - sum * sum / count) / (count - 1) / count);
  }
};

}  // namespace

StructureFactors StructureFactorAccumulator::finish() const {
  if (n_frames_ == 0) throw InputError("S(q) needs one frame at least", "Check --frames");
  const std::size_t n_species = species_.size();
  const auto frames = static_cast<double>(n_frames_), n_atoms = static_cast<double>(atoms_.size());
  StructureFactors result;
  result.species = species_;
  result.n_frames = n_frames_;
  for (std::size_t a = 0; a < n_species; ++a)
    for (std::size_t c = a; c < n_species; ++c) result.pairs.emplace_back(species_[a], species_[c]);
  result.partial.resize(result.pairs.size());
  const auto all_known = [&](auto&& weight) {
    return std::all_of(species_.begin(), species_.end(), [&](const Species& s) { return weight(s) != 0; });
  };
  const bool neutrons = all_known([](const Species& s) { return neutron_length(s); });
  const bool xrays = all_known([](const Species& s) { return xray_form_factor(s, 0); });
  for (const std::vector<std::size_t>& vectors : bins()) {
    double q = 0;
    for (const std::size_t v : vectors) q += q_[v] / frames / static_cast<double>(vectors.size());
    result.q.push_back(q);
    result.n_vectors.push_back(vectors.size());
    std::vector<double> neutron_weight, xray_weight;
    double neutron_mean = 0, xray_mean = 0;
    for (std::size_t a = 0; a < n_species; ++a) {
      neutron_weight.push_back(neutron_length(species_[a]));
      xray_weight.push_back(xray_form_factor(species_[a], q));
      neutron_mean += static_cast<double>(counts_[a]) / n_atoms * neutron_weight[a];
      xray_mean += static_cast<double>(counts_[a]) / n_atoms * xray_weight[a];
    }
    std::vector<double> partial(result.pairs.size(), 0);
    Probe neutron, xray;
    for (const std::size_t v : vectors) {
      double by_neutrons = 0, by_xrays = 0;
      std::size_t pair = 0;
      for (std::size_t a = 0; a < n_species; ++a)
        for (std::size_t c = a; c < n_species; ++c, ++pair) {
          const double n_a = static_cast<double>(counts_[a]), n_c = static_cast<double>(counts_[c]);
          const double product = products_[(v * n_species + a) * n_species + c] / frames;
          const double s = 1 + n_atoms / (n_a * n_c) * (product - (a == c ? n_a : 0));
          partial[pair] += s / static_cast<double>(vectors.size());
          const double weight = (a == c ? 1 : 2) * n_a * n_c / (n_atoms * n_atoms);
          by_neutrons += weight * neutron_weight[a] * neutron_weight[c] * s;
          by_xrays += weight * xray_weight[a] * xray_weight[c] * s;
        }
      neutron.add(by_neutrons / (neutron_mean * neutron_mean));
      xray.add(by_xrays / (xray_mean * xray_mean));
    }
    for (std::size_t pair = 0; pair < partial.size(); ++pair) result.partial[pair].push_back(partial[pair]);
    if (neutrons) result.neutron.push_back(neutron.mean()), result.neutron_error.push_back(neutron.error());
    if (xrays) result.xray.push_back(xray.mean()), result.xray_error.push_back(xray.error());
  }
  const std::vector<Wave> single = waves();
  result.bragg = find_bragg(single, atoms_.size());
  result.slow_wave = find_slow_wave(single, species_, counts_);
  return result;
}

}  // namespace vitrion::structure
