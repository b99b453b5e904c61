#include "vitrion/potentials/mtp/moment_program.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace vitrion::potentials::mtp {
namespace {

using Key = std::array<int, 4>;  // mu, a, b, c

// Numbers the basic slots and derives those with z^2 and more.
std::map<Key, int> lay_out_basics(MomentProgram& program) {
  std::map<Key, int> slots;
  int next = 0;
  for (int mu = 0; mu < static_cast<int>(program.degree.size()); ++mu)
    for (int c = 0; c <= 1; ++c) {
      program.offsets.push_back(next);
      const int degree = program.degree[static_cast<std::size_t>(mu)] - c;
      for (int order = 0; order <= degree; ++order)
        for (int b = 0; b <= order; ++b) slots[{mu, order - b, b, c}] = next++;
    }
  program.n_reduced = next;
  for (int mu = 0; mu < static_cast<int>(program.degree.size()); ++mu)
    for (int c = 2; c <= program.degree[static_cast<std::size_t>(mu)]; ++c) {
      const int degree = program.degree[static_cast<std::size_t>(mu)] - c;
      for (int order = 0; order <= degree; ++order)
        for (int b = 0; b <= order; ++b) {
          const int a = order - b;
          program.derived.push_back(
              {next, slots.at({mu, a, b, c - 2}), slots.at({mu, a + 2, b, c - 2}), slots.at({mu, a, b + 2, c - 2})});
          slots[{mu, a, b, c}] = next++;
        }
    }
  program.n_basic = next;
  return slots;
}

// Slot of every moment of the tables: basics as laid out, the others in the order in which they are complete.
std::vector<int> number_slots(const MomentTables& tables, MomentProgram& program) {
  const std::map<Key, int> basics = lay_out_basics(program);
  std::vector<int> slot(static_cast<std::size_t>(tables.moments_count), -1);
  for (std::size_t k = 0; k < tables.basic.size(); ++k) {
    const auto& b = tables.basic[k];
    slot[k] = basics.at({b.mu, b.nx, b.ny, b.nz});
  }
  // Moments that nothing writes are zero and come first; then targets by the row of their last product.
  std::vector<std::pair<std::size_t, std::size_t>> completed;
  std::vector<std::size_t> last(slot.size(), 0);
  for (std::size_t row = 0; row < tables.products.size(); ++row)
    last[static_cast<std::size_t>(tables.products[row].target)] = row + 1;
  for (std::size_t m = tables.basic.size(); m < slot.size(); ++m) completed.emplace_back(last[m], m);
  std::sort(completed.begin(), completed.end());
  program.n_slots = program.n_basic;
  for (const auto& [row, moment] : completed) slot[moment] = program.n_slots++;
  return slot;
}

// Terms grouped by the slot they add to.
void group(const std::vector<std::vector<MomentProgram::Term>>& by_slot, std::vector<MomentProgram::Term>& terms,
           std::vector<int>& first) {
  first.push_back(0);
  for (const auto& list : by_slot) {
    terms.insert(terms.end(), list.begin(), list.end());
    first.push_back(static_cast<int>(terms.size()));
  }
}

}  // namespace

MomentProgram compile(const MomentTables& tables, int radial_funcs_count) {
  MomentProgram program;
  program.degree.assign(static_cast<std::size_t>(radial_funcs_count), -1);
  for (const auto& b : tables.basic) {
    int& degree = program.degree[static_cast<std::size_t>(b.mu)];
    degree = std::max(degree, b.nx + b.ny + b.nz);
    program.max_degree = std::max(program.max_degree, degree);
  }
  const std::vector<int> slot = number_slots(tables, program);

  std::vector<std::vector<MomentProgram::Term>> forward(static_cast<std::size_t>(program.n_slots - program.n_basic));
  std::vector<std::vector<MomentProgram::Term>> backward(static_cast<std::size_t>(program.n_slots));
  for (const auto& p : tables.products) {
    const int a = slot[static_cast<std::size_t>(p.a)], b = slot[static_cast<std::size_t>(p.b)];
    const int target = slot[static_cast<std::size_t>(p.target)];
    const double weight = p.multiplicity;
    forward[static_cast<std::size_t>(target - program.n_basic)].push_back({a, b, weight});
    if (a == b) {
      backward[static_cast<std::size_t>(a)].push_back({target, a, 2 * weight});
    } else {
      backward[static_cast<std::size_t>(a)].push_back({target, b, weight});
      backward[static_cast<std::size_t>(b)].push_back({target, a, weight});
    }
  }
  group(forward, program.forward, program.forward_first);
  group(backward, program.backward, program.backward_first);
  for (const int s : tables.scalars) program.scalars.push_back(slot[static_cast<std::size_t>(s)]);
  return program;
}

}  // namespace vitrion::potentials::mtp
