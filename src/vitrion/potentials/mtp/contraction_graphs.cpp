#include "vitrion/potentials/mtp/contraction_graphs.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace vitrion::potentials::mtp {
namespace {

// Distributes the indices of node `a` that are not yet contracted over the nodes behind it, in every way.
void connect(ContractionGraph& graph, std::vector<int>& open, std::size_t a, std::size_t b,
             std::set<ContractionGraph>& found) {
  const std::size_t n = graph.nodes.size();
  if (a == n) {
    found.insert(graph.canonical());
    return;
  }
  if (b == n) {
    if (open[a] == 0) connect(graph, open, a + 1, a + 2, found);
    return;
  }
  const int most = std::min(open[a], open[b]);
  for (int e = 0; e <= most; ++e) {
    graph.edges[a][b] = graph.edges[b][a] = e;
    open[a] -= e, open[b] -= e;
    connect(graph, open, a, b + 1, found);
    open[a] += e, open[b] += e;
  }
  graph.edges[a][b] = graph.edges[b][a] = 0;
}

// Adds tensors in non-decreasing order while the level allows, and connects each choice.
void choose_nodes(const std::vector<MomentTensor>& tensors, std::size_t first, int level, ContractionGraph& graph,
                  std::set<ContractionGraph>& found) {
  if (!graph.nodes.empty()) {
    std::vector<int> open;
    for (const MomentTensor& t : graph.nodes) open.push_back(t.nu);
    if (std::accumulate(open.begin(), open.end(), 0) % 2 == 0) connect(graph, open, 0, 1, found);
  }
  if (graph.nodes.size() == ContractionGraph::max_nodes) return;
  for (std::size_t t = first; t < tensors.size(); ++t) {
    if (tensors[t].level() > level) continue;
    graph.nodes.push_back(tensors[t]);
    choose_nodes(tensors, t, level - tensors[t].level(), graph, found);
    graph.nodes.pop_back();
  }
}

}  // namespace

int ContractionGraph::level() const {
  int sum = 0;
  for (const MomentTensor& t : nodes) sum += t.level();
  return sum;
}

ContractionGraph ContractionGraph::part(const std::vector<std::size_t>& positions) const {
  ContractionGraph result;
  for (std::size_t a = 0; a < positions.size(); ++a) {
    result.nodes.push_back(nodes[positions[a]]);
    for (std::size_t b = 0; b < positions.size(); ++b) result.edges[a][b] = edges[positions[a]][positions[b]];
  }
  return result;
}

std::vector<std::vector<std::size_t>> ContractionGraph::connected_parts() const {
  std::vector<std::vector<std::size_t>> parts;
  std::vector<bool> seen(nodes.size(), false);
  for (std::size_t start = 0; start < nodes.size(); ++start) {
    if (seen[start]) continue;
    std::vector<std::size_t> part{start};
    seen[start] = true;
    for (std::size_t next = 0; next < part.size(); ++next)
      for (std::size_t b = 0; b < nodes.size(); ++b)
        if (!seen[b] && edges[part[next]][b] > 0) {
          seen[b] = true;
          part.push_back(b);
        }
    std::sort(part.begin(), part.end());
    parts.push_back(std::move(part));
  }
  return parts;
}

ContractionGraph ContractionGraph::canonical() const {
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  ContractionGraph best = part(order);
  while (std::next_permutation(order.begin(), order.end())) best = std::min(best, part(order));
  return best;
}

std::vector<MomentTensor> tensors_of_level(int level) {
  std::vector<MomentTensor> tensors;
  for (int mu = 0; mu <= highest_mu; ++mu)
    for (int nu = 0; nu <= highest_nu; ++nu) {
      const MomentTensor tensor{mu, nu}, partner{0, nu};
      if (tensor.level() + (nu > 0 ? partner.level() : 0) <= level) tensors.push_back(tensor);
    }
  return tensors;
}

std::vector<ContractionGraph> contractions_of_level(int level) {
  std::set<ContractionGraph> found;
  ContractionGraph graph;
  choose_nodes(tensors_of_level(level), 0, level, graph, found);
  std::vector<ContractionGraph> all(found.begin(), found.end());
  std::sort(all.begin(), all.end(), [](const ContractionGraph& a, const ContractionGraph& b) {
    if (a.nodes.size() != b.nodes.size()) return a.nodes.size() < b.nodes.size();
    if (a.level() != b.level()) return a.level() < b.level();
    return a < b;
  });
  return all;
}

}  // namespace vitrion::potentials::mtp
