#include "vitrion/structure/network.hpp"

#include <algorithm>
#include <numeric>

namespace vitrion::structure {
namespace {

std::vector<Species> those_present(std::initializer_list<const char*> symbols, const std::vector<Species>& present) {
  std::vector<Species> found;
  for (const char* symbol : symbols) {
    const Species s = Species::element(symbol);
    if (std::find(present.begin(), present.end(), s) != present.end()) found.push_back(s);
  }
  return found;
}

// "P2O6N": formers, then ligands, in the order the network names them.
std::string formula(const NetworkOptions& network, const std::map<Species, int>& counts) {
  std::string text;
  for (const std::vector<Species>* group : {&network.formers, &network.ligands})
    for (const Species& s : *group) {
      const auto found = counts.find(s);
      if (found == counts.end()) continue;
      text += s.name() + (found->second > 1 ? std::to_string(found->second) : "");
    }
  return text;
}

// Sets of atoms that are joined, by union-find.
class Groups {
 public:
  explicit Groups(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t i, std::size_t j) { parent_[root(i)] = root(j); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

NetworkOptions choose_network(const std::vector<Species>& present, const NetworkOptions& options) {
  NetworkOptions network = options;
  if (network.formers.empty()) network.formers = those_present({"P", "Si", "Ge", "B", "Al", "V"}, present);
  if (network.ligands.empty()) network.ligands = those_present({"O", "N", "S", "F"}, present);
  return network;
}

std::string sharing_name(int n_formers) {
  switch (n_formers) {
    case 0:
      return "free";
    case 1:
      return "apical";
    case 2:
      return "bridging";
    case 3:
      return "triply bridging";
    default:
      return std::to_string(n_formers) + "-fold";
  }
}

void NetworkCounter::add(const Structure& structure, const BondGraph& bonds) {
  const NetworkOptions& network = sum_.network;
  const std::size_t n = structure.size();
  std::vector<bool> former(n), ligand(n);
  for (std::size_t i = 0; i < n; ++i) {
    former[i] = contains(network.formers, structure.species[i]);
    ligand[i] = !former[i] && contains(network.ligands, structure.species[i]);
  }
  // Distinct neighbours: in a tiny cell one atom may be bonded to two images of another.
  std::vector<std::vector<std::size_t>> partners(n);
  Groups groups(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (const Bond& bond : bonds[i]) {
      const auto j = static_cast<std::size_t>(bond.neighbor);
      if ((former[i] && ligand[j]) || (ligand[i] && former[j])) partners[i].push_back(j);
    }
    for (const std::size_t j : partners[i]) groups.join(i, j);
  }
  for (std::size_t i = 0; i < n; ++i)
    if (ligand[i]) {
      // A ligand bonded twice to the same former (through the boundary) bridges it to its own image.
      ++sum_.sharing[structure.species[i]][static_cast<int>(partners[i].size())];
    }
  std::map<std::size_t, std::map<Species, int>> clusters;
  for (std::size_t i = 0; i < n; ++i) {
    if (former[i]) {
      std::map<Species, int> counts{{structure.species[i], 1}};
      int bridging = 0;
      for (const std::size_t j : partners[i]) {
        ++counts[structure.species[j]];
        bridging += partners[j].size() >= 2;
      }
      ++sum_.formers[structure.species[i]];
      ++sum_.polyhedra[formula(network, counts)];
      ++sum_.q[structure.species[i]][bridging];
      ++sum_.coordination[structure.species[i]][static_cast<int>(partners[i].size())];
    }
    if (former[i] || (ligand[i] && !partners[i].empty())) ++clusters[groups.root(i)][structure.species[i]];
  }
  for (const auto& [root, counts] : clusters) ++sum_.clusters[formula(network, counts)];
  ++sum_.n_frames;
}

NetworkUnits NetworkCounter::finish() const {
  NetworkUnits mean = sum_;
  const double n = static_cast<double>(std::max<std::size_t>(1, sum_.n_frames));
  for (auto& [name, count] : mean.formers) count /= n;
  for (auto& [name, count] : mean.polyhedra) count /= n;
  for (auto& [name, count] : mean.clusters) count /= n;
  for (auto* table : {&mean.sharing, &mean.q, &mean.coordination})
    for (auto& [species, row] : *table)
      for (auto& [key, count] : row) count /= n;
  return mean;
}

}  // namespace vitrion::structure
