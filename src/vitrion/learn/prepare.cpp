// The first step: what is trained on, and what never is.
#include <fmt/format.h>

#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/dataset/duplicates.hpp"
#include "vitrion/dataset/split.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/learn/frames.hpp"
#include "vitrion/learn/steps.hpp"

namespace vitrion::learn {
namespace {

void add(std::vector<Structure> frames, std::vector<Structure>& all) {
  all.insert(all.end(), std::make_move_iterator(frames.begin()), std::make_move_iterator(frames.end()));
}

std::vector<Structure> read_all(const std::vector<std::string>& files, const io::ReadOptions& options) {
  std::vector<Structure> all;
  for (const std::string& file : files) add(io::read_frames(file, options), all);
  return all;
}

io::ReadOptions read_reading(Config config) {
  io::ReadOptions options;
  options.format = config.text("format", "");
  options.species = config.elements("species");
  if (const std::string frames = config.text("frames", ""); !frames.empty())
    options.frames = io::FrameRange::parse(frames);
  return options;
}

void check_labels(const std::vector<Structure>& frames, const char* set) {
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (!frames[i].labels.energy || !frames[i].labels.has_forces())
      throw InputError(
          fmt::format("frame {} of the {} set has no {}", i, set, frames[i].labels.energy ? "forces" : "energy"),
          "Label it (vitrion label), or leave it out.");
}

// Labels come with free energies: so must the seed data, or no training could take both.
void settle_energies(std::vector<Structure>& frames, bool unspecified_is_free) {
  for (Structure& frame : frames) {
    EnergyKind& kind = frame.labels.energy_kind;
    if (kind == EnergyKind::unspecified && unspecified_is_free) kind = EnergyKind::free;
    if (kind == EnergyKind::free) continue;
    throw InputError(
        fmt::format("the seed data hold energies of kind \"{}\", new labels are free energies", name_of(kind)),
        kind == EnergyKind::unspecified
            ? "Where forces are the derivatives of these energies (CP2K; VASP's free energy) say so: "
              "seed_energy: free."
            : "Label the seed data anew, or read their free energies (REF_energy, free_energy).");
  }
}

// A frame, or a trajectory, that stands on both sides makes the errors worthless.
void check_apart(const std::vector<Structure>& training, const std::vector<Structure>& validation,
                 const std::string& group_key) {
  std::vector<Structure> all = training;
  all.insert(all.end(), validation.begin(), validation.end());
  const std::size_t n = training.size();
  for (const std::vector<std::size_t>& alike : dataset::find_duplicates(all))
    if (alike.front() < n && alike.back() >= n)
      throw InputError(
          fmt::format("frame {} of the validation set is frame {} of the seed data", alike.back() - n, alike.front()),
          "What is validated on must not be trained on: take it out of one of them.");
  std::set<std::string> groups;
  for (const Structure& frame : training)
    if (const auto group = frame.info.find(group_key); group != frame.info.end()) groups.insert(group->second);
  for (std::size_t i = 0; i < validation.size(); ++i) {
    const auto group = validation[i].info.find(group_key);
    if (group != validation[i].info.end() && groups.count(group->second) != 0)
      throw InputError(fmt::format("frame {} of the validation set is of {} {}, and so are frames of the seed data", i,
                                   group_key, group->second),
                       "Frames of one trajectory are alike: keep all of them on one side.");
  }
}

}  // namespace

void prepare(Config& config, const Session& session) {
  const io::ReadOptions reading = read_reading(config.section("reading"));
  std::vector<Structure> training, validation;
  if (config.has("seed_data")) training = read_all(config.paths("seed_data"), reading);
  if (config.has("labelled"))
    for (const std::string& file : config.paths("labelled")) add(read_frames_or_none(file), training);
  config.accept("seed_data");
  config.accept("labelled");
  if (training.empty())
    throw InputError("there are no seed data: none of the structures that were built got a label",
                     "vitrion label status labels --jobs, in the folder of the loop, tells why.");
  const std::string group_key = config.text("group_key", "");
  const bool unspecified_is_free = config.choice("seed_energy", {"as_given", "free"}, "as_given") == "free";
  if (config.has("validation")) {
    validation = read_all(config.paths("validation"), reading);
    config.accept("validation");
  } else {
    dataset::SplitOptions options{.group_key = group_key, .seed = config.integer<std::uint64_t>("seed")};
    options.validation_fraction = config.number("fraction");
    const dataset::Split split = dataset::split_by_group(training, options);
    std::vector<Structure> kept;
    for (const std::size_t i : split.train) kept.push_back(training[i]);
    for (const std::size_t i : split.validation) validation.push_back(training[i]);
    training = std::move(kept);
  }
  config.finish();
  check_labels(training, "training");
  check_labels(validation, "validation");
  settle_energies(training, unspecified_is_free);
  settle_energies(validation, unspecified_is_free);
  check_apart(training, validation, group_key);
  io::write_frames("train.extxyz", training);
  io::write_frames("validation.extxyz", validation);
  session.say(fmt::format("{} frames to train on, {} never trained on", training.size(), validation.size()));
}

}  // namespace vitrion::learn
