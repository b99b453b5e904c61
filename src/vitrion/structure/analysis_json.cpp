// The analysis for machines: keys are stable, units stand in the names.
#include <nlohmann/json.hpp>

#include "vitrion/structure/analysis.hpp"

namespace vitrion::structure {
namespace {

using Json = nlohmann::json;

std::string pair_name(const Species& a, const Species& b) {
  return a.name() + "-" + b.name();
}

Json pair_json(const PairDistribution& pair) {
  Json j{{"r_A", pair.r}, {"g", pair.g}, {"coordination", pair.coordination}};
  if (pair.shell) {
    j["first_peak_A"] = pair.shell->peak;
    j["first_peak_g"] = pair.shell->height;
    if (pair.shell->minimum) {
      j["first_minimum_A"] = *pair.shell->minimum;
      j["first_minimum_g"] = pair.shell->minimum_height;
      j["coordination_to_minimum"] = *pair.shell->coordination;
    }
  }
  return j;
}

Json repeat_json(const Repeat& repeat) {
  Json by_species = Json::object();
  for (const auto& [species, fraction] : repeat.by_species) by_species[species.name()] = fraction;
  return {{"mapped_fraction", repeat.mapped},  {"by_chance", repeat.by_chance},
          {"glass_limit", repeat.glass_limit}, {"vector_A", {repeat.vector[0], repeat.vector[1], repeat.vector[2]}},
          {"by_species", by_species},          {"candidates", repeat.candidates}};
}

Json slow_wave_json(const std::optional<SlowWave>& wave) {
  if (!wave) return nullptr;
  return {
      {"of", wave->of}, {"length_A", wave->length}, {"intensity", wave->intensity}, {"random_limit_99", wave->limit}};
}

Json order_json(const OrderReport& order) {
  return {{"verdict", name_of(order.verdict)},
          {"statement", order.statement},
          {"reasons", order.reasons},
          {"mapped_fraction_mean", order.mapped_mean},
          {"n_frames", order.n_frames},
          {"translation", repeat_json(order.translation)},
          {"inversion", repeat_json(order.inversion)},
          {"residual_g",
           {{"from_A", order.beyond_4.from},
            {"to_A", order.beyond_4.to},
            {"rms", order.beyond_4.rms},
            {"noise_rms_one_frame", order.beyond_4.noise}}},
          {"slow_wave", slow_wave_json(order.slow_wave)},
          {"bragg",
           {{"q_per_A", order.bragg.q},
            {"hkl", order.bragg.hkl},
            {"ordered_fraction", order.bragg.ordered},
            {"over_shell", order.bragg.over_shell},
            {"glass_limit_999", order.bragg.glass_limit},
            {"n_vectors", order.bragg.n_vectors}}}};
}

Json lattice_json(const LatticeDisorder& d) {
  Json axes = Json::array();
  for (const AxisLattice& axis : d.axes)
    axes.push_back({{"period", axis.period}, {"phase", axis.phase}, {"spacing", axis.spacing}});
  return {{"axes", axes},           {"maximum", d.maximum},   {"minimum", d.minimum},
          {"along_100", d.along_a}, {"along_010", d.along_b}, {"along_001", d.along_c}};
}

Json counts_json(const std::map<Species, std::map<int, double>>& table) {
  Json j = Json::object();
  for (const auto& [species, row] : table)
    for (const auto& [n, count] : row) j[species.name()][std::to_string(n)] = count;
  return j;
}

Json units_json(const NetworkUnits& units) {
  return {{"n_frames", units.n_frames},
          {"polyhedra_per_frame", units.polyhedra},
          {"clusters_per_frame", units.clusters},
          {"ligands_by_number_of_formers", counts_json(units.sharing)},
          {"formers_by_bridging_ligands_Qn", counts_json(units.q)},
          {"formers_by_coordination", counts_json(units.coordination)}};
}

Json factors_json(const StructureFactors& f) {
  Json partial = Json::object();
  for (std::size_t k = 0; k < f.pairs.size(); ++k)
    partial[pair_name(f.pairs[k].first, f.pairs[k].second)] = f.partial[k];
  return {{"q_per_A", f.q},           {"faber_ziman", partial},
          {"neutron", f.neutron},     {"neutron_standard_error", f.neutron_error},
          {"xray", f.xray},           {"xray_standard_error", f.xray_error},
          {"n_vectors", f.n_vectors}, {"n_frames", f.n_frames}};
}

}  // namespace

Json to_json(const Analysis& analysis) {
  Json result;
  result["n_frames"] = analysis.rdf.n_frames;
  result["n_atoms"] = analysis.last.size();
  result["composition"] = composition(analysis.last.species);
  result["mean_volume_A3"] = analysis.rdf.mean_volume;
  result["density_g_per_cm3"] = analysis.density;
  result["half_cell_A"] = analysis.rdf.half_cell;
  result["long_range_order"] = order_json(analysis.order);
  for (const PairDistribution& pair : analysis.rdf.pairs)
    result["rdf"][pair_name(pair.center, pair.neighbor)] = pair_json(pair);
  for (const auto& [pair, cutoff] : analysis.cutoffs.all())
    result["bond_cutoffs_A"][pair_name(pair.first, pair.second)] = cutoff;
  result["units"] = units_json(analysis.units);
  for (const AngleDistribution& a : analysis.angles)
    result["angles"][a.end1.name() + "-" + a.center.name() + "-" + a.end2.name()] = {
        {"angle_degree", a.angle},
        {"density_per_degree", a.density},
        {"mean_degree", a.mean},
        {"deviation_degree", a.deviation},
        {"triplets_per_frame", a.per_frame}};
  result["structure_factor"] = factors_json(analysis.factors);
  for (const LatticeDisorder& d : analysis.lattice) result["lattice_disorder"][d.species.name()] = lattice_json(d);
  result["warnings"] = analysis.warnings;
  result["notes"] = analysis.notes;
  return result;
}

}  // namespace vitrion::structure
