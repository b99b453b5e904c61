#include "vitrion/report/structure_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "vitrion/report/elements.hpp"
#include "vitrion/report/markup.hpp"

namespace vitrion::report {
namespace {

constexpr double picture_width = 720, picture_height = 540;
constexpr std::size_t most_atoms_with_sticks = 6000;  // all pairs are tried

double to_thousandths(double x) {
  return std::round(x * 1e3) / 1e3;
}

nlohmann::json vector_json(const Vector3& x) {
  return {to_thousandths(x[0]), to_thousandths(x[1]), to_thousandths(x[2])};
}

// The angle most structures look well from: slightly from above, slightly from the side.
Matrix3 view_rotation() {
  const double turn = -0.5, tilt = 0.35;
  Matrix3 about_y, about_x;
  about_y << std::cos(turn), 0, std::sin(turn), 0, 1, 0, -std::sin(turn), 0, std::cos(turn);
  about_x << 1, 0, 0, 0, std::cos(tilt), -std::sin(tilt), 0, std::sin(tilt), std::cos(tilt);
  return about_x * about_y;
}

}  // namespace

Scene scene_of(const StructureView& view) {
  const Structure& s = view.structure;
  Scene scene;
  scene.atoms.resize(s.positions.rows(), 3);
  const Matrix3 cell = s.cell.matrix();
  Vector3 center = Vector3::Zero();
  if (s.cell.has_volume()) {
    center = 0.5 * cell.colwise().sum().transpose();
  } else if (s.size() > 0) {
    center = s.positions.colwise().mean().transpose();
  }
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    scene.atoms.row(i) = (s.cell.wrap(s.positions.row(i).transpose()) - center).transpose();
  if (s.cell.has_volume())
    for (int corner = 0; corner < 8; ++corner)
      for (int k = 0; k < 3; ++k) {
        if (corner >> k & 1) continue;
        const Vector3 f(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
        const Vector3 from = (f.transpose() * cell).transpose() - center;
        scene.edges.emplace_back(from, from + cell.row(k).transpose());
      }
  if (s.size() <= most_atoms_with_sticks)
    for (std::size_t i = 0; i < s.size(); ++i)
      for (std::size_t j = 0; j < s.size(); ++j) {
        if (i == j) continue;
        for (const StickRule& rule : view.sticks) {
          const bool fits = (rule.first == s.species[i] && rule.second == s.species[j]) ||
                            (rule.first == s.species[j] && rule.second == s.species[i]);
          if (!fits) continue;
          const Vector3 xi = scene.atoms.row(static_cast<Eigen::Index>(i)).transpose();
          const Vector3 xj = scene.atoms.row(static_cast<Eigen::Index>(j)).transpose();
          const Vector3 d = s.cell.minimum_image(xj - xi);
          if (d.norm() < rule.length) scene.sticks.push_back({static_cast<int>(i), xi + 0.5 * d});
        }
      }
  for (Eigen::Index i = 0; i < scene.atoms.rows(); ++i)
    scene.radius = std::max(scene.radius, scene.atoms.row(i).norm() + 1);
  for (const auto& [from, to] : scene.edges) scene.radius = std::max({scene.radius, from.norm(), to.norm()});
  return scene;
}

nlohmann::json scene_json(const StructureView& view) {
  const Scene scene = scene_of(view);
  nlohmann::json json{{"radius", to_thousandths(scene.radius)},
                      {"atoms", nlohmann::json::array()},
                      {"sticks", nlohmann::json::array()},
                      {"edges", nlohmann::json::array()},
                      {"species", nlohmann::json::array()}};
  const std::vector<Species> species = distinct_species(view.structure);
  for (const Species& s : species)
    json["species"].push_back({{"name", s.name()},
                               {"color", atom_color(s)},
                               {"radius", atom_radius(s)},
                               {"count", std::count(view.structure.species.begin(), view.structure.species.end(), s)}});
  for (std::size_t i = 0; i < view.structure.size(); ++i) {
    nlohmann::json atom = vector_json(scene.atoms.row(static_cast<Eigen::Index>(i)).transpose());
    atom.push_back(std::find(species.begin(), species.end(), view.structure.species[i]) - species.begin());
    json["atoms"].push_back(std::move(atom));
  }
  for (const Stick& stick : scene.sticks) {
    nlohmann::json end = vector_json(stick.end);
    end.push_back(stick.atom);
    json["sticks"].push_back(std::move(end));
  }
  for (const auto& [from, to] : scene.edges) json["edges"].push_back({vector_json(from), vector_json(to)});
  return json;
}

std::string to_svg(const StructureView& view) {
  const Scene scene = scene_of(view);
  const Matrix3 rotation = view_rotation();
  const double scale = 0.47 * picture_height / scene.radius;
  const auto x = [&](const Vector3& r) { return picture_width / 2 + scale * (rotation * r)[0]; };
  const auto y = [&](const Vector3& r) { return picture_height / 2 - scale * (rotation * r)[1]; };
  const auto depth = [&](const Vector3& r) { return (rotation * r)[2]; };

  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" color=\"#1f2933\" "
      "fill=\"currentColor\">\n<title>{2}</title>\n"
      "<rect class=\"paper\" width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      picture_width, picture_height, escape_xml(markup_to_text(view.title)));
  const std::vector<Species> species = distinct_species(view.structure);
  for (const Species& s : species)
    out += fmt::format(
        "<radialGradient id=\"{0}-{1}\" cx=\"0.35\" cy=\"0.3\" r=\"0.75\"><stop offset=\"0\" stop-color=\"#ffffff\"/>"
        "<stop offset=\"0.35\" stop-color=\"{2}\"/><stop offset=\"1\" stop-color=\"{2}\"/></radialGradient>\n",
        view.id, s.name(), atom_color(s));
  for (const auto& [from, to] : scene.edges)
    out += fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"currentColor\" stroke-opacity=\"0.35\"/>\n",
                       x(from), y(from), x(to), y(to));

  struct Item {
    double depth;
    std::string svg;
  };
  std::vector<Item> items;
  const auto atom = [&](int i) { return Vector3(scene.atoms.row(i).transpose()); };
  for (const Stick& stick : scene.sticks) {
    const Vector3 from = atom(stick.atom);
    items.push_back(
        {depth(0.5 * (from + stick.end)),
         fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"{}\" stroke-width=\"{:.1f}\"/>", x(from),
                     y(from), x(stick.end), y(stick.end),
                     atom_color(view.structure.species[static_cast<std::size_t>(stick.atom)]), 0.26 * scale)});
  }
  for (std::size_t i = 0; i < view.structure.size(); ++i) {
    const Species s = view.structure.species[i];
    const Vector3 r = atom(static_cast<int>(i));
    items.push_back({depth(r), fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"url(#{}-{})\" "
                                           "stroke=\"#000000\" stroke-opacity=\"0.3\" stroke-width=\"0.6\"/>",
                                           x(r), y(r), scale * atom_radius(s), view.id, s.name())});
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.depth < b.depth; });
  for (const Item& item : items) out += item.svg + "\n";
  double key = 20;
  for (const Species& s : species) {
    out += fmt::format(
        "<circle cx=\"24\" cy=\"{0}\" r=\"7\" fill=\"{1}\"/><text x=\"38\" y=\"{2}\" font-size=\"14\">{3}</text>\n",
        key, atom_color(s), key + 5, s.name());
    key += 22;
  }
  return out + "</svg>\n";
}

}  // namespace vitrion::report
