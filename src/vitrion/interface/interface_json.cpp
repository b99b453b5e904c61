// The machine-readable form of an interface.
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/units.hpp"
#include "vitrion/interface/interface.hpp"

namespace vitrion::interface {
namespace {

using Json = nlohmann::json;
constexpr double cm2 = units::A2_per_fs_in_cm2_per_s;

Json finite(double x) {
  return std::isfinite(x) ? Json(x) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double x : values) list.push_back(finite(x));
  return list;
}

// `bound`: "upper_bound" or "lower_bound".
Json of(const Measured& m, double unit, const char* bound) {
  Json j{{"resolved", m.resolved}, {"value", nullptr}, {"ci95", nullptr}, {"effective_events", finite(m.events)}};
  j[bound] = nullptr;
  if (m.resolved) {
    j["value"] = m.value * unit;
    j["ci95"] = {finite(m.ci95.low * unit), finite(m.ci95.high * unit)};
  } else {
    j["reason"] = m.reason;
    if (m.upper_bound > 0) j[bound] = finite(m.upper_bound * unit);
  }
  return j;
}

Json of(const Along& a) {
  Json j{{"resolved", false},      {"value", nullptr},   {"ci95", nullptr},
         {"upper_bound", nullptr}, {"stays", a.walkers}, {"window_fs", a.window}};
  if (!a.measured) {
    j["reason"] = "no ion stays in it long enough";
    return j;
  }
  const transport::Diffusivity& d = a.diffusivity;
  j["resolved"] = d.resolved;
  j["effective_hops"] = d.effective_hops;
  if (d.resolved) {
    j["value"] = d.value() * cm2;
    j["ci95"] = {d.ci95.low * cm2, d.ci95.high * cm2};
  } else {
    j["upper_bound"] = finite(d.upper_bound * cm2);
    j["reason"] = d.reason;
  }
  return j;
}

Json lags_of(const Across& a, double timestep) {
  Json list = Json::array();
  for (const AtLag& l : a.lags)
    list.push_back({{"lag_fs", static_cast<double>(l.lag) * timestep},
                    {"D_cm2_per_s", l.value / timestep * cm2},
                    {"ci95_cm2_per_s", {l.ci95.low / timestep * cm2, finite(l.ci95.high / timestep * cm2)}}});
  return list;
}

Json ranges_of(const std::vector<Range>& ranges) {
  Json list = Json::array();
  for (const Range& r : ranges) list.push_back({r.low, r.high});
  return list;
}

Json of(const Profile& p) {
  return {{"key", p.key}, {"value", numbers(p.value)}, {"low", numbers(p.low)}, {"high", numbers(p.high)}};
}

Json of(const Profiles& p) {
  Json list = Json::array();
  for (const Profile& q : p.density) list.push_back(of(q));
  for (const Profile* q :
       {&p.ion_distance, &p.ion_coordination, &p.anion_coordination, &p.bond_valence, &p.lateral_order})
    if (!q->value.empty()) list.push_back(of(*q));
  for (const Profile& q : p.stress) list.push_back(of(q));
  return {{"z_A", p.center}, {"n_samples", p.n_samples}, {"quantities", list}};
}

Json region_json(const RegionResult& r, double timestep) {
  return {{"name", r.name},
          {"ranges_A", ranges_of(r.ranges)},
          {"mean_ions", r.ions},
          {"D_along_cm2_per_s", of(r.along)},
          {"D_across_cm2_per_s", of(r.across_D, cm2, "upper_bound")},
          {"fewest_passes", finite(r.across.passes)},
          {"lag_fs", static_cast<double>(r.across.lag) * timestep},
          {"D_across_by_lag", lags_of(r.across, timestep)},
          {"D_across_by_survival_cm2_per_s", of(r.survival_D, cm2, "upper_bound")},
          {"survival", {{"lag_fs", r.survival_lag}, {"share", r.survival}}},
          {"exits", r.exits},
          {"residence_fs", of(r.residence, 1, "lower_bound")},
          {"free_energy_eV", of(r.free_energy, 1, "upper_bound")}};
}

Json gaps_json(const InterfaceResult& result) {
  Json list = Json::array();
  const AcrossResult& a = result.across;
  for (std::size_t g = 0; g < a.gaps.size(); ++g) {
    const double low = a.nodes.nodes.position[g];
    list.push_back({{"range_A", {low, low + a.nodes.nodes.width(g)}},
                    {"region", result.regions[a.nodes.place[g].region].name},
                    {"mean_ions", a.occupation[g]},
                    {"passes", a.gaps[g].passes},
                    {"D_across_cm2_per_s", of(a.gaps[g].diffusivity, cm2 / result.timestep, "upper_bound")}});
  }
  return list;
}

}  // namespace

Json to_json(const InterfaceResult& result) {
  Json regions = Json::array(), faces = Json::array(), names = Json::array();
  for (const RegionResult& r : result.regions) {
    regions.push_back(region_json(r, result.timestep));
    names.push_back(r.name);
  }
  for (const Face& f : result.faces)
    faces.push_back({{"range_A", {f.range.low, f.range.high}},
                     {"passes", finite(f.passes)},
                     {"resistance_Ohm_cm2", of(f.resistance, 1, "lower_bound")}});
  return {{"file", result.file},
          {"ion", result.ion},
          {"n_ions", result.n_ions},
          {"n_frames", result.n_frames},
          {"dt_fs", result.timestep},
          {"temperature_K", result.temperature ? Json(*result.temperature) : Json(nullptr)},
          {"charge_e", result.charge},
          {"area_A2", result.area},
          {"length_A", result.partition.length},
          {"regions_given", result.regions_given},
          {"regions", regions},
          {"bins", gaps_json(result)},
          {"interfaces", faces},
          {"exchanges", {{"regions", names}, {"counts", result.exchanges}, {"crossings", result.crossings}}},
          {"profiles", of(result.profiles)},
          {"notes", result.notes},
          {"warnings", result.warnings}};
}

}  // namespace vitrion::interface
