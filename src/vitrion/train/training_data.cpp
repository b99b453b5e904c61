#include "vitrion/train/training_data.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/dataset/plausibility.hpp"
#include "vitrion/dataset/reference_energies.hpp"
#include "vitrion/dataset/split.hpp"

namespace vitrion::train {
namespace {

// What only says when to end; a section with nothing else in it is as good as none.
void remove_limits(YAML::Node parent, const std::string& key, const Trainer& trainer) {
  YAML::Node section = parent[key];
  if (!section.IsDefined() || !section.IsMap()) return;
  for (const std::string& limit : trainer.limits) section.remove(limit);
  if (section.size() == 0) parent.remove(key);
}

YAML::Node without_limits(YAML::Node settings, const std::string& kind) {
  YAML::Node optimizer = settings["optimizer"];
  if (optimizer.IsDefined() && optimizer.IsMap())
    for (const Trainer& trainer : trainers()) remove_limits(optimizer, trainer.kind, trainer);
  remove_limits(settings, "optimizer", trainer_of(kind));
  return settings;
}

std::vector<Structure> select(const std::vector<Structure>& frames, const std::vector<std::size_t>& which) {
  std::vector<Structure> chosen;
  chosen.reserve(which.size());
  for (const std::size_t i : which) chosen.push_back(frames[i]);
  return chosen;
}

// Training frames must say something of the energy and come with one kind of it.
void check_labels(const dataset::Description& d) {
  if (d.with_energy == 0) throw InputError("no training frame has an energy");
  if (d.with_forces == 0)
    throw InputError("no training frame has forces",
                     "A potential cannot be trained on energies alone here; check the names of the force columns "
                     "(vitrion info FILE shows what was read).");
  if (d.energy_kinds.size() > 1) {
    std::string kinds;
    for (const auto& [kind, count] : d.energy_kinds)
      kinds += fmt::format("{}{} frames with \"{}\"", kinds.empty() ? "" : ", ", count, kind);
    throw InputError(
        "the training data mix kinds of energy: " + kinds,
        "Forces are the derivative of the free energy; train on one kind only. data.energy_key: energy reads "
        "the key energy of every extended XYZ, whatever stands beside it (free_energy: that one).");
  }
}

// Errors on frames that were trained on are no test errors.
void check_held_out(TrainingData& data, const std::vector<Structure>& seen) {
  if (const std::size_t n = dataset::copies_in(data.test, seen); n > 0)
    throw InputError(fmt::format("{} of {} test frames stand in the training data", n, data.test.size()),
                     "Take them out of one of the two (vitrion dataset dedupe finds them), or test on other frames.");
  if (const std::size_t n = dataset::copies_in(data.validation, data.training); n > 0)
    data.warnings.push_back(
        {"Validation frames stand among the training frames",
         fmt::format("{} of {} do: training ends too late and the errors flatter. Set data.group_key, or take copies "
                     "out (vitrion dataset dedupe).",
                     n, data.validation.size())});
}

// Errors on the neighbours in time of what was trained on flatter, whatever their number.
void warn_of_torn_runs(const std::vector<Structure>& frames, const dataset::Split& split, TrainingData& data) {
  for (const auto& [name, held_out] : {std::pair("validation", &split.validation), std::pair("test", &split.test)})
    if (const std::size_t n = dataset::torn_from_runs(frames, *held_out, split.train); n > 0)
      data.warnings.push_back(
          {fmt::format("The {} set is torn from the runs of the training set", name),
           fmt::format("{0} of {1} {2} frames come right before or after a training frame of the same run (the same "
                       "atoms, moved by less than 1 Å rms): errors on them flatter. Split by run: data.group_key names "
                       "a key that frames of one run share (vitrion "
                       "dataset merge and vitrion convert write one with --tag KEY), or give {2} files of their own.",
                       n, held_out->size(), name)});
}

}  // namespace

std::vector<Structure> read_structures(const std::vector<std::string>& files, const io::ReadOptions& options) {
  std::vector<Structure> all;
  for (const std::string& file : files) {
    std::vector<Structure> frames = io::read_frames(file, options);
    all.insert(all.end(), std::make_move_iterator(frames.begin()), std::make_move_iterator(frames.end()));
  }
  return all;
}

TrainingData read_training_data(const TrainOptions& o, const Session& session) {
  io::ReadOptions reading = o.reading;
  reading.note = [told = std::make_shared<std::set<std::string>>(), session](const std::string& note) {
    if (told->insert(note).second) session.say("note: " + note);
  };
  const std::vector<Structure> frames = read_structures(o.train, reading);
  const dataset::Split split =
      dataset::split_by_group(frames, {o.group_key, o.validation_fraction, o.test_fraction, o.seed});
  TrainingData data{select(frames, split.train), select(frames, split.validation), select(frames, split.test), {}, {}};
  std::vector<Structure> seen = data.training;
  seen.insert(seen.end(), data.validation.begin(), data.validation.end());
  data.description = dataset::describe(seen, std::max(4.0, o.r_max));
  check_labels(data.description);
  if (!o.test.empty()) data.test = read_structures(o.test, reading);
  for (const dataset::Doubt& doubt : dataset::doubts(frames))
    data.warnings.push_back({"Labels are implausible", to_text(doubt)});
  warn_of_torn_runs(frames, split, data);
  check_held_out(data, seen);
  for (const Warning& warning : data.warnings) session.say(to_text(warning));
  return data;
}

void check_species(const dataset::Description& data, const std::vector<Species>& species) {
  for (const Species& s : data.species)
    if (std::find(species.begin(), species.end(), s) == species.end())
      throw InputError(fmt::format("the training data hold {}, the potential is for {}", s.name(), join_names(species)),
                       s.is_element() ? "" : "Name the elements of the types, in order: data.species: [Mg, V, O]");
}

std::vector<double> reference_energies(const TrainOptions& o, const std::vector<Structure>& training,
                                       const std::vector<Species>& species) {
  if (o.reference_energies.empty()) return dataset::fit_reference_energies(training, species);
  std::vector<double> energies;
  for (const Species& s : species) {
    const auto found = o.reference_energies.find(s.name());
    if (found == o.reference_energies.end())
      throw InputError("data.reference_energies names no energy for " + s.name());
    energies.push_back(found->second);
  }
  return energies;
}

std::string run_fingerprint(const TrainOptions& options, const dataset::Description& data) {
  YAML::Node settings = YAML::Load(options.settings);
  settings.remove("checkpoint_seconds");
  const std::string start = options.start.empty() ? "" : content_hash_of_file(options.start);
  return content_hash(YAML::Dump(without_limits(settings, options.kind)) + "\n" + data.hash + start + "\n" + version);
}

}  // namespace vitrion::train
