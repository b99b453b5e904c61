// Moment tensor potentials in the catalogue.
#include "vitrion/core/error.hpp"
#include "vitrion/potentials/kinds.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"

namespace vitrion::potentials::mtp {
namespace {

std::unique_ptr<Potential> open_mtp(const Opening& opening) {
  MtpParameters parameters = parse_mtp(opening.bytes, opening.file.string());
  if (!parameters.is_trained())
    throw InputError(Location{opening.file.string()}, "is an untrained template: it has no coefficients",
                     "Train it first (vitrion train --help).");
  return std::make_unique<MtpPotential>(std::move(parameters));
}

}  // namespace

Kind mtp_kind() {
  return {.name = "MTP",
          .description = "moment tensor potentials of MLIP-2 and MLIP-3 (.mtp, .almtp)",
          .suffixes = {".mtp", ".almtp"},
          .trained = true,
          .recognizes = looks_like_mtp,
          .open = open_mtp,
          .write = [](const std::filesystem::path& file, const Potential& potential) {
            write_mtp(file, dynamic_cast<const MtpPotential&>(potential).parameters());
          }};
}

}  // namespace vitrion::potentials::mtp
