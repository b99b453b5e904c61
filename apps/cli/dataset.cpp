// vitrion dataset: merge, de-duplicate, split, subsample, and say what a dataset covers.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dataset/coverage.hpp"
#include "vitrion/dataset/duplicates.hpp"
#include "vitrion/dataset/plausibility.hpp"
#include "vitrion/dataset/split.hpp"
#include "vitrion/dataset/subsample.hpp"
#include "vitrion/present/dataset_figures.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double meV = 1e-3;

/// Frames of several files, each with where it came from.
struct Frames {
  std::vector<Structure> frames;
  std::vector<std::string> origins;  ///< "lipon.extxyz:17", frames counted from 0
};

struct DatasetCommand {
  std::vector<std::string> files;
  std::string output;
  InputOptions input;
  RunOptions run;

  /// `tag`: key under which each frame is told which file it came from; may be empty.
  Frames read(const std::string& tag = {}) const {
    run.apply();
    Frames all;
    const std::vector<std::string> names = io::distinct_names({files.begin(), files.end()});
    for (std::size_t f = 0; f < files.size(); ++f) {
      const std::string& file = files[f];
      std::vector<Structure> frames = io::read_frames(file, input.read_options());
      if (!tag.empty())
        for (Structure& frame : frames) frame.info[tag] = names[f];
      for (std::size_t i = 0; i < frames.size(); ++i) {
        all.origins.push_back(fmt::format("{}:{}", file, i));
        all.frames.push_back(std::move(frames[i]));
      }
    }
    return all;
  }
};

void write(const std::string& file, const std::vector<Structure>& frames) {
  io::write_frames(file, frames);
  fmt::print("wrote {}: {} frames\n", file, frames.size());
}

void warn_of_pairs(const dataset::Coverage& coverage) {
  const std::vector<std::string> missing = coverage.never_met();
  if (missing.empty()) return;
  fmt::print(
      "\nWARNING: never met within {:g} Å in any frame: {}.\n"
      "  A potential trained on this learns nothing of how such atoms repel: in MD they may fuse. Add frames in which\n"
      "  they are neighbours (vitrion learn finds and labels them), or lay zbl or a wall under the potential.\n",
      coverage.options.cutoff, fmt::join(missing, ", "));
}

std::string span(const dataset::Range& range, const char* format) {
  const std::string low = fmt::format(fmt::runtime(format), range.low);
  const std::string high = fmt::format(fmt::runtime(format), range.high);
  return low == high ? low : low + " to " + high;
}

void print_coverage(const dataset::Coverage& c) {
  const dataset::Description& d = c.contents;
  fmt::print("{} frames, {} atoms; {} with energies, {} with forces, {} with stresses\n", d.n_frames, d.n_atoms,
             d.with_energy, d.with_forces, d.with_stress);
  if (d.density.high > 0) fmt::print("density     {} g/cm³\n", span(d.density, "{:.3f}"));
  if (c.temperature) fmt::print("temperature {} K (frames that name one)\n", span(*c.temperature, "{:.0f}"));
  fmt::print("\n{:<10}{:>14}{:>14}{:>16}   within {:g} Å\n", "pair", "shortest Å", "pairs", "frames with one",
             c.options.cutoff);
  for (const dataset::PairCoverage& pair : c.pairs)
    fmt::print("{:<10}{:>14}{:>14}{:>16}\n", pair.name(),
               pair.n_pairs > 0 ? fmt::format("{:.3f}", pair.shortest) : "never met", pair.n_pairs, pair.n_frames);
  fmt::print("\n{:<16}{:>8}{:>8}{:>14}  {:>14}  {:>22}  {:>14}\n", c.options.subset_key, "frames", "atoms", "T K",
             "density g/cm³", "energy eV/atom", "force rms eV/Å");
  for (const auto& [name, subset] : c.subsets) {
    const dataset::Description& s = subset.contents;
    fmt::print("{:<16}{:>8}{:>8}{:>14}  {:>13}  {:>22}  {:>13}\n", name, s.n_frames, s.n_atoms,
               subset.temperature ? span(*subset.temperature, "{:.0f}") : "-",
               s.density.high > 0 ? span(s.density, "{:.2f}") : "-", s.with_energy > 0 ? span(s.energy, "{:.3f}") : "-",
               s.with_forces > 0 ? fmt::format("{:.3f}", s.force_rms) : "-");
  }
  warn_of_pairs(c);
}

CLI::App* add_part(CLI::App& parent, DatasetCommand& command, const char* name, const char* description) {
  CLI::App* sub = parent.add_subcommand(name, description);
  sub->add_option("files", command.files, "Labelled frames, in any format")->required();
  command.input.add_to(*sub, false);
  command.run.add_to(*sub);
  return sub;
}

void add_summary(CLI::App& dataset) {
  struct Summary : DatasetCommand {
    dataset::CoverageOptions options;
    std::string report;
  };
  auto c = std::make_shared<Summary>();
  CLI::App* sub = add_part(dataset, *c, "summary", "What it covers: pairs of elements, subsets, densities, energies");
  sub->alias("coverage");
  sub->add_option("--cutoff", c->options.cutoff, "Å, of the potential to be trained")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub->add_option("--subsets", c->options.subset_key, "Key whose values are subsets")->capture_default_str();
  sub->add_option("--temperature-key", c->options.temperature_key, "Key that names a temperature (K)")
      ->capture_default_str();
  sub->add_option("--report", c->report, "Also write report.html, report.json and figures into this folder");
  sub->callback([c] {
    const Frames all = c->read();
    const dataset::Coverage coverage = dataset::cover(all.frames, c->options);
    print_coverage(coverage);
    for (const dataset::Doubt& doubt : dataset::doubts(all.frames)) fmt::print("\nWARNING: {}\n", to_text(doubt));
    c->run.write_json(dataset::to_json(coverage));
    if (c->report.empty()) return;
    report::write_report(present::dataset_report(all.frames, coverage, c->files), c->report);
    fmt::print("\nreport: {}\n", (fs::path(c->report) / "report.html").string());
  });
}

void add_tolerances(CLI::App& sub, dataset::DuplicateOptions& options, double& energy) {
  sub.add_option("--tolerance", options.tolerance, "Å, on places of atoms and lengths of the cell")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub.add_option("--energy-tolerance", energy, "meV/atom: labels of equal structures that differ by more disagree")
      ->capture_default_str();
  sub.add_option("--force-tolerance", options.force_tolerance, "eV/Å, likewise")->capture_default_str();
}

int n_labels(const Structure& s) {
  return (s.labels.energy ? 1 : 0) + (s.labels.has_forces() ? 1 : 0) + (s.labels.stress ? 1 : 0);
}

/// What became of duplicates.
struct Deduplicated {
  std::vector<Structure> kept;
  std::size_t n_dropped = 0, n_contradictory = 0;
  Json contradictions = Json::array();
};

// Of each group the frame with the most labels stays, the first of several. Where labels contradict each other nothing
// tells which is right: that is said of each pair, and with `drop_contradictory` the whole group goes.
Deduplicated deduplicate(Frames all, const dataset::DuplicateOptions& options, bool drop_contradictory) {
  Deduplicated result;
  std::vector<bool> keep(all.frames.size(), true);
  for (const std::vector<std::size_t>& group : dataset::find_duplicates(all.frames, options, terminal_session())) {
    const std::size_t best = *std::max_element(group.begin(), group.end(), [&](std::size_t a, std::size_t b) {
      return n_labels(all.frames[a]) < n_labels(all.frames[b]);
    });
    bool contradictory = false;
    for (const std::size_t i : group) {
      if (i == best) continue;
      keep[i] = false;
      const dataset::LabelDifference d = dataset::compare_labels(all.frames[best], all.frames[i], options);
      if (d.agree) continue;
      contradictory = true;
      ++result.n_contradictory;
      fmt::print("WARNING: {} and {} are one structure, their labels differ by {:.3f} meV/atom and {:.3f} eV/Å\n",
                 all.origins[best], all.origins[i], d.energy / meV, d.force);
      result.contradictions.push_back({{"kept", all.origins[best]},
                                       {"dropped", all.origins[i]},
                                       {"energy_meV_per_atom", d.energy / meV},
                                       {"force_eV_per_A", d.force}});
    }
    if (contradictory && drop_contradictory) keep[best] = false;
  }
  for (std::size_t i = 0; i < all.frames.size(); ++i)
    if (keep[i])
      result.kept.push_back(std::move(all.frames[i]));
    else
      ++result.n_dropped;
  if (result.kept.empty()) throw InputError("no frame is left");
  return result;
}

void say(const Deduplicated& result) {
  fmt::print("{} frames kept, {} dropped{}\n", result.kept.size(), result.n_dropped,
             result.n_contradictory > 0
                 ? fmt::format("; {} CONTRADICT the frame kept in their place: different settings "
                               "of DFT, or one did not converge",
                               result.n_contradictory)
                 : "");
}

void add_dedupe(CLI::App& dataset) {
  struct Dedupe : DatasetCommand {
    dataset::DuplicateOptions options;
    double energy = 1;
    bool drop_contradictory = false;
  };
  auto c = std::make_shared<Dedupe>();
  CLI::App* sub = add_part(dataset, *c, "dedupe", "Drop structures that stand twice; report labels that contradict");
  add_tolerances(*sub, c->options, c->energy);
  sub->add_flag("--drop-contradictory", c->drop_contradictory, "Drop every copy where labels disagree");
  sub->add_option("--output", c->output, "File to write; its name tells the format")->required();
  sub->callback([c] {
    c->options.energy_tolerance = c->energy * meV;
    const Deduplicated result = deduplicate(c->read(), c->options, c->drop_contradictory);
    say(result);
    write(c->output, result.kept);
    c->run.write_json(
        {{"kept", result.kept.size()}, {"dropped", result.n_dropped}, {"contradictions", result.contradictions}});
  });
}

void add_merge(CLI::App& dataset) {
  struct Merge : DatasetCommand {
    dataset::DuplicateOptions options;
    double energy = 1;
    std::string tag;
    bool keep_duplicates = false;
  };
  auto c = std::make_shared<Merge>();
  CLI::App* sub = add_part(dataset, *c, "merge", "Several files as one, without the structures that stand twice");
  add_tolerances(*sub, c->options, c->energy);
  sub->add_flag("--keep-duplicates", c->keep_duplicates, "Do not look for structures that stand twice");
  sub->add_option("--tag", c->tag, tag_help);
  sub->add_option("--output", c->output, "File to write; its name tells the format")->required();
  sub->callback([c] {
    Frames all = c->read(c->tag);
    const dataset::Description d = dataset::describe(all.frames, 0);
    if (d.energy_kinds.size() > 1) {
      std::vector<std::string> kinds;
      for (const auto& [kind, n] : d.energy_kinds) kinds.push_back(fmt::format("{} of kind {}", n, kind));
      fmt::print(
          "WARNING: energies of different kinds: {}. vitrion train refuses to mix them.\n"
          "  --energy-key energy reads the key energy of every extended XYZ, whatever stands beside it.\n",
          fmt::join(kinds, ", "));
    }
    c->options.energy_tolerance = c->energy * meV;
    Deduplicated result;
    if (c->keep_duplicates)
      result.kept = std::move(all.frames);
    else
      result = deduplicate(std::move(all), c->options, false);
    say(result);
    write(c->output, result.kept);
    c->run.write_json(
        {{"kept", result.kept.size()}, {"dropped", result.n_dropped}, {"contradictions", result.contradictions}});
  });
}

void add_split(CLI::App& dataset) {
  struct Split : DatasetCommand {
    dataset::SplitOptions options;
  };
  auto c = std::make_shared<Split>();
  CLI::App* sub = add_part(dataset, *c, "split", "Training, validation and test set; trajectories stay whole");
  sub->add_option("--group", c->options.group_key, "Key that frames of one trajectory share (traj)");
  sub->add_option("--validation", c->options.validation_fraction, "Share of the frames")->capture_default_str();
  sub->add_option("--test", c->options.test_fraction, "Share of the frames")->capture_default_str();
  sub->add_option("--seed", c->options.seed, "Of the order of groups: the same seed, the same split")
      ->capture_default_str();
  sub->add_option("--output", c->output, "Folder for train.extxyz, validation.extxyz, test.extxyz")->required();
  sub->callback([c] {
    const Frames all = c->read();
    if (c->options.validation_fraction == 0 && c->options.test_fraction == 0)
      throw InputError("there is nothing to split off", "Give --validation 0.1, --test 0.1, or both.");
    if (c->options.group_key.empty())
      fmt::print(
          "note: without --group every frame is taken for itself; frames of one trajectory on both sides make "
          "errors look small\n");
    const dataset::Split split = dataset::split_by_group(all.frames, c->options);
    std::vector<std::size_t> held_out = split.validation;
    held_out.insert(held_out.end(), split.test.begin(), split.test.end());
    if (const std::size_t n = dataset::torn_from_runs(all.frames, held_out, split.train); n > 0)
      fmt::print(
          "WARNING: {} of {} frames held out come right before or after a training frame of the same run.\n"
          "  Split by run: --group names a key that frames of one run share; vitrion dataset merge --tag KEY writes "
          "one, "
          "the name of the file.\n",
          n, held_out.size());
    Json sizes;
    for (const auto& [name, which] : {std::pair("train", &split.train), std::pair("validation", &split.validation),
                                      std::pair("test", &split.test)}) {
      sizes[name] = which->size();
      std::vector<Structure> part;
      for (const std::size_t i : *which) part.push_back(all.frames[i]);
      if (!part.empty()) write((fs::path(c->output) / (std::string(name) + ".extxyz")).string(), part);
    }
    c->run.write_json(sizes);
  });
}

void add_subsample(CLI::App& dataset) {
  struct Subsample : DatasetCommand {
    dataset::DescriptorOptions options;
    std::size_t count = 0;
  };
  auto c = std::make_shared<Subsample>();
  CLI::App* sub = add_part(dataset, *c, "subsample", "A few frames that stand for many (farthest point sampling)");
  sub->add_option("--count", c->count, "Frames to keep")->required()->check(CLI::PositiveNumber);
  sub->add_option("--cutoff", c->options.cutoff, "Å, of the description of frames")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub->add_option("--output", c->output, "File to write; frames in the order in which they were chosen")->required();
  sub->callback([c] {
    const Frames all = c->read();
    const dataset::FarthestPoints points =
        dataset::farthest_points(dataset::describe_frames(all.frames, c->options), c->count, terminal_session());
    std::vector<Structure> chosen;
    Json list = Json::array();
    for (std::size_t k = 0; k < points.chosen.size(); ++k) {
      chosen.push_back(all.frames[points.chosen[k]]);
      list.push_back({{"frame", all.origins[points.chosen[k]]}, {"distance", points.distances[k]}});
    }
    fmt::print("{} of {} frames; every other is within {:.4g} of one of them, the second one chosen was {:.4g} away\n",
               chosen.size(), all.frames.size(), points.radius, chosen.size() > 1 ? points.distances[1] : 0);
    write(c->output, chosen);
    c->run.write_json({{"chosen", list}, {"radius", points.radius}});
  });
}

}  // namespace

void add_dataset(CLI::App& app) {
  CLI::App* sub = app.add_subcommand("dataset", "Merge, de-duplicate, split and subsample datasets; what they cover");
  sub->require_subcommand(1);
  add_summary(*sub);
  add_merge(*sub);
  add_dedupe(*sub);
  add_split(*sub);
  add_subsample(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion dataset summary lipon.extxyz --report lipon-report\n"
      "      which pairs of elements never meet; energies over volumes, forces, subsets\n"
      "  vitrion dataset merge lipon_pbe.extxyz active.extxyz --tag file --output all.extxyz\n"
      "  vitrion dataset dedupe all.extxyz --tolerance 0.001 --output clean.extxyz\n"
      "  vitrion dataset split clean.extxyz --group traj --validation 0.1 --test 0.1 --output parts\n"
      "  vitrion dataset subsample run.lammpstrj.gz --count 50 --output label-these.extxyz\n"
      "  vitrion convert all.extxyz all.cfg --species Li,N,O,P      to other formats");
}

}  // namespace vitrion::cli
