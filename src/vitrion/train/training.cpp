#include "vitrion/train/training.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/output_lock.hpp"
#include "vitrion/train/loop.hpp"
#include "vitrion/train/slopes.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train {
namespace {

constexpr double patience_seconds = 2;  // for a training that was just killed to be gone

// What the file holds is judged: the errors are those users will see.
TrainedSet judged(const TrainingRun& run, std::vector<Structure> structures, const std::string& subset_key,
                  const Session& session) {
  TrainedSet set;
  if (structures.empty()) return set;
  set.predictions = run.predict(structures);
  set.errors = compare(structures, set.predictions, subset_key);
  if (run.written().has_grades()) set.graded = graded_errors(run.written(), structures, set.predictions, session);
  set.structures = std::move(structures);
  return set;
}

// Takes the structures out of `data`.
void judge(const TrainingRun& run, const TrainOptions& o, TrainingData& data, const Session& session,
           TrainResult& result) {
  result.training = judged(run, std::move(data.training), o.subset_key, session);
  result.validation = judged(run, std::move(data.validation), o.subset_key, session);
  result.test = judged(run, std::move(data.test), o.subset_key, session);
}

void warn_of_slopes(TrainResult& result) {
  for (const auto& [name, set] :
       {std::pair{"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}}) {
    if (set->structures.empty()) continue;
    for (const std::string& text : implausible_slopes(parity(set->structures, set->predictions), set->errors.overall))
      result.warnings.push_back({fmt::format("Labels of the {} set and predictions differ by a factor", name), text});
  }
}

void calibrate_grades(TrainingRun& run, TrainResult& result) {
  result.calibrated_on = run.held_out();
  result.calibration = calibrate((result.calibrated_on == "test" ? result.test : result.validation).graded);
  run.keep_calibration(result.files, result.calibration);
}

}  // namespace

TrainFiles::TrainFiles(const std::filesystem::path& output) : potential(output) {
  const auto beside = [&](const char* ending) {
    std::filesystem::path path = output;
    return path.replace_extension(ending);
  };
  card = beside(".card.json");
  log = beside(".training.csv");
  checkpoint = beside(".checkpoint");
}

std::string to_text(const Warning& warning) {
  return fmt::format("warning: {}: {}", warning.title, warning.text);
}

TrainResult train(const TrainOptions& options, const Session& session) {
  TrainResult result(options.output);
  const OutputLock lock(result.files.potential, patience_seconds);
  TrainingData data = read_training_data(options, session);
  result.pairs_never_met = dataset::pairs_never_met(data.description);
  const std::unique_ptr<TrainingRun> run = options.of_kind->begin(options, data, session);
  result.warnings = data.warnings;
  for (const Warning& warning : run->warnings()) {
    session.say(to_text(warning));
    result.warnings.push_back(warning);
  }
  run_fit(*run, options, run_fingerprint(options, data.description), result, session);
  run->write(result.files);
  judge(*run, options, data, session, result);
  warn_of_slopes(result);
  calibrate_grades(*run, result);
  write_file_atomically(result.files.card,
                        json_text(model_card(result, options, data.description, run->card(result)), 1) + "\n");
  std::filesystem::remove(result.files.checkpoint);
  return result;
}

nlohmann::json to_json(const TrainResult& result) {
  nlohmann::json json;
  json["training"] = to_json(result.training.errors);
  if (!result.validation.structures.empty()) json["validation"] = to_json(result.validation.errors);
  if (!result.test.structures.empty()) json["test"] = to_json(result.test.errors);
  for (const auto& [name, set] :
       {std::pair{"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}})
    if (!set->graded.grades.empty()) json[name]["grades"] = to_json(set->graded);
  json["warnings"] = nlohmann::json::array();
  for (const Warning& w : result.warnings) json["warnings"].push_back(fmt::format("{}: {}", w.title, w.text));
  return json;
}

}  // namespace vitrion::train
