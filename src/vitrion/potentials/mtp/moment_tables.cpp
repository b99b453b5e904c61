#include "vitrion/potentials/mtp/moment_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrion::potentials::mtp {
namespace {

// Far beyond every level; they keep damaged files from asking for absurd amounts of memory.
constexpr int largest_mu = 100, largest_rank = 20;

std::string fault_of_basics(const MomentTables& tables) {
  if (tables.basic.empty()) return "there is no basic moment";
  for (std::size_t k = 0; k < tables.basic.size(); ++k) {
    const auto& [mu, nx, ny, nz] = tables.basic[k];
    if (mu < 0 || nx < 0 || ny < 0 || nz < 0) return fmt::format("basic moment {} has a negative index", k);
    if (mu > largest_mu || nx > largest_rank || ny > largest_rank || nz > largest_rank)
      return fmt::format("basic moment {} has an index beyond all use", k);
  }
  return {};
}

std::string fault_of_products(const MomentTables& tables) {
  const int basics = static_cast<int>(tables.basic.size());
  const auto exists = [&](int m) { return m >= 0 && m < tables.moments_count; };
  // Row number of the last product that adds to a moment: whoever reads the moment must come later.
  std::vector<std::size_t> last_written(static_cast<std::size_t>(tables.moments_count), 0);
  for (std::size_t row = 0; row < tables.products.size(); ++row) {
    const auto& [a, b, multiplicity, target] = tables.products[row];
    if (!exists(a) || !exists(b) || !exists(target))
      return fmt::format("product {} names a moment beyond {}", row, tables.moments_count - 1);
    if (target < basics) return fmt::format("product {} writes to the basic moment {}", row, target);
    last_written[static_cast<std::size_t>(target)] = row + 1;
  }
  for (std::size_t row = 0; row < tables.products.size(); ++row)
    for (const int source : {tables.products[row].a, tables.products[row].b})
      if (last_written[static_cast<std::size_t>(source)] > row)
        return fmt::format("product {} reads moment {} before it is complete", row, source);
  return {};
}

}  // namespace

int MomentTables::radial_funcs_count() const {
  int count = 0;
  for (const Basic& b : basic) count = std::max(count, b.mu + 1);
  return count;
}

std::string describe_fault(const MomentTables& tables) {
  if (std::string fault = fault_of_basics(tables); !fault.empty()) return fault;
  if (tables.moments_count < static_cast<int>(tables.basic.size()))
    return fmt::format("{} moments cannot hold {} basic ones", tables.moments_count, tables.basic.size());
  // Every further moment needs a product that fills it.
  if (static_cast<std::size_t>(tables.moments_count) > tables.basic.size() + tables.products.size())
    return fmt::format("{} moments are more than {} basic ones and {} products can fill", tables.moments_count,
                       tables.basic.size(), tables.products.size());
  if (std::string fault = fault_of_products(tables); !fault.empty()) return fault;
  if (tables.scalars.empty()) return "there is no scalar moment";
  for (std::size_t a = 0; a < tables.scalars.size(); ++a)
    if (tables.scalars[a] < 0 || tables.scalars[a] >= tables.moments_count)
      return fmt::format("scalar {} names a moment beyond {}", a, tables.moments_count - 1);
  return {};
}

}  // namespace vitrion::potentials::mtp
