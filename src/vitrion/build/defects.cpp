#include "vitrion/build/defects.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "vitrion/build/arrangements.hpp"
#include "vitrion/build/ewald.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::build {
namespace {

constexpr std::string_view vacancy = "vacancy", void_name = "void";

std::string name_of(const std::optional<Species>& s, std::string_view otherwise) {
  return s ? s->name() : std::string(otherwise);
}

double charge_of(const std::optional<Species>& s, const OxidationStates& states) {
  return s ? charges_of({*s}, states).front() : 0;
}

// The substitution that makes the cell neutral, if one is needed.
std::optional<Substitution> balancing(double charge, const DefectOptions& o) {
  if (std::abs(charge) < charge_tolerance) return std::nullopt;
  if (!o.balance) {
    if (o.allow_charged) return std::nullopt;
    throw InputError(fmt::format("the cell would carry a charge of {:+g} e", charge),
                     "Name the species that balances it (balance: Li), change the substitutions or the oxidation "
                     "states, or allow it (allow_charged: true).");
  }
  const double each = charge_of(o.balance, o.charges);
  const double atoms = each == 0 ? 0 : -charge / each;
  if (each == 0 || std::abs(atoms - std::round(atoms)) > charge_tolerance)
    throw InputError(
        fmt::format("no whole number of {} ({:+g} e) balances a charge of {:+g} e", o.balance->name(), each, charge),
        "Change the numbers of the substitutions.");
  Substitution s;
  s.count = static_cast<int>(std::abs(std::round(atoms)));
  (atoms > 0 ? s.to : s.from) = o.balance;
  return s;
}

// Atoms of the host, then voids; what may stand on them.
struct Sites {
  Positions positions;
  std::vector<Species> atoms;  // of the first ones
  std::vector<std::vector<int>> permutations;

  std::size_t size() const { return static_cast<std::size_t>(positions.rows()); }
};

// Voids and all their images under the operations: rounding breaks ties between vertices, symmetry does not.
std::vector<Vector3> symmetric_voids(const Structure& host, const std::vector<SymmetryOperation>& operations,
                                     const VoidOptions& options) {
  const Matrix3 to_fractional = host.cell.matrix().inverse();
  std::vector<Vector3> kept;
  const auto near = [&](const Vector3& x, const std::vector<Vector3>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Vector3& y) { return host.cell.minimum_image(x - y).norm() < options.merge; });
  };
  for (const Void& v : find_voids(host, options)) {
    if (near(v.position, kept)) continue;
    std::vector<Vector3> orbit;
    for (const SymmetryOperation& op : operations) {
      const Vector3 s = (v.position.transpose() * to_fractional).transpose();
      const Vector3 image = host.cell.wrap(host.cell.to_cartesian(op.rotation.cast<double>() * s + op.translation));
      const auto same = [&](const Vector3& y) {
        return host.cell.minimum_image(image - y).norm() < default_symmetry_precision;
      };
      if (std::none_of(orbit.begin(), orbit.end(), same)) orbit.push_back(image);
    }
    // An orbit whose members crowd each other cannot be thinned out without breaking the symmetry.
    kept.insert(kept.end(), orbit.begin(), orbit.end());
  }
  return kept;
}

Sites sites_of(const Structure& host, const DefectOptions& o, bool with_voids) {
  const std::vector<SymmetryOperation> operations = symmetry_of(host, o.symmetry_precision);
  Sites sites;
  sites.atoms = host.species;
  std::vector<int> kinds;
  const std::vector<Species> species = distinct_species(host);
  for (const Species& s : host.species)
    kinds.push_back(static_cast<int>(std::find(species.begin(), species.end(), s) - species.begin()));
  std::vector<Vector3> voids;
  if (with_voids) voids = symmetric_voids(host, operations, o.voids);
  sites.positions.resize(host.positions.rows() + static_cast<Eigen::Index>(voids.size()), 3);
  sites.positions.topRows(host.positions.rows()) = host.positions;
  for (std::size_t v = 0; v < voids.size(); ++v) {
    sites.positions.row(host.positions.rows() + static_cast<Eigen::Index>(v)) = voids[v].transpose();
    kinds.push_back(-1);
  }
  sites.permutations = permutations(host.cell, sites.positions, kinds, operations, o.symmetry_precision);
  return sites;
}

std::vector<Choice> choices_of(const std::vector<Substitution>& substitutions, const Sites& sites) {
  std::vector<Choice> choices;
  for (const Substitution& s : substitutions) {
    Choice c{.pool = {}, .count = s.count, .colour = static_cast<int>(choices.size()) + 1};
    for (std::size_t i = 0; i < sites.size(); ++i)
      if (s.from ? i < sites.atoms.size() && sites.atoms[i] == *s.from : i >= sites.atoms.size())
        c.pool.push_back(static_cast<int>(i));
    choices.push_back(std::move(c));
    if (count_arrangements(choices) == 0)
      throw InputError(fmt::format("there are not {} {} left to become {}", s.count, name_of(s.from, "voids"),
                                   name_of(s.to, vacancy)),
                       s.from ? "Take a larger supercell, or fewer."
                              : "Take a larger supercell, fewer, or a smaller void_radius_A.");
  }
  return choices;
}

double energy_of(const Arrangement& a, const Eigen::MatrixXd& coulomb, const std::vector<double>& host_charges,
                 const std::vector<double>& new_charges) {
  std::vector<double> q = host_charges;
  for (const auto& [site, colour] : a)
    q[static_cast<std::size_t>(site)] = new_charges[static_cast<std::size_t>(colour - 1)];
  return coulomb_energy(coulomb, q);
}

Structure changed(const Structure& host, const Sites& sites, const Arrangement& a,
                  const std::vector<Substitution>& substitutions) {
  std::vector<std::optional<Species>> now(sites.size());
  for (std::size_t i = 0; i < host.size(); ++i) now[i] = host.species[i];
  for (const auto& [site, colour] : a)
    now[static_cast<std::size_t>(site)] = substitutions[static_cast<std::size_t>(colour - 1)].to;
  Structure s;
  s.cell = host.cell;
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < sites.size(); ++i)
    if (now[i]) {
      s.species.push_back(*now[i]);
      rows.push_back(static_cast<Eigen::Index>(i));
    }
  s.positions = sites.positions(rows, Eigen::all);
  return s;
}

// Lowest energy first. Energies that differ by rounding are equal: their order follows the sites.
std::vector<std::size_t> ranking(const std::vector<double>& energies) {
  std::vector<std::size_t> order(energies.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  const auto rounded = [&](std::size_t k) { return std::llround(energies[k] * 1e6); };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rounded(a) < rounded(b); });
  return order;
}

}  // namespace

Substitution parse_substitution(const std::string& text) {
  const auto fail = [&](const std::string& what) {
    return InputError("\"" + text + "\" is not a substitution: " + what,
                      "As in \"2 O -> N\", \"1 Li -> vacancy\" or \"3 void -> Li\".");
  };
  std::vector<std::string_view> words = split_words(text);
  Substitution s;
  if (!words.empty())
    if (const auto count = parse_integer(words.front())) {
      if (*count < 1 || *count > 1'000'000) throw fail("the number must be positive");
      s.count = static_cast<int>(*count);
      words.erase(words.begin());
    }
  if (words.size() != 3 || words[1] != "->") throw fail("it needs an arrow between two species");
  try {
    if (words[0] != void_name) s.from = Species::element(words[0]);
    if (words[2] != vacancy) s.to = Species::element(words[2]);
  } catch (const InputError& e) {
    throw fail(e.what());
  }
  if (s.from == s.to) throw fail("nothing changes");
  return s;
}

DefectSeries make_defects(const Structure& host, const DefectOptions& o) {
  require_solid(host, "the host");
  if (o.substitutions.empty()) throw InputError("there is no substitution to make");
  std::vector<Substitution> all = o.substitutions;
  double charge = total_charge(host.species, o.charges);
  for (const Substitution& s : all) charge += s.count * (charge_of(s.to, o.charges) - charge_of(s.from, o.charges));
  DefectSeries result;
  if (const auto balance = balancing(charge, o)) {
    result.n_balance = balance->to ? balance->count : -balance->count;
    all.push_back(*balance);
  }

  const bool with_voids = std::any_of(all.begin(), all.end(), [](const Substitution& s) { return !s.from; });
  const Sites sites = sites_of(host, o, with_voids);
  const std::vector<Choice> choices = choices_of(all, sites);
  result.n_arrangements = count_arrangements(choices);
  const bool too_many = result.n_arrangements > o.max_arrangements;
  if (too_many && o.samples < 1)
    throw InputError(fmt::format("there are {:.3g} arrangements, more than the {:.3g} to enumerate at most",
                                 result.n_arrangements, o.max_arrangements),
                     "Say how many to draw at random (samples: 2000), take a smaller supercell, or raise "
                     "max_arrangements.");
  const std::vector<DistinctArrangement> distinct =
      too_many ? sample(choices, sites.permutations, o.samples, o.seed) : enumerate(choices, sites.permutations);
  result.n_distinct = distinct.size();
  result.n_drawn = too_many ? o.samples : 0;

  std::vector<double> host_charges = charges_of(host.species, o.charges), new_charges, energies;
  host_charges.resize(sites.size(), 0.0);  // voids are empty
  for (const Substitution& s : all) new_charges.push_back(charge_of(s.to, o.charges));
  const Eigen::MatrixXd coulomb = coulomb_matrix(host.cell, sites.positions);
  for (const DistinctArrangement& d : distinct)
    energies.push_back(energy_of(d.sites, coulomb, host_charges, new_charges));
  for (const std::size_t k : ranking(energies)) {
    if (result.defects.size() == o.keep) break;
    const Structure s = changed(host, sites, distinct[k].sites, all);
    if (s.size() == 0) throw InputError("the substitutions leave no atom");
    if (with_voids && nearest_contact(s, o.voids.merge)) continue;  // two ions put into what is one void
    result.defects.push_back({s, energies[k], distinct[k].multiplicity});
  }
  return result;
}

}  // namespace vitrion::build
