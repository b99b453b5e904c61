#include "vitrion/study/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/units.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::study {
namespace {

using Json = nlohmann::json;
using report::Markup;
using report::Severity;

constexpr double same_temperature = 2;  // K: nobody measures finer
constexpr double most_telling_span = 10;
constexpr double student_of_two = 12.7;  // t of 95 % for two values; falls quickly with more

bool is_kind(const Json& result, const char* kind) {
  return result.contains("vitrion") && result["vitrion"].value("kind", std::string()) == kind;
}

Measure measure_told_by(const std::string& quantity) {
  const auto begins = [&](const char* word) { return quantity.starts_with(word); };
  if (begins("ionic conductivity") || begins("conductivity")) return Measure::conductivity;
  if (begins("activation energy")) return Measure::activation_energy;
  if (begins("diffusion coefficient") || begins("diffusivity")) return Measure::diffusion;
  return begins("density") ? Measure::density : Measure::nothing;
}

// What a measure is at a temperature that was simulated.
std::optional<OwnValue> measured(const Json& at, Measure measure) {
  const std::string basis = fmt::format("at {:g} K", at.at("temperature_K").get<double>());
  if (measure == Measure::diffusion) {
    const Json& d = at.at("D_tracer");
    if (d.at("resolved").get<bool>())
      return OwnValue{d["value_cm2_per_s"].get<double>(), d["ci95_cm2_per_s"][0], d["ci95_cm2_per_s"][1], basis};
    if (d.at("upper_bound_cm2_per_s").is_null()) return {};
    return OwnValue{{}, 0, d["upper_bound_cm2_per_s"], basis + ", not resolved"};
  }
  const Json& s = at.at("conductivity_S_per_cm");
  if (!s.at("value").is_null()) return OwnValue{s["value"].get<double>(), s["ci95"][0], s["ci95"][1], basis};
  if (s.at("upper_bound").is_null()) return {};
  return OwnValue{{}, 0, s["upper_bound"], basis + ", not resolved"};
}

// N q^2 / (V k T), (S/cm) / (cm^2/s), of the simulated cells at another temperature.
std::optional<double> conductivity_factor(const Json& at, double temperature) {
  if (at.at("charge_e").is_null() || at.at("volume_A3").is_null()) return {};
  constexpr double e_per_A3_V_in_S_s_per_cm3 = units::elementary_charge_C * 1e24;
  return at.at("n_ions").get<double>() * std::pow(at["charge_e"].get<double>(), 2) /
         (at["volume_A3"].get<double>() * units::boltzmann_eV_per_K * temperature) * e_per_A3_V_in_S_s_per_cm3;
}

std::optional<OwnValue> by_line(const Json& transport, Measure measure, double temperature) {
  if (!transport.contains("arrhenius") || !transport["arrhenius"].contains("line")) return {};
  const Json &arrhenius = transport["arrhenius"], &line = arrhenius["line"];
  const auto n = [&](const char* key) { return line.at(key).get<double>(); };
  const double x = 1 / temperature - n("centre_per_K");
  const double y = n("ln_cm2_per_s_at_centre") + n("slope_K") * x;
  const double spread = n("coverage_factor") * std::hypot(n("deviation_at_centre"), n("slope_deviation_K") * x);
  double factor = 1;
  if (measure == Measure::conductivity) {
    const std::optional<double> f = conductivity_factor(transport.at("temperatures").at(0), temperature);
    if (!f) return {};
    factor = *f;
  }
  const auto fitted = arrhenius.at("fitted_K").get<std::vector<double>>();
  const double coldest = *std::min_element(fitted.begin(), fitted.end());
  const std::string basis = temperature < coldest
                                ? fmt::format("EXTRAPOLATED from {:g} K by the Arrhenius line", coldest)
                                : std::string("by the Arrhenius line");
  return OwnValue{factor * std::exp(y), factor * std::exp(y - spread), factor * std::exp(y + spread), basis};
}

std::optional<OwnValue> from_transport(const LiteratureValue& other, const Json& transport) {
  if (other.compare == Measure::activation_energy) {
    if (!transport.contains("arrhenius") || transport["arrhenius"].at("activation_energy_eV").is_null()) return {};
    const Json& e = transport["arrhenius"]["activation_energy_eV"];
    return OwnValue{e["value"].get<double>(), e["ci95"][0], e["ci95"][1], "of D* (that of the conductivity times T)"};
  }
  if (!other.temperature) return {};
  for (const Json& at : transport.at("temperatures"))
    if (!at.at("temperature_K").is_null() &&
        std::abs(at["temperature_K"].get<double>() - *other.temperature) < same_temperature)
      return measured(at, other.compare);
  return by_line(transport, other.compare, *other.temperature);
}

// Of the last stage of every glass: mean, and 95 % of the mean from their scatter.
std::optional<OwnValue> density_of_glasses(const std::vector<Json>& results) {
  std::vector<double> densities;
  double temperature = 0;
  for (const Json& result : results) {
    if (!is_kind(result, "quench")) continue;
    for (const Json& glass : result.at("replicas"))
      if (!glass.at("stages").empty()) {
        densities.push_back(glass["stages"].back().at("density_g_per_cm3").get<double>());
        temperature = glass["stages"].back().value("target_temperature_K", 0.0);
      }
  }
  if (densities.size() < 2) return {};
  const auto n = static_cast<double>(densities.size());
  double mean = 0, squares = 0;
  for (const double d : densities) mean += d / n;
  for (const double d : densities) squares += (d - mean) * (d - mean);
  if (squares < 1e-9) return {};                                   // the density was given to all of them
  const double t = n < 3 ? student_of_two : 1.96 + 2.4 / (n - 2);  // within 10 % of Student's t of n - 1
  const double half = t * std::sqrt(squares / (n - 1) / n);
  return OwnValue{mean, mean - half, mean + half, fmt::format("mean of {} glasses at {:g} K", n, temperature)};
}

bool agrees(const LiteratureValue& other, const OwnValue& own) {
  const auto [low, high] = other.range.value_or(std::pair(other.value, other.value));
  return high >= own.low && low <= own.high;
}

Markup own_text(const OwnValue& own) {
  return own.value ? report::with_interval(*own.value, own.low, own.high) : "< " + report::number(own.high, 2);
}

Markup ratio_text(const LiteratureValue& other, const OwnValue& own) {
  if (!own.value) return "< " + report::number(own.high / other.value, 2);
  return report::with_interval(*own.value / other.value, own.low / other.value, own.high / other.value);
}

Markup other_text(const LiteratureValue& v) {
  return report::number(v.value) +
         (v.range ? fmt::format(" ({} … {})", report::number(v.range->first), report::number(v.range->second)) : "");
}

std::string times(double ratio) {
  const bool more = ratio >= 1;
  const double factor = more ? ratio : 1 / ratio;
  return factor < 1.995 ? fmt::format("{:.0f} % {}", 100 * std::abs(ratio - 1), more ? "more" : "less")
                        : fmt::format("{:.{}f} times {}", factor, factor < 9.95 ? 1 : 0, more ? "more" : "less");
}

Markup disagreement(const LiteratureValue& other, const OwnValue& own) {
  std::string text = other.quantity;
  if (other.temperature) text += fmt::format(" at {:g} K", *other.temperature);
  text += fmt::format(": {} here ({}), {} elsewhere ({})", own_text(own), own.basis, other_text(other), other.source);
  return own.value ? text + ": " + times(*own.value / other.value) + "." : text + ".";
}

// An interval that spans so much agrees with nearly everything.
bool is_vague(const OwnValue& own) {
  return !own.value || own.high > most_telling_span * own.low;
}

report::Headline agreement_headline(std::size_t compared, std::size_t agreeing, std::size_t vague,
                                    const Markup& worst) {
  return {.question = "Does it agree with other work?",
          .answer = compared == agreeing ? fmt::format("in all {} values", compared)
                                         : fmt::format("in {} of {} values", agreeing, compared),
          .basis =
              (worst.empty() ? Markup("Their values lie within the 95 % intervals of this work.") : worst) +
              (vague > 0 ? fmt::format(" {} of these intervals span more than a factor of ten: they say little.", vague)
                         : std::string()),
          .severity = compared > agreeing ? Severity::warning
                      : vague > 0         ? Severity::neutral
                                          : Severity::good};
}

Measure measure_named(Config& entry, const std::string& quantity) {
  if (!entry.has("compare")) return measure_told_by(quantity);
  const std::string name =
      entry.choice("compare", {"nothing", "conductivity", "diffusion", "activation_energy", "density"}, "nothing");
  return name == "conductivity"        ? Measure::conductivity
         : name == "diffusion"         ? Measure::diffusion
         : name == "activation_energy" ? Measure::activation_energy
         : name == "density"           ? Measure::density
                                       : Measure::nothing;
}

}  // namespace

std::vector<LiteratureValue> read_literature(Config& config) {
  std::vector<LiteratureValue> list;
  for (Config& entry : config.sections("literature")) {
    LiteratureValue value;
    value.quantity = entry.text("quantity");
    value.value = entry.positive("value");
    if (entry.has("range")) {
      const std::vector<double> ends = entry.numbers("range");
      if (ends.size() != 2 || !(ends[0] <= value.value) || !(value.value <= ends[1]))
        throw entry.error("range", "\"range\" needs two numbers with \"value\" between them");
      value.range = {ends[0], ends[1]};
    }
    if (entry.has("temperature_K")) value.temperature = entry.positive("temperature_K");
    value.source = entry.text("source");
    value.compare = measure_named(entry, value.quantity);
    list.push_back(std::move(value));
  }
  return list;
}

std::optional<OwnValue> own_value(const LiteratureValue& other, const std::vector<Json>& results) {
  if (other.compare == Measure::nothing) return {};
  if (other.compare == Measure::density) return density_of_glasses(results);
  for (const Json& result : results)
    if (is_kind(result, "transport")) return from_transport(other, result);
  return {};
}

report::Section comparison_section(const std::vector<LiteratureValue>& literature, const std::vector<Json>& results) {
  report::Table table{.id = "literature", .title = "This work and others"};
  table.columns = {"quantity", "T (K)", "others", "this work", "ratio, this work to others", "this work is", "source"};
  report::List disagreements;
  std::size_t compared = 0, vague = 0;
  Markup worst;
  double farthest = 0;
  for (const LiteratureValue& v : literature) {
    const std::optional<OwnValue> own = own_value(v, results);
    table.rows.push_back({v.quantity, v.temperature ? fmt::format("{:g}", *v.temperature) : "–", other_text(v),
                          own ? own_text(*own) : "–", own ? ratio_text(v, *own) : "–",
                          own ? own->basis : std::string("not measured here"), v.source});
    if (!own) continue;
    ++compared;
    if (is_vague(*own)) ++vague;
    if (agrees(v, *own)) continue;
    disagreements.items.push_back(disagreement(v, *own));
    const double far = std::abs(std::log(own->value.value_or(own->high) / v.value));
    if (far <= farthest && !worst.empty()) continue;
    farthest = far;
    worst = "Farthest: " + v.quantity + (v.temperature ? fmt::format(" at {:g} K", *v.temperature) : "") + ", " +
            (own->value ? times(*own->value / v.value) : "below " + report::number(own->high, 2)) + " than " +
            v.source + ".";
  }
  table.caption =
      "95 % intervals of this work in brackets: errors of its statistics alone. They know nothing of errors of the "
      "potential, of the density, the size of the cell, the cooling rate, or of another mechanism at lower "
      "temperature. "
      "Values of others as given in the study's settings.";
  report::Section section{.heading = "Beside other work"};
  if (compared > 0)
    section.headlines = {agreement_headline(compared, compared - disagreements.items.size(), vague, worst)};
  if (!disagreements.items.empty())
    section.blocks.emplace_back(
        report::Callout{.severity = Severity::warning, .title = "This work disagrees", .details = disagreements});
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace vitrion::study
