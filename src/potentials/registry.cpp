#include "potentials/registry.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "potentials/mtp/mtp_file.hpp"
#include "potentials/mtp/mtp_potential.hpp"
#include "potentials/zbl/zbl.hpp"

namespace vitrion {
namespace {

std::unique_ptr<Potential> open_by_content(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  if (looks_like_zbl(bytes)) return read_zbl(file);
  if (!mtp::looks_like_mtp(bytes))
    throw InputError(
        Location{file.string()}, "is not a potential that Vitrion knows",
        "Known: moment tensor potentials of MLIP-2 and MLIP-3 (.mtp, .almtp), and ZBL repulsion (YAML: kind: zbl).");
  mtp::MtpParameters parameters = mtp::parse_mtp(bytes, file.string());
  if (!parameters.is_trained())
    throw InputError(Location{file.string()}, "is an untrained template: it has no coefficients",
                     "Train it first (vitrion train --help).");
  return std::make_unique<mtp::MtpPotential>(std::move(parameters));
}

}  // namespace

std::unique_ptr<Potential> load_potential(const std::filesystem::path& file, const LoadOptions& options) {
  std::unique_ptr<Potential> potential = open_by_content(file);
  const std::vector<Species>& known = potential->species();
  const bool named = std::all_of(known.begin(), known.end(), [](const Species& s) { return s.is_element(); });
  if (!named && !options.species.empty()) {
    try {
      potential->name_species(options.species);
    } catch (const InputError& error) {
      throw InputError(Location{file.string()}, error.what());
    }
  }
  return potential;
}

}  // namespace vitrion
