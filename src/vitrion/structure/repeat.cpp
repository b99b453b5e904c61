#include "vitrion/structure/repeat.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::structure {
namespace {

constexpr std::size_t n_references = 12;    // a lattice vector maps nearly every atom: a few start points find it
constexpr std::size_t n_probes = 36;        // atoms a candidate is tried on first
constexpr std::size_t n_more_probes = 360;  // and those that pass, before all atoms are
constexpr std::size_t first_batch = 16, largest_batch = 256;  // candidates tried against one best so far
constexpr double settled = 0.98;                              // no better operation need be looked for
constexpr double worth_refining = 0.25;  // mapped fraction below which a shift of t changes nothing that matters

// Of the best operation of a disordered structure: chance, raised because density and neighbour shells correlate, and
// deviations of independent atoms. Inversions map atoms in pairs and scatter more.
constexpr double chance_raised = 1.25;
constexpr double deviations_translation = 10, deviations_inversion = 15;
constexpr double most_limit = 0.75;   // crystals lie above
constexpr double surroundings = 5.5;  // Å, for the density around an atom

// Finds the atom of one species nearest a point, within the tolerance, by fractional boxes.
class Sites {
 public:
  Sites(const Structure& s, std::vector<std::size_t> rows, double tolerance)
      : cell_(s.cell.matrix()), inverse_(cell_.inverse()), tolerance_(tolerance), rows_(std::move(rows)) {
    const Vector3 heights = s.cell.heights();
    for (int k = 0; k < 3; ++k) n_[k] = boxes_along(heights[k] / tolerance);
    boxes_.resize(static_cast<std::size_t>(n_[0] * n_[1] * n_[2]));
    for (const std::size_t row : rows_) {
      const Vector3 f = fraction(s.positions.row(static_cast<Eigen::Index>(row)).transpose());
      fractions_.push_back(f);
      boxes_[box(index(f, 0), index(f, 1), index(f, 2))].push_back(fractions_.size() - 1);
    }
  }

  const std::vector<std::size_t>& rows() const { return rows_; }
  double density() const { return static_cast<double>(rows_.size()) / std::abs(cell_.determinant()); }

  // Vector from `point` to the nearest site, Å.
  std::optional<Vector3> nearest(const Vector3& point) const {
    const Vector3 f = fraction(point);
    std::optional<Vector3> best;
    double shortest = tolerance_ * tolerance_;
    const int i0 = index(f, 0), j0 = index(f, 1), k0 = index(f, 2);
    for (int i = i0 - reach(0); i <= i0 + reach(0); ++i)
      for (int j = j0 - reach(1); j <= j0 + reach(1); ++j)
        for (int k = k0 - reach(2); k <= k0 + reach(2); ++k)
          for (const std::size_t site : boxes_[box(wrap(i, 0), wrap(j, 1), wrap(k, 2))]) {
            Vector3 d = fractions_[site] - f;
            d -= d.array().round().matrix();
            const Vector3 x = (d.transpose() * cell_).transpose();
            if (x.squaredNorm() < shortest) {
              shortest = x.squaredNorm();
              best = x;
            }
          }
    return best;
  }

 private:
  Vector3 fraction(const Vector3& x) const {
    Vector3 f = (x.transpose() * inverse_).transpose();
    return f - f.array().floor().matrix();
  }
  int index(const Vector3& f, int k) const { return std::min(n_[k] - 1, static_cast<int>(f[k] * n_[k])); }
  // Boxes no narrower than the tolerance; one box where three would not fit.
  static int boxes_along(double widths) { return widths < 3 ? 1 : std::min(48, static_cast<int>(widths)); }
  int reach(int k) const { return n_[k] == 1 ? 0 : 1; }
  int wrap(int i, int k) const { return (i % n_[k] + n_[k]) % n_[k]; }
  std::size_t box(int i, int j, int k) const { return static_cast<std::size_t>((i * n_[1] + j) * n_[2] + k); }

  Matrix3 cell_, inverse_;
  double tolerance_;
  int n_[3];
  std::vector<std::size_t> rows_;
  std::vector<Vector3> fractions_;
  std::vector<std::vector<std::size_t>> boxes_;
};

// How many of the given rows an operation maps, and the mean misfit of those.
struct Score {
  std::size_t mapped = 0;
  Vector3 misfit = Vector3::Zero();
};

class Search {
 public:
  Search(const Structure& structure, Operation operation, const RepeatOptions& options)
      : structure_(structure), operation_(operation), options_(options) {
    for (const Species& species : distinct_species(structure)) {
      std::vector<std::size_t> rows;
      for (std::size_t i = 0; i < structure.size(); ++i)
        if (structure.species[i] == species) rows.push_back(i);
      species_.push_back(species);
      sites_.emplace_back(structure, std::move(rows), options.tolerance);
    }
  }

  Repeat run(const std::function<void(double)>& told) {
    // A dopant sits on some sites of the lattice only: vectors between its atoms need not be lattice vectors.
    const double fewest = std::max(4.0, 0.1 * static_cast<double>(structure_.size()));
    const Sites* rarest = nullptr;
    for (const Sites& s : sites_)
      if (static_cast<double>(s.rows().size()) >= fewest && (!rarest || s.rows().size() < rarest->rows().size()))
        rarest = &s;
    best_.operation = operation_;
    best_.by_chance = chance();
    best_.glass_limit = glass_limit(std::max(best_.by_chance, chance_around_atoms()));
    if (!rarest) return best_;
    const std::vector<std::size_t>& rows = rarest->rows();
    // Evenly over the rows: neighbouring rows are often neighbours in space.
    const std::size_t stride = std::max<std::size_t>(1, rows.size() / n_references);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t a = 0; a < rows.size(); a += stride)
      for (const std::size_t b : rows)
        if (b != rows[a]) pairs.emplace_back(rows[a], b);
    for (std::size_t begin = 0; begin < pairs.size() && best_.mapped < settled;) {
      // Larger and larger: a good best so far makes the others end early.
      const std::size_t n = std::min(std::clamp(begin, first_batch, largest_batch), pairs.size() - begin);
      std::vector<Trial> trials(n);
      parallel_for(n, [&](std::size_t i) {
        trials[i] = try_candidate(candidate(pairs[begin + i].first, pairs[begin + i].second));
      });
      for (Trial& trial : trials) take(std::move(trial));
      begin += n;
      if (told) told(static_cast<double>(begin) / static_cast<double>(pairs.size()));
    }
    return best_;
  }

 private:
  Vector3 position(std::size_t row) const {
    return structure_.positions.row(static_cast<Eigen::Index>(row)).transpose();
  }
  Vector3 candidate(std::size_t a, std::size_t b) const {
    return position(b) + (operation_ == Operation::translation ? -1.0 : 1.0) * position(a);
  }
  bool allowed(const Vector3& t) const {
    return operation_ == Operation::inversion || structure_.cell.minimum_image(t).norm() >= options_.shortest;
  }

  // Probability that a point at random lies within the tolerance of an atom of its species, averaged over atoms.
  double chance() const {
    const double ball = 4 * std::numbers::pi / 3 * std::pow(options_.tolerance, 3);
    double sum = 0;
    for (const Sites& s : sites_) sum += static_cast<double>(s.rows().size()) * (1 - std::exp(-ball * s.density()));
    return sum / static_cast<double>(structure_.size());
  }

  // The same within the surroundings of each atom: layers, clusters and the walls of pores are denser than the cell is
  // on average, and an operation may put them onto each other.
  double chance_around_atoms() const {
    const double ball = std::pow(options_.tolerance / surroundings, 3);
    const neighbors::PeriodicNeighborhoods lists(structure_, std::vector<int>(structure_.size(), 0), surroundings);
    const neighbors::Neighborhoods view = lists.view();
    double sum = 0;
    for (std::size_t i = 0; i < structure_.size(); ++i) {
      std::size_t alike = 0;
      for (const int j : view.of(i)) alike += structure_.species[owner(lists, j)] == structure_.species[i] ? 1U : 0U;
      sum += 1 - std::exp(-ball * static_cast<double>(alike));
    }
    return sum / static_cast<double>(std::max<std::size_t>(1, structure_.size()));
  }
  std::size_t owner(const neighbors::PeriodicNeighborhoods& lists, int j) const {
    const auto row = static_cast<std::size_t>(j);
    return row < structure_.size() ? row : static_cast<std::size_t>(lists.owners()[row - structure_.size()]);
  }

  double glass_limit(double p) const {
    const double deviation = std::sqrt(p * (1 - p) / static_cast<double>(std::max<std::size_t>(1, structure_.size())));
    const double deviations = operation_ == Operation::translation ? deviations_translation : deviations_inversion;
    return std::min(most_limit, chance_raised * p + deviations * deviation);
  }

  Score score(const Sites& sites, const Vector3& t, std::size_t stride) const {
    Score result;
    for (std::size_t k = 0; k < sites.rows().size(); k += stride) {
      const Vector3 x = position(sites.rows()[k]);
      const Vector3 image = operation_ == Operation::translation ? Vector3(x + t) : Vector3(t - x);
      if (const std::optional<Vector3> misfit = sites.nearest(image)) {
        ++result.mapped;
        result.misfit += *misfit;
      }
    }
    return result;
  }

  // Some atoms of every species: hopeless candidates, nearly all of them, end here.
  bool promising(const Vector3& t, std::size_t n, double share) const {
    std::size_t mapped = 0, tried = 0;
    for (const Sites& s : sites_) {
      const std::size_t stride = std::max<std::size_t>(1, s.rows().size() * sites_.size() / n);
      mapped += score(s, t, stride).mapped;
      tried += (s.rows().size() + stride - 1) / stride;
    }
    return static_cast<double>(mapped) >= share * best_.mapped * static_cast<double>(tried);
  }
  // While the best is no better than chance, thousands are as good: only what beats it matters, and no shift will help.
  bool worth_scoring(const Vector3& t) const {
    return promising(t, n_probes, 0.7) && promising(t, n_more_probes, best_.mapped < worth_refining ? 0.95 : 0.7);
  }

  // What came of one candidate.
  struct Trial {
    bool allowed = false;
    double mapped = 0;
    Vector3 vector = Vector3::Zero();
    std::map<Species, double> by_species;
  };

  Trial try_candidate(Vector3 t) const {
    Trial trial;
    if (!allowed(t)) return trial;
    trial.allowed = true;
    if (!worth_scoring(t)) return trial;
    for (int refinement = 0; refinement < 3; ++refinement) {
      Score all;
      std::map<Species, double> by_species;
      for (std::size_t k = 0; k < sites_.size(); ++k) {
        const Score part = score(sites_[k], t, 1);
        all.mapped += part.mapped;
        all.misfit += part.misfit;
        by_species[species_[k]] = static_cast<double>(part.mapped) / static_cast<double>(sites_[k].rows().size());
      }
      const double mapped = static_cast<double>(all.mapped) / static_cast<double>(structure_.size());
      if (mapped > trial.mapped) {
        trial.mapped = mapped;
        trial.vector = operation_ == Operation::translation ? structure_.cell.minimum_image(t) : t;
        trial.by_species = by_species;
      }
      if (mapped < worth_refining) return trial;
      t += all.misfit / static_cast<double>(all.mapped);
      if (!allowed(t)) return trial;
    }
    return trial;
  }

  void take(Trial trial) {
    if (trial.allowed) ++best_.candidates;
    if (!(trial.mapped > best_.mapped)) return;
    best_.mapped = trial.mapped;
    best_.vector = trial.vector;
    best_.by_species = std::move(trial.by_species);
  }

  const Structure& structure_;
  Operation operation_;
  RepeatOptions options_;
  std::vector<Species> species_;
  std::vector<Sites> sites_;
  Repeat best_;
};

}  // namespace

Repeat best_repeat(const Structure& structure, Operation operation, const RepeatOptions& options,
                   const std::function<void(double)>& told) {
  if (!structure.cell.is_periodic() || !structure.cell.has_volume())
    throw InputError("the search for repetition needs a cell that repeats in three directions");
  return Search(structure, operation, options).run(told);
}

}  // namespace vitrion::structure
