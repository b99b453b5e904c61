// ZBL repulsion in YAML: kind: zbl, species: [Li, P], inner: 1.0, outer: 2.0 (Å).
#include <fmt/format.h>

#include "vitrion/core/config.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/kinds.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

std::unique_ptr<Potential> open_zbl(const Opening& opening) {
  Config config = Config::parse(std::string(opening.bytes), opening.file.string());
  config.choice("kind", {"zbl"}, "zbl");
  ZblOptions options;
  options.species = config.elements("species");
  options.inner = config.number("inner", options.inner);
  options.outer = config.number("outer", options.outer);
  config.finish();
  try {
    return std::make_unique<Zbl>(std::move(options));
  } catch (const InputError& e) {
    throw config.error("outer", e.what());
  }
}

void write_zbl(const std::filesystem::path& file, const Potential& potential) {
  const ZblOptions& o = dynamic_cast<const Zbl&>(potential).options();
  write_file_atomically(
      file, fmt::format("kind: zbl\nspecies: [{}]\ninner: {}\nouter: {}\n", join_names(o.species), o.inner, o.outer));
}

}  // namespace

Kind zbl_kind() {
  return {.name = "ZBL",
          .description = "ZBL repulsion (YAML: kind: zbl)",
          .suffixes = {".zbl.yaml"},
          .recognizes = [](std::string_view text) { return says_kind(text, "zbl"); },
          .open = open_zbl,
          .write = write_zbl};
}

}  // namespace vitrion::potentials
