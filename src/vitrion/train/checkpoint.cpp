#include "vitrion/train/checkpoint.hpp"

#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::train {

// Numbers in JSON text read back exactly: they are written with as many digits as that takes.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& c) {
  const mtp::FitState& s = c.state;
  const nlohmann::json json = {{"fingerprint", c.fingerprint},
                               {"limits", c.limits},
                               {"theta", s.theta},
                               {"damping", s.damping},
                               {"growth", s.growth},
                               {"iteration", s.iteration},
                               {"finished", s.finished},
                               {"reason", s.reason},
                               {"losses", s.losses},
                               {"best", s.best},
                               {"best_loss", s.best_loss},
                               {"best_iteration", s.best_iteration},
                               {"ended", c.ended},
                               {"kept", c.kept},
                               {"log", c.log},
                               {"seconds", c.seconds}};
  write_file_atomically(file, json.dump());
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const nlohmann::json json = nlohmann::json::parse(read_file(file));
    Checkpoint c;
    c.fingerprint = json.at("fingerprint").get<std::string>();
    c.limits = json.value("limits", "");
    mtp::FitState& s = c.state;
    json.at("theta").get_to(s.theta);
    json.at("damping").get_to(s.damping);
    json.at("growth").get_to(s.growth);
    json.at("iteration").get_to(s.iteration);
    json.at("finished").get_to(s.finished);
    json.at("reason").get_to(s.reason);
    json.at("losses").get_to(s.losses);
    json.at("best").get_to(s.best);
    json.at("best_loss").get_to(s.best_loss);
    json.at("best_iteration").get_to(s.best_iteration);
    json.at("ended").get_to(c.ended);
    json.at("kept").get_to(c.kept);
    json.at("log").get_to(c.log);
    json.at("seconds").get_to(c.seconds);
    return c;
  } catch (const nlohmann::json::exception&) {
    throw InputError({file.string(), 0}, "the checkpoint is damaged", "Delete it to train from the start.");
  }
}

void set_aside_checkpoint(const std::filesystem::path& file, const Session& session) {
  std::filesystem::path old = file;
  old += ".old";
  std::filesystem::rename(file, old);
  session.say(fmt::format("{} is of other settings, data or version: training starts anew. That state is kept as {}.",
                          file.string(), old.filename().string()));
}

}  // namespace vitrion::train
