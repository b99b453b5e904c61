#include "vitrion/structure/order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vitrion/core/progress.hpp"

namespace vitrion::structure {
namespace {

constexpr double crystal_fraction = 0.8;  // crystals vibrating by 0.2 Å per axis score 0.97 and more
constexpr std::size_t fewest_atoms = 60;  // in smaller cells a few coincidences look like symmetry
constexpr double least_half_cell = 4.0;   // Å, so that translations of 4 Å and more fit in every direction

std::string percent(double fraction) {
  return fmt::format("{:.0f} %", 100 * fraction);
}

std::string frames_text(std::size_t n) {
  return n == 1 ? "one frame" : fmt::format("mean of {} frames", n);
}

std::string describe(const Repeat& repeat) {
  const char* what = repeat.operation == Operation::translation ? "translation" : "inversion";
  if (repeat.candidates == 0) return std::string("No ") + what + " could be tried: too few atoms or too small a cell.";
  const std::string vector = repeat.operation == Operation::translation
                                 ? fmt::format(" by {:.2f} Å", repeat.vector.norm())
                                 : std::string(" through a centre");
  return fmt::format(
      "The best {}{} (of {} tried) maps {} of the atoms onto atoms of their kind; one at random maps {}, "
      "the best of a disordered structure of this size stays below {}.",
      what, vector, repeat.candidates, percent(repeat.mapped), percent(repeat.by_chance), percent(repeat.glass_limit));
}

std::string describe(const Residual& residual, double half_cell) {
  if (!(residual.to > residual.from))
    return fmt::format("g(r) ends at half the cell, {:.2f} Å: it cannot show order beyond {:.0f} Å.", half_cell,
                       residual.from);
  return fmt::format(
      "Between {:.1f} and {:.1f} Å (half the cell) g(r) departs from 1 by {:.3f} rms; counting noise of one frame "
      "alone gives {:.3f}; crystals depart by 0.1 (hot) to 0.4 (cold).",
      residual.from, residual.to, residual.rms, residual.noise);
}

std::string describe(const Bragg& bragg) {
  if (bragg.over_shell == 0) return "The cell holds too few wave vectors to look for Bragg peaks.";
  return fmt::format(
      "The wave vector that stands out most ({:.2f} 1/Å) is {} as intense as its neighbours of nearly equal length; a "
      "disordered structure stays below {:.1f} times in 999 of 1000 cases.",
      bragg.q,
      bragg.over_shell < 1e4 ? fmt::format("{:.1f} times", bragg.over_shell) : std::string("more than 10000 times"),
      bragg.glass_limit);
}

std::string describe(const SlowWave& wave) {
  return fmt::format(
      "A wave of {:.1f} Å stands out in where {} {} ({:.1f} times what placing them at random gives on average; that "
      "stays below {:.1f} in 99 of 100 cases). It is no Bragg peak: density or composition differs between parts of "
      "the "
      "cell, as by phase separation, a cavity, a surface, or tension.",
      wave.length, wave.of, wave.of == "all atoms" ? "are" : "is", wave.intensity, wave.limit);
}

}  // namespace

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::amorphous:
      return "amorphous";
    case Verdict::crystalline:
      return "crystalline";
    case Verdict::undecided:
      return "undecided";
  }
  return "";
}

Residual residual_order(const RadialDistributions& d, double from) {
  Residual result{.from = from, .to = d.half_cell};
  const double width = d.pairs.empty() ? 0 : d.pairs.front().bin_width();
  double weights = 0, squares = 0, bins = 0;
  for (std::size_t k = 0; k < d.total.size(); ++k) {
    const double low = static_cast<double>(k) * width;
    if (low < from - 1e-9 || low + width > result.to + 1e-9) continue;
    weights += d.total_ideal[k];
    squares += d.total_ideal[k] * std::pow(d.total[k] - 1, 2);
    ++bins;
  }
  if (bins == 0) {
    result.to = result.from;
    return result;
  }
  result.rms = std::sqrt(squares / weights);
  result.noise = std::sqrt(bins * static_cast<double>(d.n_frames) / weights);
  return result;
}

OrderReport judge_order(const std::vector<Structure>& frames, const RadialDistributions& distributions,
                        const StructureFactors& factors, const Session& session) {
  OrderReport report;
  report.bragg = factors.bragg;
  report.slow_wave = factors.slow_wave;
  report.beyond_4 = residual_order(distributions, 4.0);
  report.n_frames = frames.size();
  double best = -1;
  constexpr double parts = 100;  // of a search, told one by one
  double searches = 0;
  Progress progress(session, "long-range order",
                    static_cast<std::int64_t>(2 * parts) * static_cast<std::int64_t>(frames.size()));
  const auto told = [&](double fraction) {
    session.check_stop();
    progress.update(static_cast<std::int64_t>(parts * (searches + fraction)));
  };
  for (const Structure& frame : frames) {
    const Repeat translation = best_repeat(frame, Operation::translation, {}, told);
    told(1);
    ++searches;
    const Repeat inversion = best_repeat(frame, Operation::inversion, {}, told);
    told(1);
    ++searches;
    const double mapped = std::max(translation.mapped, inversion.mapped);
    report.mapped_mean += mapped / static_cast<double>(frames.size());
    report.translation_mean += translation.mapped / static_cast<double>(frames.size());
    report.inversion_mean += inversion.mapped / static_cast<double>(frames.size());
    if (mapped > best) {
      best = mapped;
      report.translation = translation;
      report.inversion = inversion;
    }
  }
  const std::size_t n_atoms = frames.empty() ? 0 : frames.front().size();
  const bool small = n_atoms < fewest_atoms || distributions.half_cell < least_half_cell;
  const bool bragg = factors.bragg.stands_out();
  report.reasons = {describe(report.translation), describe(report.inversion),
                    describe(report.beyond_4, distributions.half_cell), describe(report.bragg)};
  // In a crystal such a wave is a reflection like any other.
  if (report.slow_wave && report.mapped_mean < crystal_fraction) report.reasons.push_back(describe(*report.slow_wave));
  report.reasons.push_back(fmt::format(
      "What repeats with the cell itself is not counted as order: in a cell of {:.1f} Å (smallest height) order on "
      "that scale or a larger one cannot be seen.",
      2 * distributions.half_cell));

  // In a small cell a translation that maps nearly everything is still a translation; an inversion may be chance.
  const double small_cell_evidence = report.translation.mapped;
  if (report.mapped_mean >= crystal_fraction && (!small || small_cell_evidence >= crystal_fraction)) {
    report.verdict = Verdict::crystalline;
    report.statement = fmt::format(
        "Crystalline: the structure repeats itself inside its cell; one operation maps {} of the atoms onto atoms of "
        "their kind ({}).",
        percent(report.mapped_mean), frames_text(report.n_frames));
  } else if (small) {
    report.statement = fmt::format(
        "Undecided: {} atoms in a cell of {:.1f} Å are too few to tell a glass from a crystal (60 atoms and 8 Å are "
        "needed).",
        n_atoms, 2 * distributions.half_cell);
  } else if (report.translation_mean <= report.translation.glass_limit &&
             report.inversion_mean <= report.inversion.glass_limit && !bragg) {
    report.verdict = Verdict::amorphous;
    report.statement = fmt::format(
        "Amorphous: no long-range order beyond 4 Å. No translation or inversion maps more than {} of the atoms ({}), "
        "no more than in a disordered structure of this size, and no Bragg peak stands out.",
        percent(report.mapped_mean), frames_text(report.n_frames));
  } else {
    report.statement = fmt::format(
        "Undecided: the best translation maps {} of the atoms (disorder of this size: below {}), the best inversion {} "
        "(below {}); crystals: above 80 %{}.",
        percent(report.translation_mean), percent(report.translation.glass_limit), percent(report.inversion_mean),
        percent(report.inversion.glass_limit), bragg ? "; a wave vector stands out as a Bragg peak" : "");
  }
  return report;
}

void FrameSample::add(const Structure& frame) {
  if (seen_++ % stride_ != 0) return;
  if (frames_.size() == capacity_) {
    std::vector<Structure> half;
    for (std::size_t i = 0; i < frames_.size(); i += 2) half.push_back(std::move(frames_[i]));
    frames_ = std::move(half);
    stride_ *= 2;
    if ((seen_ - 1) % stride_ != 0) return;
  }
  frames_.push_back(frame);
}

}  // namespace vitrion::structure
