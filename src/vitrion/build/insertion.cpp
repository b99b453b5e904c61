#include "vitrion/build/insertion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vitrion/build/ewald.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/packed_cell.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

// Voids whose distance to every atom is allowed.
std::vector<Vector3> sites_for(const Structure& host, const InsertOptions& o) {
  std::vector<Vector3> sites;
  for (const Void& v : find_voids(host, o.voids)) {
    bool free = true;
    for (std::size_t i = 0; i < host.size() && free; ++i) {
      const double least = distance_of(o.distances, o.ion, host.species[i], 0);
      if (least <= v.radius) continue;  // no atom is nearer than the radius
      const Vector3 x = host.positions.row(static_cast<Eigen::Index>(i));
      free = host.cell.minimum_image(v.position - x).norm() >= least;
    }
    if (free) sites.push_back(v.position);
  }
  return sites;
}

class Filling {
 public:
  Filling(const Structure& host, const InsertOptions& options, const Session& session)
      : host_(host), options_(options), sites_(sites_for(host, options)), session_(session) {
    const Eigen::Index n = host.positions.rows();
    positions_.resize(n + static_cast<Eigen::Index>(sites_.size()), 3);
    positions_.topRows(n) = host.positions;
    for (std::size_t v = 0; v < sites_.size(); ++v)
      positions_.row(n + static_cast<Eigen::Index>(v)) = sites_[v].transpose();
    coulomb_ = coulomb_matrix(host.cell, positions_);
    host_charges_ = charges_of(host.species, options.charges);
    ion_charge_ = charges_of({options.ion}, options.charges).front();
    if (options.redox) {
      n_redox_ = std::count(host.species.begin(), host.species.end(), *options.redox);
      if (n_redox_ == 0) throw InputError("the host holds no " + options.redox->name() + " to be reduced or oxidised");
    }
    if (!options.redox) check_charge();
  }

  std::size_t n_sites() const { return sites_.size(); }

  /// Variant k, 1 or more: the first ion stands in the k-th best void.
  std::vector<Insertion> fill(std::size_t variant) const {
    std::vector<Insertion> steps;
    std::vector<std::size_t> taken;
    for (int n = 1; n <= options_.count; ++n) {
      session_.check_stop();
      const Eigen::VectorXd charges = charges_with(taken, n);
      const std::vector<std::size_t> order = best_voids(charges, taken);
      const std::size_t rank = n == 1 ? variant - 1 : 0;
      if (rank >= order.size())
        throw InputError(fmt::format("the host has room for {} {}, {} are asked for ({} voids)", n - 1,
                                     options_.ion.name(), options_.count, sites_.size()),
                         "Allow smaller voids (void_radius_A) or distances, or insert fewer.");
      taken.push_back(order[rank]);
      if (options_.series || n == options_.count) steps.push_back(result(taken, n, variant));
    }
    return steps;
  }

 private:
  void check_charge() const {
    const double charge =
        std::accumulate(host_charges_.begin(), host_charges_.end(), 0.0) + options_.count * ion_charge_;
    if (std::abs(charge) > charge_tolerance)
      throw InputError(fmt::format("the cell would carry a charge of {:+g} e", charge),
                       "Name the species that takes the electrons up (redox: V), or the oxidation states after "
                       "insertion.");
  }

  // Host with its redox species at the state of n ions, ions that are there, empty voids.
  Eigen::VectorXd charges_with(const std::vector<std::size_t>& taken, int n) const {
    Eigen::VectorXd q = Eigen::VectorXd::Zero(positions_.rows());
    double others = n * ion_charge_;
    for (std::size_t i = 0; i < host_.size(); ++i)
      if (host_.species[i] != options_.redox) others += q[static_cast<Eigen::Index>(i)] = host_charges_[i];
    for (std::size_t i = 0; i < host_.size(); ++i)
      if (host_.species[i] == options_.redox) q[static_cast<Eigen::Index>(i)] = -others / static_cast<double>(n_redox_);
    for (const std::size_t v : taken) q[site(v)] = ion_charge_;
    return q;
  }

  // Free voids by the energy of an ion there; equal energies (to a µeV) in the order of the voids.
  std::vector<std::size_t> best_voids(const Eigen::VectorXd& charges, const std::vector<std::size_t>& taken) const {
    const Eigen::VectorXd potential = coulomb_ * charges;
    const double apart = distance_of(options_.distances, options_.ion, options_.ion, options_.ion_distance);
    std::vector<std::size_t> order;
    for (std::size_t v = 0; v < sites_.size(); ++v)
      if (std::all_of(taken.begin(), taken.end(), [&](std::size_t t) {
            return t != v && host_.cell.minimum_image(sites_[v] - sites_[t]).norm() >= apart;
          }))
        order.push_back(v);
    const auto energy = [&](std::size_t v) { return std::llround(1e6 * ion_charge_ * potential[site(v)]); };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return energy(a) < energy(b); });
    return order;
  }

  Insertion result(const std::vector<std::size_t>& taken, int n, std::size_t variant) const {
    Insertion r{.structure = bare(host_), .n_inserted = n, .variant = variant};
    Structure& s = r.structure;
    const Eigen::Index n_host = host_.positions.rows();
    s.positions.conservativeResize(n_host + static_cast<Eigen::Index>(taken.size()), 3);
    for (std::size_t k = 0; k < taken.size(); ++k) {
      s.species.push_back(options_.ion);
      s.positions.row(n_host + static_cast<Eigen::Index>(k)) = sites_[taken[k]].transpose();
    }
    const Eigen::VectorXd q = charges_with(taken, n);
    r.coulomb_energy = 0.5 * q.dot(coulomb_ * q);
    return r;
  }

  Eigen::Index site(std::size_t v) const { return host_.positions.rows() + static_cast<Eigen::Index>(v); }

  const Structure& host_;
  const InsertOptions& options_;
  std::vector<Vector3> sites_;
  Session session_;
  Positions positions_;  // host, then voids
  Eigen::MatrixXd coulomb_;
  std::vector<double> host_charges_;
  double ion_charge_ = 0;
  std::ptrdiff_t n_redox_ = 0;
};

}  // namespace

std::vector<Insertion> insert_ions(const Structure& host, const InsertOptions& o, const Session& session) {
  require_solid(host, "the host");
  if (o.count < 1) throw InputError("insertion needs a positive number of ions");
  const Filling filling(host, o, session);
  std::vector<Insertion> all;
  for (std::size_t k = 1; k <= o.variants; ++k)
    for (Insertion& i : filling.fill(k)) all.push_back(std::move(i));
  return all;
}

int ions_to_reach(const Structure& host, const Species& ion, const std::string& composition) {
  std::optional<double> units;  // formula units in the cell
  double wanted = 0;
  std::size_t counted = 0;
  for (const auto& [species, count] : parse_composition(composition)) {
    if (species == ion) {
      wanted += count;
      continue;
    }
    const auto there = static_cast<double>(std::count(host.species.begin(), host.species.end(), species));
    counted += static_cast<std::size_t>(there);
    if (units && std::abs(*units - there / count) > 1e-9)
      throw InputError("the elements of the host do not stand in the ratio of " + composition);
    units = there / count;
  }
  const auto present = static_cast<std::size_t>(std::count(host.species.begin(), host.species.end(), ion));
  if (!units || counted + present != host.size())
    throw InputError(composition + " does not name the elements of the host");
  const double ions = wanted * *units - static_cast<double>(present);
  if (std::abs(ions - std::round(ions)) > 1e-9 || ions < 0.5)
    throw InputError(fmt::format("{:g} {} would make {} of the host", ions, ion.name(), composition),
                     "It must be a positive whole number: take a supercell, or another composition.");
  return static_cast<int>(std::lround(ions));
}

}  // namespace vitrion::build
