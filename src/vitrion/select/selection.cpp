#include "vitrion/select/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/select/active_set.hpp"
#include "vitrion/select/ellipsoid.hpp"

namespace vitrion::select {
namespace {

constexpr std::size_t rows_at_a_time = 4096;  // bounds the memory of one MaxVol update
constexpr int most_passes = 50;               // over the training set; two or three do

// MLIP numbers equations: energy, force components, stress, then site energies.
int equation_of_site(std::size_t n_atoms, Eigen::Index site) {
  return 10 + 3 * static_cast<int>(n_atoms) + static_cast<int>(site);
}

// Rows of several configurations with their origins.
struct Batch {
  Rows rows;
  std::vector<Origin> origins;
  Eigen::Index used = 0;

  void add(const Rows& more, std::size_t configuration, std::size_t n_atoms, potentials::GradeMode mode) {
    if (used + more.rows() > rows.rows())
      rows.conservativeResize(std::max<Eigen::Index>(2 * rows.rows(), used + more.rows()), more.cols());
    rows.middleRows(used, more.rows()) = more;
    used += more.rows();
    for (Eigen::Index i = 0; i < more.rows(); ++i)
      origins.push_back({static_cast<int>(configuration),
                         mode == potentials::GradeMode::neighbourhood ? equation_of_site(n_atoms, i) : 0});
  }
  int flush(Reference& set, double threshold) {
    const int swaps = set.update(rows.topRows(used), origins, threshold);
    used = 0;
    origins.clear();
    return swaps;
  }
};

double largest_force(const Labels& labels) {
  return labels.forces.rowwise().norm().maxCoeff();
}

}  // namespace

Rows rows_of(potentials::Potential& potential, const Structure& frame, potentials::GradeMode mode) {
  const neighbors::PeriodicNeighborhoods lists(frame, potentials::types_for(potential, frame), potential.cutoff());
  potentials::PeriodicExchange exchange(lists.n_local(), lists.owners());
  Rows rows = potential.selection_rows(lists.view(), exchange);
  if (mode == potentials::GradeMode::neighbourhood) return rows;
  return rows.colwise().mean();
}

std::vector<std::vector<double>> grade_frames(potentials::Potential& potential, const potentials::SelectionState& state,
                                              const std::vector<Structure>& frames, const ProgressReport& report,
                                              const Session& session) {
  const std::unique_ptr<const Reference> reference = make_reference(state);
  std::vector<std::vector<double>> grades;
  for (const Structure& frame : frames) {
    session.check_stop();
    const Eigen::VectorXd g = reference->grades(rows_of(potential, frame, state.mode));
    grades.emplace_back(g.data(), g.data() + g.size());
    if (report) report(grades.size());
  }
  return grades;
}

namespace {

potentials::SelectionState make_ellipsoid(potentials::Potential& potential, const std::vector<Structure>& training,
                                          const ActiveSetOptions& options, const ProgressReport& report,
                                          const Session& session) {
  const std::size_t n_species = potential.species().size(), width = potential.selection_width() / n_species;
  Moments moments(n_species, width);
  for (std::size_t f = 0; f < training.size(); ++f) {
    session.check_stop();
    moments.add(rows_of(potential, training[f], options.mode));
    if (report) report(f + 1);
  }
  potentials::SelectionState state;
  state.kind = potentials::ReferenceKind::ellipsoid;
  state.inverse = moments.metric(options.ridge);
  std::vector<double> farthest(n_species, 0.0);
  const Ellipsoid shape(state.inverse);
  for (const Structure& frame : training) {
    session.check_stop();
    const Eigen::VectorXd grades = shape.grades(rows_of(potential, frame, options.mode));
    const std::vector<int> types = potentials::types_for(potential, frame);
    for (std::size_t i = 0; i < types.size(); ++i) {
      double& most = farthest[static_cast<std::size_t>(types[i])];
      most = std::max(most, grades[static_cast<Eigen::Index>(i)]);
    }
  }
  const auto n = static_cast<Eigen::Index>(width);
  for (std::size_t t = 0; t < n_species; ++t)
    if (farthest[t] > 0)
      state.inverse.block(static_cast<Eigen::Index>(t) * n, static_cast<Eigen::Index>(t) * n, n, n) /=
          farthest[t] * farthest[t];
  return state;
}

potentials::SelectionState make_maxvol_set(potentials::Potential& potential, const std::vector<Structure>& training,
                                           const ActiveSetOptions& options, const ProgressReport& report,
                                           const Session& session) {
  ActiveSet set(potential.selection_width());
  for (int pass = 0; pass < most_passes; ++pass) {
    int swaps = 0;
    Batch batch;
    for (std::size_t f = 0; f < training.size(); ++f) {
      session.check_stop();
      batch.add(rows_of(potential, training[f], options.mode), f, training[f].size(), options.mode);
      if (static_cast<std::size_t>(batch.used) >= rows_at_a_time) swaps += batch.flush(set, options.threshold);
      if (pass == 0 && report) report(f + 1);
    }
    swaps += batch.flush(set, options.threshold);
    if (swaps == 0) break;
  }
  potentials::SelectionState state;
  state.mode = options.mode;
  state.active = set.active();
  state.inverse = set.inverse();
  state.origins = set.origins();
  return state;
}

}  // namespace

potentials::SelectionState make_active_set(potentials::Potential& potential, const std::vector<Structure>& training,
                                           const ActiveSetOptions& options, const ProgressReport& report,
                                           const Session& session) {
  if (potential.selection_width() == 0)
    throw InputError("a potential of kind " + potential.kind() + " has nothing to grade by");
  if (potential.reference_kind() == potentials::ReferenceKind::active_set)
    return make_maxvol_set(potential, training, options, report, session);
  if (options.mode != potentials::GradeMode::neighbourhood)
    throw InputError(potential.kind() + " is graded by neighbourhood only");
  return make_ellipsoid(potential, training, options, report, session);
}

Selection select_frames(potentials::Potential& potential, const potentials::SelectionState& state,
                        const std::vector<Structure>& candidates, const SelectOptions& options,
                        const ProgressReport& report, const Session& session) {
  Selection selection;
  const std::unique_ptr<const Reference> before = make_reference(state);
  const std::unique_ptr<Reference> set = make_reference(state);
  // Origins of the training set must not be taken for candidates: these are numbered behind them.
  const auto first = static_cast<std::size_t>(1) << 30;
  std::map<std::size_t, double> grade_of;
  Batch batch;
  for (std::size_t f = 0; f < candidates.size(); ++f) {
    session.check_stop();
    const Rows rows = rows_of(potential, candidates[f], state.mode);
    const double grade = rows.allFinite() ? before->grades(rows).maxCoeff() : INFINITY;
    const bool too_far =
        !(grade <= options.max_grade) || !(largest_force(evaluate(potential, candidates[f])) <= options.max_force);
    if (too_far) {
      ++selection.n_refused;
    } else if (grade < options.threshold) {
      ++selection.n_below;
    } else {
      grade_of[f] = grade;
      batch.add(rows, first + f, candidates[f].size(), state.mode);
      if (static_cast<std::size_t>(batch.used) >= rows_at_a_time) batch.flush(*set, options.threshold);
    }
    if (report) report(f + 1);
  }
  batch.flush(*set, options.threshold);
  std::set<std::size_t> kept;
  for (const Origin& origin : set->origins())
    if (origin[0] >= static_cast<int>(first)) kept.insert(static_cast<std::size_t>(origin[0]) - first);
  for (const std::size_t f : kept) selection.chosen.push_back({f, grade_of[f]});
  std::stable_sort(selection.chosen.begin(), selection.chosen.end(),
                   [](const Selected& a, const Selected& b) { return a.grade > b.grade; });
  selection.n_redundant = grade_of.size() - selection.chosen.size();
  if (selection.chosen.size() > options.most) {
    selection.n_over = selection.chosen.size() - options.most;
    selection.chosen.resize(options.most);
  }
  return selection;
}

}  // namespace vitrion::select
