#include "vitrion/train/checkpoint.hpp"

#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::train {
namespace {

constexpr std::string_view magic = "vitrion-checkpoint ";
constexpr std::string_view form = "1";  // to be counted up when what follows the first line changes

// The first line, cut at blanks, and what follows it.
struct Parts {
  std::string_view form, checksum, content;
};

Parts split(std::string_view bytes, const std::filesystem::path& file) {
  if (magic.starts_with(bytes.substr(0, magic.size())) && bytes.size() < magic.size()) refuse_damaged_checkpoint(file);
  if (!bytes.starts_with(magic))
    throw InputError({file.string(), 0}, "is no checkpoint of a training, which would be written there",
                     "Move this file away, or give another \"output\".");
  bytes.remove_prefix(magic.size());
  const std::size_t end = bytes.find('\n'), blank = bytes.substr(0, end).find(' ');
  if (end == std::string_view::npos || blank == std::string_view::npos) refuse_damaged_checkpoint(file);
  return {bytes.substr(0, blank), bytes.substr(blank + 1, end - blank - 1), bytes.substr(end + 1)};
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const Checkpoint& c) {
  const nlohmann::json json = {{"kind", c.kind},         {"fingerprint", c.fingerprint},
                               {"counters", c.counters}, {"numbers", c.numbers},
                               {"log", c.log},           {"seconds", c.seconds}};
  const std::vector<std::uint8_t> cbor = nlohmann::json::to_cbor(json);
  const std::string content(cbor.begin(), cbor.end());
  write_file_atomically(file, fmt::format("{}{} {}\n{}", magic, form, content_hash(content), content));
}

std::optional<Checkpoint> read_checkpoint(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const std::string bytes = read_file(file);
  const Parts parts = split(bytes, file);
  if (parts.form != form) return Checkpoint{};
  if (content_hash(parts.content) != parts.checksum) refuse_damaged_checkpoint(file);
  try {
    const nlohmann::json json = nlohmann::json::from_cbor(parts.content);
    Checkpoint c;
    json.at("kind").get_to(c.kind);
    json.at("fingerprint").get_to(c.fingerprint);
    c.counters = json.at("counters");
    json.at("numbers").get_to(c.numbers);
    json.at("log").get_to(c.log);
    json.at("seconds").get_to(c.seconds);
    return c;
  } catch (const nlohmann::json::exception&) {
    refuse_damaged_checkpoint(file);
  }
}

void refuse_damaged_checkpoint(const std::filesystem::path& file) {
  throw InputError({file.string(), 0}, "the checkpoint is damaged: it is not as it was written",
                   "Delete it to train from the start.");
}

std::filesystem::path set_aside_checkpoint(const std::filesystem::path& file) {
  std::filesystem::path old = file;
  old += ".old";
  std::filesystem::rename(file, old);
  return old;
}

}  // namespace vitrion::train
