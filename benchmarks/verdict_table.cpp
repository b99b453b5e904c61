// How often the verdict of `vitrion structure` is right: generates glasses and crystals of many chemistries, judges
// each, and prints the table of docs/structure.md. Files of others: verdict_table KIND=FILE...  (every file is one
// case).
//
//   verdict_table                      all generated kinds, each chemistry twice (kinds of large cells: once)
//   verdict_table --cases 10           each chemistry ten times
//   verdict_table --few                each chemistry once, no kind of large cells
//   verdict_table --only polycrystals  kinds whose name holds the word
//   verdict_table --evidence           a line for every case: what was found, beside the limits
//   verdict_table melt=run.dump.gz@Mg,V,O
#include <fmt/format.h>

#include <Eigen/Geometry>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frontend/threads.hpp"
#include "vitrion/build/crystal.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/structure/analysis.hpp"

namespace {

using namespace vitrion;
using structure::Verdict;

Species element(const char* name) {
  return Species::element(name);
}

build::CrystalSite site(const char* name, double x, double y, double z) {
  return {element(name), Vector3(x, y, z)};
}

struct Chemistry {
  std::string name;
  Structure cell;
};

Structure cubic(double a, const char* group, std::vector<build::CrystalSite> sites) {
  build::CrystalOptions o;
  o.lengths = Vector3(a, a, a);
  o.space_group = group;
  o.sites = std::move(sites);
  return build::crystal(o);
}

Structure other(Vector3 lengths, Vector3 angles, const char* group, std::vector<build::CrystalSite> sites) {
  build::CrystalOptions o;
  o.lengths = lengths;
  o.angles = angles;
  o.space_group = group;
  o.sites = std::move(sites);
  return build::crystal(o);
}

// Cells as printed in textbooks, to 0.01 Å.
std::vector<Chemistry> chemistries() {
  const Vector3 right(90, 90, 90), hexagonal(90, 90, 120);
  return {
      {"MgO, rock salt", cubic(4.21, "Fm-3m", {site("Mg", 0, 0, 0), site("O", .5, .5, .5)})},
      {"CaF2, fluorite", cubic(5.46, "Fm-3m", {site("Ca", 0, 0, 0), site("F", .25, .25, .25)})},
      {"LiMn2O4, spinel",
       cubic(8.25, "hall 526", {site("Li", .125, .125, .125), site("Mn", .5, .5, .5), site("O", .2632, .2632, .2632)})},
      {"Mg3Al2Si3O12, garnet", cubic(11.46, "Ia-3d",
                                     {site("Mg", .125, 0, .25), site("Al", 0, 0, 0), site("Si", .375, 0, .25),
                                      site("O", .0329, .0502, .6534)})},
      {"TiO2, rutile", other({4.59, 4.59, 2.96}, right, "P4_2/mnm", {site("Ti", 0, 0, 0), site("O", .3053, .3053, 0)})},
      {"SrTiO3, perovskite", cubic(3.91, "Pm-3m", {site("Sr", 0, 0, 0), site("Ti", .5, .5, .5), site("O", .5, .5, 0)})},
      {"ZnO, wurtzite", other({3.25, 3.25, 5.21}, hexagonal, "P6_3mc",
                              {site("Zn", 1. / 3, 2. / 3, 0), site("O", 1. / 3, 2. / 3, .382)})},
      {"Fe, bcc", cubic(2.87, "Im-3m", {site("Fe", 0, 0, 0)})},
      {"Cu, fcc", cubic(3.61, "Fm-3m", {site("Cu", 0, 0, 0)})},
      {"Mg, hcp", other({3.21, 3.21, 5.21}, hexagonal, "P6_3/mmc", {site("Mg", 1. / 3, 2. / 3, .25)})},
      {"Li3PO4, gamma",
       other({10.4612, 6.1113, 4.9208}, right, "Pnma",
             {site("Li", .1627, .5016, .3008), site("Li", .4246, .75, .2045), site("P", .4115, .25, .3079),
              site("O", .3418, .0441, .2054), site("O", .0503, .25, .2928), site("O", .0896, .75, .1223)})},
      {"V2O5, alpha", other({11.51, 3.56, 4.37}, right, "hall 279",
                            {site("V", .10118, .25, .8917), site("O", .1043, .25, .531), site("O", .9311, .25, .003),
                             site("O", .25, .25, .001)})},
  };
}

Structure from_rows(const Cell& cell, const std::vector<Vector3>& x, std::vector<Species> species) {
  Structure s;
  s.cell = cell;
  s.species = std::move(species);
  s.positions.resize(static_cast<Eigen::Index>(x.size()), 3);
  for (std::size_t i = 0; i < x.size(); ++i) s.positions.row(static_cast<Eigen::Index>(i)) = x[i].transpose();
  return s;
}

Vector3 position(const Structure& s, std::size_t i) {
  return s.positions.row(static_cast<Eigen::Index>(i)).transpose();
}

// Repeats of the cell whose heights are at least `height` Å and which hold about `n` atoms.
Structure block(const Structure& cell, std::size_t n, Random& random, double height = 9.2) {
  const Vector3 heights = cell.cell.heights();
  const double edge = std::cbrt(cell.cell.volume() * static_cast<double>(n) / static_cast<double>(cell.size()));
  build::IntegerMatrix3 m = build::IntegerMatrix3::Zero();
  for (int k = 0; k < 3; ++k)
    m(k, k) = std::max({1, static_cast<int>(std::ceil(height / heights[k])),
                        static_cast<int>(std::lround(edge / heights[k] + 0.6 * (random.uniform() - 0.5)))});
  return build::supercell(cell, m);
}

void vibrate(Structure& s, double amplitude, Random& random) {
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    for (int k = 0; k < 3; ++k) s.positions(i, k) += amplitude * random.normal();
}

void strain(Structure& s, double amount, Random& random) {
  Matrix3 m = Matrix3::Identity();
  for (int i = 0; i < 3; ++i)
    for (int j = i; j < 3; ++j) m(i, j) += amount * (2 * random.uniform() - 1);
  s.cell = Cell(Matrix3(s.cell.matrix() * m));
  s.positions = Positions(s.positions * m);
}

Structure without(const Structure& s, double share, Random& random) {
  std::vector<Vector3> x;
  std::vector<Species> species;
  for (std::size_t i = 0; i < s.size(); ++i)
    if (random.uniform() >= share) {
      x.push_back(position(s, i));
      species.push_back(s.species[i]);
    }
  return from_rows(s.cell, x, species);
}

void exchange(Structure& s, double share, Random& random) {
  for (int k = 0; k < static_cast<int>(share * static_cast<double>(s.size()) / 2); ++k)
    std::swap(s.species[random.below(s.size())], s.species[random.below(s.size())]);
}

// The same lattice in a cell whose vectors are no axes of it.
Structure tilted(const Structure& cell, std::size_t n, Random& random) {
  const double copies = std::max(2.0, static_cast<double>(n) / static_cast<double>(cell.size()));
  for (int attempt = 0; attempt < 10000; ++attempt) {
    build::IntegerMatrix3 m;
    const int reach = 2 + static_cast<int>(std::cbrt(copies));
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j)
        m(i, j) = static_cast<int>(random.below(static_cast<std::size_t>(2 * reach + 1))) - reach;
    const double det = m.cast<double>().determinant();
    if (det < 0.7 * copies || det > 1.5 * copies) continue;
    const Cell big(Matrix3(m.cast<double>() * cell.cell.matrix()));
    if (big.heights().minCoeff() < 9.2) continue;
    return build::supercell(cell, m);
  }
  return block(cell, n, random);
}

Matrix3 any_rotation(Random& random) {
  Eigen::Vector4d q(random.normal(), random.normal(), random.normal(), random.normal());
  q.normalize();
  return Eigen::Quaterniond(q[0], q[1], q[2], q[3]).toRotationMatrix();
}

// Grains of random orientation around random points of a cube; atoms of two grains nearer than 1.3 Å are thinned.
Structure polycrystal(const Structure& cell, std::size_t n, int grains, Random& random) {
  const double edge = std::cbrt(cell.cell.volume() * static_cast<double>(n) / static_cast<double>(cell.size()));
  const Cell box = Cell::orthorhombic(edge, edge, edge);
  std::vector<Vector3> centers;
  for (int g = 0; g < grains; ++g)
    centers.emplace_back(edge * random.uniform(), edge * random.uniform(), edge * random.uniform());
  const int reach = static_cast<int>(edge / cell.cell.heights().minCoeff()) + 2;
  std::vector<Vector3> x;
  std::vector<Species> species;
  std::vector<int> grain;
  for (int g = 0; g < grains; ++g) {
    const Matrix3 turn = any_rotation(random);
    for (int i = -reach; i <= reach; ++i)
      for (int j = -reach; j <= reach; ++j)
        for (int k = -reach; k <= reach; ++k)
          for (std::size_t a = 0; a < cell.size(); ++a) {
            const Vector3 d = turn * (position(cell, a) + cell.cell.to_cartesian(Vector3(i, j, k)));
            if (d.cwiseAbs().maxCoeff() > 0.5 * edge) continue;
            const Vector3 r = centers[static_cast<std::size_t>(g)] + d;
            bool mine = true;
            for (int other = 0; other < grains && mine; ++other)
              mine = other == g || box.minimum_image(r - centers[static_cast<std::size_t>(other)]).norm() >= d.norm();
            if (!mine) continue;
            x.push_back(r);
            species.push_back(cell.species[a]);
            grain.push_back(g);
          }
  }
  std::vector<Vector3> kept;
  std::vector<Species> kept_species;
  std::vector<int> kept_grain;
  for (std::size_t i = 0; i < x.size(); ++i) {
    bool free = true;
    for (std::size_t j = 0; j < kept.size() && free; ++j)
      free = kept_grain[j] == grain[i] || box.minimum_image(x[i] - kept[j]).norm() > 1.3;
    if (!free) continue;
    kept.push_back(x[i]);
    kept_species.push_back(species[i]);
    kept_grain.push_back(grain[i]);
  }
  return from_rows(box, kept, kept_species);
}

// Pushes atoms apart that are nearer than the contact of their pair: steepest descent of harmonic spheres.
void push_apart(
    Structure& s, const std::function<double(Species, Species)>& contact, int steps,
    const std::function<bool(std::size_t)>& free = [](std::size_t) { return true; }) {
  double widest = 0;
  const std::vector<Species> kinds = distinct_species(s);
  for (const Species& a : kinds)
    for (const Species& b : kinds) widest = std::max(widest, contact(a, b));
  for (int step = 0; step < steps; ++step) {
    Positions shift = Positions::Zero(s.positions.rows(), 3);
    double worst = 0;
    const neighbors::PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), widest);
    const neighbors::Neighborhoods view = lists.view();
    for (std::size_t i = 0; i < s.size(); ++i)
      for (const int other : view.of(i)) {
        const auto j = static_cast<std::size_t>(other) < s.size()
                           ? static_cast<std::size_t>(other)
                           : static_cast<std::size_t>(lists.owners()[static_cast<std::size_t>(other) - s.size()]);
        const Vector3 d =
            Eigen::Map<const Vector3>(view.positions + 3 * other) - Eigen::Map<const Vector3>(view.positions + 3 * i);
        const double r = d.norm(), overlap = contact(s.species[i], s.species[j]) - r;
        if (overlap <= 0) continue;
        worst = std::max(worst, overlap);
        shift.row(static_cast<Eigen::Index>(i)) -= (0.3 * overlap / r * d).transpose();
      }
    for (std::size_t i = 0; i < s.size(); ++i)
      if (free(i)) s.positions.row(static_cast<Eigen::Index>(i)) += shift.row(static_cast<Eigen::Index>(i));
    if (worst < 0.05) return;
  }
}

// Atoms of the chemistry thrown at random into its volume and pushed apart: like touch farther apart than unlike, as
// ions do.
std::function<double(Species, Species)> contacts(const Structure& cell) {
  const double spacing = std::cbrt(cell.cell.volume() / static_cast<double>(cell.size()));
  const bool one = distinct_species(cell).size() == 1;
  return [spacing, one](Species a, Species b) { return (one ? 1.06 : a == b ? 1.12 : 0.88) * spacing; };
}

Structure dense_glass(const Structure& cell, std::size_t n, Random& random) {
  const std::size_t copies = (n + cell.size() - 1) / cell.size();
  const double edge = std::cbrt(cell.cell.volume() * static_cast<double>(copies) * 1.05);
  std::vector<Vector3> x;
  std::vector<Species> species;
  for (std::size_t c = 0; c < copies; ++c)
    for (const Species& s : cell.species) {
      x.emplace_back(edge * random.uniform(), edge * random.uniform(), edge * random.uniform());
      species.push_back(s);
    }
  Structure s = from_rows(Cell::orthorhombic(edge, edge, edge), x, species);
  push_apart(s, contacts(cell), 300);
  return s;
}

// A share of the cell stays crystal, the rest is thrown in anew and pushed apart against it.
Structure partly(const Structure& cell, std::size_t n, double crystal_share, Random& random) {
  Structure s = block(cell, n, random);
  std::vector<bool> molten(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    Vector3 f = s.cell.to_fractional(position(s, i));
    f -= f.array().floor().matrix();
    molten[i] = f[2] > crystal_share;
    if (!molten[i]) continue;
    const Vector3 anew(random.uniform(), random.uniform(), crystal_share + (1 - crystal_share) * random.uniform());
    s.positions.row(static_cast<Eigen::Index>(i)) = s.cell.to_cartesian(anew).transpose();
  }
  push_apart(s, contacts(cell), 300, [&](std::size_t i) { return molten[i]; });
  return s;
}

struct Row {
  std::string atoms, frames;
  int n = 0, amorphous = 0, undecided = 0, crystalline = 0;
};

class Table {
 public:
  void add(const std::string& kind, const std::string& atoms, const std::string& frames, Verdict verdict) {
    Row& row = rows_[kind];
    if (row.n == 0) order_.push_back(kind);
    row.atoms = atoms;
    row.frames = frames;
    ++row.n;
    ++(verdict == Verdict::amorphous ? row.amorphous : verdict == Verdict::undecided ? row.undecided : row.crystalline);
  }
  void print() const {
    fmt::print(
        "| structures | atoms | frames | n | amorphous | undecided | crystalline |\n|---|---|---|---|---|---|---|\n");
    for (const std::string& kind : order_) {
      const Row& r = rows_.at(kind);
      fmt::print("| {} | {} | {} | {} | {} | {} | {} |\n", kind, r.atoms, r.frames, r.n, r.amorphous, r.undecided,
                 r.crystalline);
    }
  }

 private:
  std::map<std::string, Row> rows_;
  std::vector<std::string> order_;
};

structure::OrderReport judge(const std::vector<Structure>& frames) {
  structure::Analyser analyser;
  for (const Structure& frame : frames) analyser.add(frame);
  return analyser.finish().order;
}

void print_evidence(const std::string& what, std::size_t n_atoms, const structure::OrderReport& report) {
  fmt::print(stderr,
             "{} ({} atoms): {}; translation {:.3f} (chance {:.3f}, disorder below {:.3f}), inversion {:.3f} (below "
             "{:.3f}), Bragg {:.1f} (below {:.1f})\n",
             what, n_atoms, structure::name_of(report.verdict), report.translation_mean, report.translation.by_chance,
             report.translation.glass_limit, report.inversion_mean, report.inversion.glass_limit,
             report.bragg.over_shell, report.bragg.glass_limit);
}

class Cases {
 public:
  struct Which {
    int repeats = 2;
    bool large = true;  ///< kinds of large cells, once each chemistry
    bool evidence = false;
    std::string only;
  };
  explicit Cases(Which which) : which_(std::move(which)) {}

  void run() {
    const auto all = chemistries();
    glasses(all);
    crystals(all);
    table_.print();
  }

 private:
  using Make = std::function<Structure(const Structure&, std::size_t, Random&)>;

  // Every chemistry `repeats_` times; sizes evenly on a logarithmic scale. Frames vibrate about the same positions.
  void kind(const std::vector<Chemistry>& all, const std::string& name, std::size_t least, std::size_t most,
            std::size_t n_frames, bool glass, const Make& make) {
    seed_ = 1000 * ++kinds_;  // the same cases whichever kinds are asked for
    const bool large = most > 2000;
    if (name.find(which_.only) == std::string::npos || (large && !which_.large)) return;
    const auto start = std::chrono::steady_clock::now();
    const int repeats = large ? std::max(1, which_.repeats / 4) : which_.repeats;
    for (int r = 0; r < repeats; ++r)
      for (const Chemistry& c : all) {
        Random random(seed_++);
        const double log = std::log(static_cast<double>(least)) +
                           random.uniform() * std::log(static_cast<double>(most) / static_cast<double>(least));
        const Structure s = make(c.cell, static_cast<std::size_t>(std::exp(log)), random);
        std::vector<Structure> frames;
        for (std::size_t f = 0; f < n_frames; ++f) {
          frames.push_back(s);
          if (n_frames > 1) vibrate(frames.back(), 0.08, random);
        }
        const structure::OrderReport report = judge(frames);
        table_.add(name, fmt::format("{} to {}", least, most), std::to_string(n_frames), report.verdict);
        if (which_.evidence) print_evidence(name + ", " + c.name, s.size(), report);
        if (glass ? report.verdict != Verdict::amorphous : report.verdict == Verdict::amorphous)
          fmt::print(stderr, "{}, {} ({} atoms): {}\n  {}\n", name, c.name, s.size(), report.statement,
                     report.reasons[3]);
      }
    fmt::print(stderr, "{}: {:.0f} s\n", name,
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }

  void glasses(const std::vector<Chemistry>& all) {
    const Make make = [](const Structure& c, std::size_t n, Random& random) { return dense_glass(c, n, random); };
    kind(all, "dense random packings", 60, 200, 1, true, make);
    kind(all, "dense random packings, vibrating", 60, 200, 20, true, make);
    kind(all, "larger packings", 200, 1000, 1, true, make);
    kind(all, "large packings", 1000, 6000, 1, true, make);
    kind(all, "large packings, vibrating", 1000, 3000, 5, true, make);
  }

  void crystals(const std::vector<Chemistry>& all) {
    for (const double amplitude : {0.05, 0.15, 0.25})
      kind(all, fmt::format("crystals, displaced by {:g} Å along each axis", amplitude), 100, 1500, 1, false,
           [=](const Structure& c, std::size_t n, Random& random) {
             Structure s = block(c, n, random);
             vibrate(s, amplitude, random);
             return s;
           });
    for (const double amplitude : {0.1, 0.25})
      kind(all, fmt::format("crystals in small cells, displaced by {:g} Å", amplitude), 60, 120, 1, false,
           [=](const Structure& c, std::size_t n, Random& random) {
             Structure s = block(c, n, random, 8.0);
             vibrate(s, amplitude, random);
             return s;
           });
    kind(all, "small cells, half crystal, the rest disordered", 60, 200, 1, false,
         [=](const Structure& c, std::size_t n, Random& random) {
           Structure s = partly(c, n, 0.5, random);
           vibrate(s, 0.1, random);
           return s;
         });
    kind(all, "crystals, 10 frames, displaced by 0.15 Å", 100, 800, 10, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = block(c, n, random);
           vibrate(s, 0.13, random);
           return s;
         });
    kind(all, "crystals, strained by up to 6 %, 0.1 Å", 100, 1500, 1, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = block(c, n, random);
           strain(s, 0.06, random);
           vibrate(s, 0.1, random);
           return s;
         });
    kind(all, "crystals, 10 % vacancies and 10 % antisites, 0.1 Å", 100, 1500, 1, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = without(block(c, n, random), 0.1, random);
           exchange(s, 0.1, random);
           vibrate(s, 0.1, random);
           return s;
         });
    kind(all, "crystals in tilted cells, 0.1 Å", 100, 1500, 1, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = tilted(c, n, random);
           vibrate(s, 0.1, random);
           return s;
         });
    kind(all, "polycrystals, 2 to 4 grains, 0.1 Å", 1000, 5000, 1, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = polycrystal(c, n, 2 + static_cast<int>(random.below(3)), random);
           vibrate(s, 0.1, random);
           return s;
         });
    kind(all, "polycrystals, 5 to 8 grains, 0.1 Å", 3000, 6000, 1, false,
         [](const Structure& c, std::size_t n, Random& random) {
           Structure s = polycrystal(c, n, 5 + static_cast<int>(random.below(4)), random);
           vibrate(s, 0.1, random);
           return s;
         });
    for (const double share : {0.7, 0.5, 0.3})
      kind(all, fmt::format("{:g} % crystal, the rest disordered, 0.1 Å", 100 * share), 300, 2000, 1, false,
           [=](const Structure& c, std::size_t n, Random& random) {
             Structure s = partly(c, n, share, random);
             vibrate(s, 0.1, random);
             return s;
           });
  }

  Which which_;
  std::uint64_t seed_ = 0, kinds_ = 0;
  Table table_;
};

// KIND=FILE or KIND=FILE@Mg,V,O
void judge_files(const std::vector<std::string>& arguments) {
  Table table;
  for (const std::string& argument : arguments) {
    const std::size_t equal = argument.find('='), at = argument.rfind('@');
    const std::string file = argument.substr(equal + 1, at == std::string::npos ? at : at - equal - 1);
    io::ReadOptions read;
    if (at != std::string::npos)
      for (std::size_t from = at + 1; from < argument.size();) {
        const std::size_t comma = std::min(argument.find(',', from), argument.size());
        read.species.push_back(Species::element(argument.substr(from, comma - from)));
        from = comma + 1;
      }
    const std::vector<Structure> frames = io::read_frames(file, read);
    const structure::OrderReport report = judge(frames);
    table.add(argument.substr(0, equal), std::to_string(frames.front().size()), std::to_string(frames.size()),
              report.verdict);
    fmt::print(stderr, "{}: {}\n", argument, report.statement);
    print_evidence(file, frames.front().size(), report);
    if (report.slow_wave)
      fmt::print(stderr, "  slow wave of {}, {:.1f} Å\n", report.slow_wave->of, report.slow_wave->length);
  }
  table.print();
}

}  // namespace

int main(int argc, char** argv) {
  frontend::set_threads(1);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  Cases::Which which;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& a = arguments[i];
    const auto value = [&] { return i + 1 < arguments.size() ? arguments[++i] : std::string(); };
    if (a == "--few") {
      which.repeats = 1;
      which.large = false;
    } else if (a == "--evidence") {
      which.evidence = true;
    } else if (a == "--cases") {
      which.repeats = std::max(1, std::atoi(value().c_str()));
    } else if (a == "--only") {
      which.only = value();
    } else {
      files.push_back(a);
    }
  }
  if (files.empty())
    Cases(which).run();
  else
    judge_files(files);
  return 0;
}
