#include "vitrion/potentials/zbl/zbl.hpp"

#include <array>
#include <cmath>

#include "vitrion/core/config.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::potentials {
namespace {

struct Screening {
  double weight, rate;
};
// phi(x) = sum of weight * exp(-rate x); the weights sum to 1.
constexpr std::array<Screening, 4> universal{
    {{0.18175, 3.19980}, {0.50986, 0.94229}, {0.28022, 0.40290}, {0.02817, 0.20162}}};

struct Derivatives {
  double value, first, second;
};

// prefactor / r * phi(r / length) and its derivatives.
Derivatives repulsion(double prefactor, double length, double r) {
  double phi = 0, phi1 = 0, phi2 = 0;  // derivatives with respect to r
  for (const Screening& s : universal) {
    const double rate = s.rate / length;
    const double term = s.weight * std::exp(-rate * r);
    phi += term;
    phi1 -= rate * term;
    phi2 += rate * rate * term;
  }
  const double k = prefactor / r;
  return {k * phi, k * (phi1 - phi / r), k * (phi2 - 2 * phi1 / r + 2 * phi / (r * r))};
}

}  // namespace

Zbl::Zbl(ZblOptions options) : options_(std::move(options)) {
  if (options_.species.empty()) throw InputError("ZBL needs at least one species");
  if (!(options_.inner > 0 && options_.outer > options_.inner))
    throw InputError("ZBL needs 0 < inner < outer (Å)",
                     "Common choices end well below the shortest bond: 0.7 and 1.4.");
  const double width = options_.outer - options_.inner;
  for (const Species& a : options_.species)
    for (const Species& b : options_.species) {
      if (!a.is_element() || !b.is_element()) throw InputError("ZBL needs elements, not unnamed types");
      const double za = a.atomic_number(), zb = b.atomic_number();
      PairTerms t{};
      t.prefactor = units::coulomb_eV_A * za * zb;
      t.length = 0.46850 / (std::pow(za, 0.23) + std::pow(zb, 0.23));
      const Derivatives e = repulsion(t.prefactor, t.length, options_.outer);
      t.cubic = (-3 * e.first + width * e.second) / (width * width);
      t.quartic = (2 * e.first - width * e.second) / (width * width * width);
      t.constant = -e.value + width * e.first / 2 - width * width * e.second / 12;
      terms_.push_back(t);
    }
}

void Zbl::name_species(const std::vector<Species>& names) {
  if (names != options_.species)
    throw InputError("the ZBL potential is made for " + join_names(options_.species) + ", not " + join_names(names));
}

Zbl::Value Zbl::pair(int type_i, int type_j, double r) const {
  if (r >= options_.outer) return {0, 0};
  const PairTerms& t = terms(type_i, type_j);
  const Derivatives e = repulsion(t.prefactor, t.length, r);
  Value v{e.value + t.constant, e.first};
  const double u = r - options_.inner;
  if (u > 0) {
    v.energy += u * u * u * (t.cubic / 3 + t.quartic * u / 4);
    v.slope += u * u * (t.cubic + t.quartic * u);
  }
  return v;
}

void Zbl::compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange&,
                  Evaluation& result) {
  result.energies.assign(atoms.n_local, 0.0);
  result.forces = Positions::Zero(static_cast<Eigen::Index>(atoms.n_total), 3);
  result.virial.setZero();
  result.atomic_virials.setZero(request.atomic_virials ? static_cast<Eigen::Index>(atoms.n_local) : 0, 9);
  const double cutoff2 = options_.outer * options_.outer;
  for (std::size_t i = 0; i < atoms.n_local; ++i) {
    const double* xi = atoms.positions + 3 * i;
    Matrix3 virial = Matrix3::Zero();
    for (const int j : atoms.of(i)) {
      const double* xj = atoms.positions + 3 * static_cast<std::size_t>(j);
      const Vector3 d(xj[0] - xi[0], xj[1] - xi[1], xj[2] - xi[2]);
      const double r2 = d.squaredNorm();
      if (r2 >= cutoff2) continue;
      const double r = std::sqrt(r2);
      const Value v = pair(atoms.types[i], atoms.types[j], r);
      // Every pair is met from both ends: half of it belongs to either site.
      result.energies[i] += 0.5 * v.energy;
      const Vector3 gradient = 0.5 * v.slope / r * d;  // of site energy i with respect to d = x_j - x_i
      result.forces.row(static_cast<Eigen::Index>(i)) += gradient.transpose();
      result.forces.row(j) -= gradient.transpose();
      virial -= gradient * d.transpose();
    }
    result.virial += virial;
    if (request.atomic_virials)
      Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(
          result.atomic_virials.row(static_cast<Eigen::Index>(i)).data()) = virial;
  }
}

bool looks_like_zbl(std::string_view text) {
  constexpr std::string_view mark = "kind: zbl";
  const std::size_t at = text.find(mark);
  return at != std::string_view::npos && (at == 0 || text[at - 1] == '\n');
}

std::unique_ptr<Zbl> read_zbl(const std::filesystem::path& file) {
  Config config = Config::load(file.string());
  config.choice("kind", {"zbl"}, "zbl");
  ZblOptions options;
  for (const std::string& name : config.texts("species")) {
    try {
      options.species.push_back(Species::element(name));
    } catch (const InputError& e) {
      throw config.error("species", e.what());
    }
  }
  options.inner = config.number("inner", options.inner);
  options.outer = config.number("outer", options.outer);
  config.finish();
  try {
    return std::make_unique<Zbl>(std::move(options));
  } catch (const InputError& e) {
    throw config.error("outer", e.what());
  }
}

}  // namespace vitrion::potentials
