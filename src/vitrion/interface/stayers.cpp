#include "vitrion/interface/stayers.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/interface/interface.hpp"

namespace vitrion::interface {

Stayers::Stayers(Species ion, std::vector<Range> ranges, int normal)
    : ion_(ion), ranges_(std::move(ranges)), normal_(normal) {}

void Stayers::add(const Structure& frame) {
  const double height = frame.cell.heights()[normal_];
  const Vector3 across = frame.cell.spanning().inverse().col(normal_);
  const bool periodic = frame.cell.periodic()[static_cast<std::size_t>(normal_)];
  const bool first = ids_.empty();
  std::size_t ion = 0;
  for (const std::size_t row : rows_by_id(frame)) {
    if (frame.species[row] != ion_) continue;
    double s = frame.positions.row(static_cast<Eigen::Index>(row)).dot(across);
    if (periodic) s -= std::floor(s);
    const double z = s * height;
    const bool inside = std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& r) {
      return (z >= r.low && z <= r.high) || (periodic && z + height >= r.low && z + height <= r.high);
    });
    if (first) {
      ids_.push_back(frame.ids.empty() ? static_cast<std::int64_t>(row) + 1 : frame.ids[row]);
      stayed_.push_back(inside);
    } else if (ion < stayed_.size()) {
      stayed_[ion] = stayed_[ion] && inside;
    }
    ++ion;
  }
}

std::vector<std::int64_t> Stayers::finish(const std::string& file) const {
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < ids_.size(); ++i)
    if (stayed_[i]) ids.push_back(ids_[i]);
  if (ids.empty())
    throw InputError(
        Location{file},
        fmt::format("no {} stays there from the first frame to the last ({} in all)", ion_.name(), ids_.size()),
        "Take a wider part, or a shorter run with --frames; vitrion interface measures what does not stay.");
  return ids;
}

std::vector<Range> ranges_of(const std::filesystem::path& result, const std::string& region) {
  const nlohmann::json json = read_result(result, interface_kind);
  std::string known;
  for (const nlohmann::json& r : json.at("regions")) {
    const std::string name = r.at("name");
    known += (known.empty() ? "" : ", ") + name;
    if (name != region) continue;
    std::vector<Range> ranges;
    for (const nlohmann::json& pair : r.at("ranges_A")) ranges.push_back({pair.at(0), pair.at(1)});
    return ranges;
  }
  throw InputError(Location{result.string()}, "no region \"" + region + "\"", "It holds: " + known + ".");
}

Range parse_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto number = [&](std::size_t from, std::size_t n) {
    return parse_double(trim(std::string_view(text).substr(from, n)));
  };
  if (colon != std::string::npos) {
    const std::optional<double> low = number(0, colon), high = number(colon + 1, std::string::npos);
    if (low && high && *low < *high) return {*low, *high};
  }
  throw InputError("\"" + text + "\" is no range", "Write FROM:TO in Å along the normal, for instance 12:40.");
}

}  // namespace vitrion::interface
