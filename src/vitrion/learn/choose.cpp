// Of all candidates of a round those that are worth a label.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/dft/engine.hpp"
#include "vitrion/learn/distances.hpp"
#include "vitrion/learn/frames.hpp"
#include "vitrion/learn/steps.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/model_card.hpp"
#include "vitrion/select/cut.hpp"
#include "vitrion/select/selection.hpp"

namespace vitrion::learn {
namespace {

/// Reasons why frames were refused, and how many for each.
using Reasons = std::map<std::string, std::size_t>;

class Chooser {
 public:
  Chooser(Config& config, const Session& session);
  void run();

 private:
  void sieve();
  bool refused(const Structure& frame, const std::string& what);
  double largest_force(const Structure& frame);
  void choose();
  void add(const Structure& frame, double grade, const select::Selected& from);
  std::optional<Structure> cut(const Structure& frame);
  void write() const;

  Session session_;
  std::vector<std::string> files_;
  std::string file_;
  select::SelectOptions options_;
  std::size_t max_atoms_ = 0;
  select::CutOptions cutting_;
  std::unique_ptr<potentials::Potential> potential_;
  potentials::SelectionState state_;
  Distances distances_;
  std::unique_ptr<dft::Engine> engine_;
  double max_force_ = 0;
  std::vector<Structure> candidates_, chosen_;
  Reasons reasons_;
  std::size_t n_seen_ = 0, n_cut_ = 0;
  select::Selection selection_;
};

Chooser::Chooser(Config& config, const Session& session)
    : session_(session),
      files_(config.paths("candidates")),
      file_(config.path("potential")),
      potential_(potentials::load_potential(file_)),
      distances_(potentials::read_model_card(file_).min_distances, config.number("distance_factor")) {
  std::optional<potentials::SelectionState> state = potential_->selection_state();
  if (!state) throw InputError(Location{file_}, "holds nothing to grade by");
  state_ = std::move(*state);
  options_.threshold = config.number("threshold");
  max_force_ = config.number("max_force_eV_per_A");
  options_.most = config.integer<std::size_t>("most");
  max_atoms_ = config.integer<std::size_t>("max_atoms");
  cutting_.side = config.number("cut_side_A");
  Config charges = config.section("charges");
  for (const std::string& element : charges.keys())
    cutting_.charges[Species::element(element)] = charges.number(element);
  for (const Species& a : potential_->species())
    for (const Species& b : potential_->species()) cutting_.distances[{a, b}] = distances_.limit(a, b);
  Config settings = config.section("label_settings");
  engine_ = dft::make_engine({settings.paragraph("yaml"), settings.paragraph("file")});
  config.finish();
}

// eV/Å
double Chooser::largest_force(const Structure& frame) {
  return evaluate(*potential_, frame).forces.rowwise().norm().maxCoeff();
}

bool Chooser::refused(const Structure& frame, const std::string& what) {
  if (!distances_.too_near(frame).empty()) {
    ++reasons_[what + "atoms nearer than distance_factor allows"];
    return true;
  }
  if (!(largest_force(frame) <= max_force_)) {
    ++reasons_[what + "a force above max_force_eV_per_A"];
    return true;
  }
  if (frame.size() > max_atoms_) {
    if (cutting_.side > 0) return false;
    ++reasons_[what + "more than max_atoms, and nothing is cut out (cut.side_A: 0)"];
    return true;
  }
  try {
    engine_->check(frame);
    return false;
  } catch (const InputError& e) {
    ++reasons_[what + e.what()];
    return true;
  }
}

void Chooser::sieve() {
  for (const std::string& file : files_)
    for (Structure& frame : read_frames_or_none(file)) {
      ++n_seen_;
      if (!refused(frame, "")) candidates_.push_back(std::move(frame));
    }
}

// The worst neighbourhood of a frame that is too large to label, where it is still beyond the potential there.
std::optional<Structure> Chooser::cut(const Structure& frame) {
  const std::vector<double> grades = select::grade_frames(*potential_, state_, {frame}).front();
  const auto worst = static_cast<std::size_t>(std::max_element(grades.begin(), grades.end()) - grades.begin());
  try {
    Structure small = select::cut_neighbourhood(frame, worst, cutting_).structure;
    if (small.size() > max_atoms_) {
      ++reasons_["cut: more than max_atoms in the cube"];
      return std::nullopt;
    }
    if (refused(small, "cut: ")) return std::nullopt;
    return small;
  } catch (const InputError& e) {
    ++reasons_[std::string("cut: ") + e.what()];
    return std::nullopt;
  }
}

void Chooser::add(const Structure& frame, double grade, const select::Selected& from) {
  chosen_.push_back(frame);
  Structure& s = chosen_.back();
  s.info["extrapolation_grade"] = fmt::format("{:.4g}", grade);
  if (frame.size() != candidates_[from.frame].size()) s.info["cut_from_grade"] = fmt::format("{:.4g}", from.grade);
}

void Chooser::choose() {
  Progress progress(session_, "selection", static_cast<std::int64_t>(candidates_.size()), "configurations");
  const std::size_t most = options_.most;
  // Cut frames may be refused once more: all are ranked, the first `most` that stand are taken.
  options_.most = SIZE_MAX;
  selection_ = select::select_frames(
      *potential_, state_, candidates_, options_,
      [&](std::size_t done) { progress.update(static_cast<std::int64_t>(done)); }, session_);
  if (selection_.n_refused > 0) reasons_["a grade that is not finite"] += selection_.n_refused;
  std::size_t used = 0;
  for (const select::Selected& s : selection_.chosen) {
    if (chosen_.size() == most) break;
    ++used;
    const Structure& frame = candidates_[s.frame];
    if (frame.size() <= max_atoms_) {
      add(frame, s.grade, s);
      continue;
    }
    const std::optional<Structure> small = cut(frame);
    if (!small) continue;
    const double grade = select::grade_frames(*potential_, state_, {*small}).front().front();
    if (grade < options_.threshold) {
      ++reasons_["cut: the neighbourhood is known ground in the small cell"];
      continue;
    }
    ++n_cut_;
    add(*small, grade, s);
  }
  selection_.n_over = selection_.chosen.size() - used;
}

void Chooser::write() const {
  std::size_t n_refused = 0;
  for (const auto& [reason, n] : reasons_) n_refused += n;
  write_frames_or_none("selected.extxyz", chosen_);
  write_file_atomically("select.json", nlohmann::json{{"candidates", n_seen_},
                                                      {"refused", n_refused},
                                                      {"refused_because", reasons_},
                                                      {"within_range", selection_.n_below},
                                                      {"redundant", selection_.n_redundant},
                                                      {"left_out", selection_.n_over},
                                                      {"cut", n_cut_},
                                                      {"chosen", chosen_.size()}}
                                               .dump(1) +
                                           "\n");
  session_.say(fmt::format(
      "{} candidates: {} chosen ({} cut out of larger cells), {} more worth it but over the limit, {} covered by "
      "those chosen, {} refused",
      n_seen_, chosen_.size(), n_cut_, selection_.n_over, selection_.n_redundant, n_refused));
}

void Chooser::run() {
  sieve();
  choose();
  write();
}

}  // namespace

void choose(Config& config, const Session& session) {
  Chooser(config, session).run();
}

}  // namespace vitrion::learn
