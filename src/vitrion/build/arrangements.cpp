#include "vitrion/build/arrangements.hpp"

#include <algorithm>
#include <set>

#include "vitrion/core/random.hpp"

namespace vitrion::build {
namespace {

constexpr int unchanged = 0;

Arrangement image(const Arrangement& a, const std::vector<int>& permutation) {
  Arrangement moved;
  moved.reserve(a.size());
  for (const auto& [site, colour] : a) moved.emplace_back(permutation[static_cast<std::size_t>(site)], colour);
  std::sort(moved.begin(), moved.end());
  return moved;
}

// The whole group acts alike on every member of a class: |class| = |group| / |operations that leave it unchanged|.
std::int64_t multiplicity(const Arrangement& a, const std::vector<std::vector<int>>& permutations) {
  const auto fixed =
      std::count_if(permutations.begin(), permutations.end(), [&](const auto& p) { return image(a, p) == a; });
  return static_cast<std::int64_t>(permutations.size()) / fixed;
}

bool is_smallest(const Arrangement& a, const std::vector<std::vector<int>>& permutations) {
  return std::none_of(permutations.begin(), permutations.end(), [&](const auto& p) { return image(a, p) < a; });
}

// Walks through all arrangements, choice after choice, sites of a choice in increasing order.
class Enumeration {
 public:
  Enumeration(const std::vector<Choice>& choices, const std::vector<std::vector<int>>& permutations,
              const Session& session)
      : choices_(choices), permutations_(permutations), session_(session) {
    int largest = -1;
    for (const Choice& c : choices)
      for (const int site : c.pool) largest = std::max(largest, site);
    colours_.assign(static_cast<std::size_t>(largest + 1), unchanged);
  }

  std::vector<DistinctArrangement> run() {
    choose(0, 0, 0);
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.sites < b.sites; });
    return std::move(found_);
  }

 private:
  void choose(std::size_t step, std::size_t from, int done) {
    if (step == choices_.size()) return visit();
    const Choice& c = choices_[step];
    if (done == c.count) return choose(step + 1, 0, 0);
    for (std::size_t k = from; k < c.pool.size(); ++k) {
      int& colour = colours_[static_cast<std::size_t>(c.pool[k])];
      if (colour != unchanged) continue;
      colour = c.colour;
      choose(step, k + 1, done + 1);
      colour = unchanged;
    }
  }

  void visit() {
    session_.check_stop();
    Arrangement a;
    for (std::size_t site = 0; site < colours_.size(); ++site)
      if (colours_[site] != unchanged) a.emplace_back(static_cast<int>(site), colours_[site]);
    if (is_smallest(a, permutations_)) found_.push_back({a, multiplicity(a, permutations_)});
  }

  const std::vector<Choice>& choices_;
  const std::vector<std::vector<int>>& permutations_;
  Session session_;
  std::vector<int> colours_;
  std::vector<DistinctArrangement> found_;
};

Arrangement draw(const std::vector<Choice>& choices, Random& random) {
  Arrangement a;
  std::set<int> used;
  for (const Choice& c : choices) {
    std::vector<int> free;
    std::copy_if(c.pool.begin(), c.pool.end(), std::back_inserter(free), [&](int s) { return used.count(s) == 0; });
    shuffle(free, random);
    for (int k = 0; k < c.count; ++k) {
      a.emplace_back(free[static_cast<std::size_t>(k)], c.colour);
      used.insert(free[static_cast<std::size_t>(k)]);
    }
  }
  std::sort(a.begin(), a.end());
  return a;
}

}  // namespace

double count_arrangements(const std::vector<Choice>& choices) {
  double total = 1;
  for (std::size_t s = 0; s < choices.size(); ++s) {
    int available = static_cast<int>(choices[s].pool.size());
    for (std::size_t t = 0; t < s; ++t)
      if (choices[t].pool == choices[s].pool) available -= choices[t].count;
    if (choices[s].count > available) return 0;
    for (int k = 0; k < choices[s].count; ++k) total *= static_cast<double>(available - k) / (k + 1);
  }
  return total;
}

Arrangement canonical(const Arrangement& a, const std::vector<std::vector<int>>& permutations) {
  Arrangement best = a;
  std::sort(best.begin(), best.end());
  for (const auto& p : permutations) best = std::min(best, image(a, p));
  return best;
}

std::vector<DistinctArrangement> enumerate(const std::vector<Choice>& choices,
                                           const std::vector<std::vector<int>>& permutations, const Session& session) {
  return Enumeration(choices, permutations, session).run();
}

std::vector<DistinctArrangement> sample(const std::vector<Choice>& choices,
                                        const std::vector<std::vector<int>>& permutations, std::int64_t draws,
                                        std::uint64_t seed, const Session& session) {
  Random random(seed);
  std::set<Arrangement> seen;
  for (std::int64_t k = 0; k < draws; ++k) {
    session.check_stop();
    seen.insert(canonical(draw(choices, random), permutations));
  }
  std::vector<DistinctArrangement> list;
  for (const Arrangement& a : seen) list.push_back({a, multiplicity(a, permutations)});
  return list;
}

}  // namespace vitrion::build
