#include "vitrion/potentials/mtp/moment_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "vitrion/core/error.hpp"
#include "vitrion/potentials/mtp/contraction_graphs.hpp"

namespace vitrion::potentials::mtp {
namespace {

// Exponents of a component of a symmetric tensor: x^0 y^1 z^2 ...
struct MultiIndex {
  int x = 0, y = 0, z = 0;

  int rank() const { return x + y + z; }
  // How many index strings have these counts: rank! / (x! y! z!).
  int multiplicity() const {
    int value = 1, n = 0;
    for (const int count : {x, y, z})
      for (int k = 1; k <= count; ++k) value = value * ++n / k;
    return value;
  }
  MultiIndex operator+(const MultiIndex& o) const { return {x + o.x, y + o.y, z + o.z}; }
  MultiIndex operator-(const MultiIndex& o) const { return {x - o.x, y - o.y, z - o.z}; }
  bool within(const MultiIndex& o) const { return x <= o.x && y <= o.y && z <= o.z; }
  auto operator<=>(const MultiIndex&) const = default;
};

std::vector<MultiIndex> multi_indices(int rank) {
  std::vector<MultiIndex> all;
  for (int x = rank; x >= 0; --x)
    for (int y = rank - x; y >= 0; --y) all.push_back({x, y, rank - x - y});
  return all;
}

// Two tensors contracted over `edges` index pairs. What stays open of the first and of the second are two symmetric
// groups of indices, or, with `merged`, one group over which the result is symmetrised (unnormalised: the weights of
// the two groups are multiplied in).
struct Pair {
  MomentTensor first, second;
  int edges;
  bool merged;

  int open_first() const { return first.nu - edges; }
  int open_second() const { return second.nu - edges; }
  auto operator<=>(const Pair&) const = default;
};

// Builds the product list scalar by scalar. Intermediate results are shared; of several ways to contract a graph the
// one that needs the fewest new products is taken.
class TableBuilder {
 public:
  explicit TableBuilder(int level) {
    for (const MomentTensor& tensor : tensors_of_level(level)) {
      first_component_[tensor] = static_cast<int>(tables_.basic.size());
      for (const MultiIndex& i : multi_indices(tensor.nu)) tables_.basic.push_back({tensor.mu, i.x, i.y, i.z});
    }
    tables_.moments_count = static_cast<int>(tables_.basic.size());
  }

  void add(const ContractionGraph& graph) { tables_.scalars.push_back(scalar(graph)); }

  MomentTables finish() {
    std::sort(tables_.scalars.begin(), tables_.scalars.end());
    return std::move(tables_);
  }

 private:
  using Terms = std::map<std::pair<int, int>, int>;  // sources -> multiplicity
  using ComponentKey = std::tuple<Pair, MultiIndex, MultiIndex>;
  // For undoing a trial.
  struct Mark {
    std::size_t products, components;
    int moments;
  };

  int component(const MomentTensor& tensor, const MultiIndex& i) const {
    // Components run x descending, then y descending.
    const int tail = i.y + i.z;
    return first_component_.at(tensor) + tail * (tail + 1) / 2 + i.z;
  }

  static void add_term(Terms& terms, int a, int b, int multiplicity) { terms[std::minmax(a, b)] += multiplicity; }

  int new_moment(const Terms& terms) {
    const int target = tables_.moments_count++;
    for (const auto& [sources, multiplicity] : terms)
      tables_.products.push_back({sources.first, sources.second, multiplicity, target});
    return target;
  }

  // Moment of a component of a contracted pair, made when it is first asked for. For a merged pair `j` is not used.
  int component(const Pair& pair, MultiIndex i, MultiIndex j) {
    if (pair.edges == 0 && pair.second == MomentTensor{-1, 0}) return component(pair.first, i);
    if (pair.first == pair.second && !pair.merged && j < i) std::swap(i, j);
    const ComponentKey key{pair, i, j};
    if (const auto known = components_.find(key); known != components_.end()) return known->second;
    Terms terms;
    if (pair.merged) {
      for (const MultiIndex& a : multi_indices(pair.open_first()))
        if (a.within(i)) contract(pair, a, i - a, a.multiplicity() * (i - a).multiplicity(), terms);
    } else {
      contract(pair, i, j, 1, terms);
    }
    const int moment = new_moment(terms);
    components_.emplace(key, moment);
    order_.push_back(key);
    return moment;
  }

  void contract(const Pair& pair, const MultiIndex& i, const MultiIndex& j, int weight, Terms& terms) const {
    for (const MultiIndex& e : multi_indices(pair.edges))
      add_term(terms, component(pair.first, e + i), component(pair.second, e + j), weight * e.multiplicity());
  }

  // Contraction of two (pairs of) tensors: cross[f][s] index pairs between open group f of `a` and s of `b`.
  int contract(const Pair& a, const Pair& b, const std::array<std::array<int, 2>, 2>& cross) {
    Terms terms;
    for (const MultiIndex& i : multi_indices(cross[0][0]))
      for (const MultiIndex& j : multi_indices(cross[0][1]))
        for (const MultiIndex& k : multi_indices(cross[1][0]))
          for (const MultiIndex& l : multi_indices(cross[1][1]))
            add_term(terms, component(a, i + j, k + l), component(b, i + k, j + l),
                     i.multiplicity() * j.multiplicity() * k.multiplicity() * l.multiplicity());
    return new_moment(terms);
  }

  // Contraction over one symmetric group of `rank` indices. A merged pair already carries the weights.
  int contract_symmetric(const Pair& a, const Pair& b, int rank) {
    Terms terms;
    for (const MultiIndex& i : multi_indices(rank)) {
      const int weight = a.merged || b.merged ? 1 : i.multiplicity();
      add_term(terms, open_component(a, i), open_component(b, i), weight);
    }
    return new_moment(terms);
  }

  // Component of a pair with one open group only, whichever it is.
  int open_component(const Pair& pair, const MultiIndex& i) {
    return pair.merged || pair.open_second() == 0 ? component(pair, i, {}) : component(pair, {}, i);
  }

  static Pair single(const MomentTensor& tensor) { return {tensor, {-1, 0}, 0, false}; }

  static Pair pair_of(const ContractionGraph& g, std::size_t a, std::size_t b) {
    if (g.nodes[b] < g.nodes[a]) std::swap(a, b);
    return {g.nodes[a], g.nodes[b], g.edges[a][b], false};
  }

  int scalar(const ContractionGraph& graph) {
    const ContractionGraph g = graph.canonical();
    if (const auto known = scalars_.find(g); known != scalars_.end()) return known->second;
    const int moment = new_scalar(g);
    scalars_.emplace(g, moment);
    return moment;
  }

  int new_scalar(const ContractionGraph& g) {
    const auto parts = g.connected_parts();
    if (parts.size() > 1) return product_of_parts(g, parts);
    switch (g.nodes.size()) {
      case 1:
        return component(g.nodes[0], {});
      case 2:
        return component(pair_of(g, 0, 1), {}, {});
      case 3:
        return cheapest({[&] { return triple(g, 0, 1, 2); }, [&] { return triple(g, 0, 2, 1); },
                         [&] { return triple(g, 1, 2, 0); }});
      default:
        return cheapest({[&] { return quadruple(g, 0, 1, 2, 3); }, [&] { return quadruple(g, 0, 2, 1, 3); },
                         [&] { return quadruple(g, 0, 3, 1, 2); }});
    }
  }

  // The last part times all others, which are a scalar of lower level.
  int product_of_parts(const ContractionGraph& g, const std::vector<std::vector<std::size_t>>& parts) {
    std::vector<std::size_t> others;
    for (std::size_t p = 0; p + 1 < parts.size(); ++p) others.insert(others.end(), parts[p].begin(), parts[p].end());
    Terms terms;
    add_term(terms, scalar(g.part(others)), scalar(g.part(parts.back())), 1);
    return new_moment(terms);
  }

  int triple(const ContractionGraph& g, std::size_t a, std::size_t b, std::size_t c) {
    Pair ab = pair_of(g, a, b);
    ab.merged = ab.open_first() > 0 && ab.open_second() > 0;
    return contract_symmetric(ab, single(g.nodes[c]), g.nodes[c].nu);
  }

  int quadruple(const ContractionGraph& g, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
    if (g.nodes[b] < g.nodes[a]) std::swap(a, b);
    if (g.nodes[d] < g.nodes[c]) std::swap(c, d);
    Pair ab = pair_of(g, a, b), cd = pair_of(g, c, d);
    const bool ab_two = ab.open_first() > 0 && ab.open_second() > 0;
    const bool cd_two = cd.open_first() > 0 && cd.open_second() > 0;
    if (ab_two && cd_two) return contract(ab, cd, {{{g.edges[a][c], g.edges[a][d]}, {g.edges[b][c], g.edges[b][d]}}});
    // One side has a single open group: only the symmetric part of the other side matters.
    ab.merged = ab_two;
    cd.merged = cd_two;
    return contract_symmetric(ab, cd, ab.open_first() + ab.open_second());
  }

  int cheapest(const std::vector<std::function<int()>>& ways) {
    std::size_t best = 0, fewest = 0;
    for (std::size_t w = 0; w < ways.size(); ++w) {
      const Mark before = mark();
      ways[w]();
      const std::size_t cost = tables_.products.size() - before.products;
      undo(before);
      if (w == 0 || cost < fewest) best = w, fewest = cost;
    }
    return ways[best]();
  }

  Mark mark() const { return {tables_.products.size(), order_.size(), tables_.moments_count}; }

  void undo(const Mark& to) {
    tables_.products.resize(to.products);
    tables_.moments_count = to.moments;
    for (; order_.size() > to.components; order_.pop_back()) components_.erase(order_.back());
  }

  MomentTables tables_;
  std::map<MomentTensor, int> first_component_;
  std::map<ComponentKey, int> components_;
  std::vector<ComponentKey> order_;  // of creation
  std::map<ContractionGraph, int> scalars_;
};

}  // namespace

MomentTables make_moment_tables(int level) {
  if (level < 2 || level > highest_level || level % 2 != 0)
    throw InputError(fmt::format("level {} does not exist", level), "Levels are 2, 4, ..., 28.");
  TableBuilder builder(level);
  for (const ContractionGraph& graph : contractions_of_level(level)) builder.add(graph);
  return builder.finish();
}

MtpParameters untrained_mtp(int level, const std::vector<Species>& species, double min_dist, double max_dist,
                            int radial_basis_size) {
  MtpParameters p;
  p.tables = make_moment_tables(level);
  p.radial_funcs_count = p.tables.radial_funcs_count();
  p.radial_basis_size = radial_basis_size;
  p.min_dist = min_dist;
  p.max_dist = max_dist;
  p.species = species;
  validate(p);
  return p;
}

}  // namespace vitrion::potentials::mtp
