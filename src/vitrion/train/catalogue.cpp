#include "vitrion/train/catalogue.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <mutex>

#include "vitrion/core/error.hpp"
#include "vitrion/train/kinds.hpp"

namespace vitrion::train {
namespace {

struct Catalogue {
  std::mutex mutex;
  std::vector<Trainer> trainers{mtp::trainer(), nequip::trainer()};
};

// Made at the first use, whichever that is: no order in which parts of a program are initialized matters.
Catalogue& catalogue() {
  static Catalogue all;
  return all;
}

}  // namespace

void add_trainer(Trainer trainer) {
  Catalogue& all = catalogue();
  const std::lock_guard lock(all.mutex);
  if (std::none_of(all.trainers.begin(), all.trainers.end(), [&](const Trainer& t) { return t.kind == trainer.kind; }))
    all.trainers.push_back(std::move(trainer));
}

std::vector<Trainer> trainers() {
  Catalogue& all = catalogue();
  const std::lock_guard lock(all.mutex);
  return all.trainers;
}

Trainer trainer_of(const std::string& kind) {
  std::vector<std::string> known;
  std::vector<Trainer> all = trainers();
  for (Trainer& trainer : all) {
    if (trainer.kind == kind) return std::move(trainer);
    known.push_back(trainer.kind);
  }
  throw InputError(fmt::format("there is no way to train a potential of type \"{}\"", kind),
                   fmt::format("It is one of: {}.", fmt::join(known, ", ")));
}

}  // namespace vitrion::train
