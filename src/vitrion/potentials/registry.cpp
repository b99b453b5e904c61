#include "vitrion/potentials/registry.hpp"

#include <algorithm>
#include <fstream>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

enum class Kind { none, mtp, nequip, zbl };

Kind kind_of(std::string_view bytes) {
  if (looks_like_zbl(bytes)) return Kind::zbl;
  if (nequip::looks_like_model(bytes)) return Kind::nequip;
  return mtp::looks_like_mtp(bytes) ? Kind::mtp : Kind::none;
}

std::unique_ptr<Potential> open_mtp(std::string_view bytes, const std::filesystem::path& file) {
  mtp::MtpParameters parameters = mtp::parse_mtp(bytes, file.string());
  if (!parameters.is_trained())
    throw InputError(Location{file.string()}, "is an untrained template: it has no coefficients",
                     "Train it first (vitrion train --help).");
  return std::make_unique<mtp::MtpPotential>(std::move(parameters));
}

std::unique_ptr<Potential> open_by_content(const std::filesystem::path& file, const LoadOptions& options) {
  const std::string bytes = read_file(file);
  switch (kind_of(bytes)) {
    case Kind::zbl:
      return read_zbl(file);
    case Kind::mtp:
      return open_mtp(bytes, file);
    case Kind::nequip:
      return std::make_unique<nequip::NequipPotential>(nequip::parse_model(bytes, file),
                                                       nequip::EngineOptions{options.precision, options.tabulated});
    case Kind::none:
      break;
  }
  throw InputError(Location{file.string()}, "is not a potential that Vitrion knows",
                   "Known: moment tensor potentials of MLIP-2 and MLIP-3 (.mtp, .almtp), NequIP (.safetensors, or the "
                   "reference layout in .json), and ZBL repulsion (YAML: kind: zbl).");
}

}  // namespace

bool is_potential(const std::filesystem::path& file) {
  // The beginning is enough: what is asked about may be a trajectory of any size.
  std::string bytes(4096, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(Location{file.string()}, "cannot be opened");
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return kind_of(bytes) != Kind::none;
}

void write_potential(const std::filesystem::path& file, const Potential& potential) {
  if (const auto* model = dynamic_cast<const nequip::NequipPotential*>(&potential))
    return nequip::write_model(file, model->model());
  if (const auto* model = dynamic_cast<const mtp::MtpPotential*>(&potential))
    return mtp::write_mtp(file, model->parameters());
  throw InputError("a potential of kind " + potential.kind() + " has no file format to be written in");
}

std::unique_ptr<Potential> load_potential(const std::filesystem::path& file, const LoadOptions& options) {
  std::unique_ptr<Potential> potential = open_by_content(file, options);
  if (options.precision != potential->precision())
    throw InputError(Location{file.string()}, potential->kind() + " computes in double precision only",
                     "Leave the precision out; only NequIP has single precision.");
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

}  // namespace vitrion::potentials
