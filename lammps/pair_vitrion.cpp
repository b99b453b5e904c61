#include "lammps/pair_vitrion.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/plain_path.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::lammps {
namespace {

// Doubles per atom one message carries: LAMMPS sizes its buffers by it. Wider rows travel in pieces.
constexpr int piece = 64;

// LAMMPS renamed its calls; whichever this LAMMPS has is used.
template <class Comm, class Pair>
void send_to_ghosts(Comm& comm, Pair* pair) {
  if constexpr (requires { comm.forward_comm_pair(pair); })
    comm.forward_comm_pair(pair);
  else
    comm.forward_comm(pair);
}

template <class Comm, class Pair>
void add_from_ghosts(Comm& comm, Pair* pair) {
  if constexpr (requires { comm.reverse_comm_pair(pair); })
    comm.reverse_comm_pair(pair);
  else
    comm.reverse_comm(pair);
}

Positions::Index row_index(int row) {
  return static_cast<Positions::Index>(row);
}

}  // namespace

void register_pair_style(LAMMPS_NS::LAMMPS& lammps) {
  (*lammps.force->pair_map)["vitrion"] = [](LAMMPS_NS::LAMMPS* owner) -> LAMMPS_NS::Pair* {
    return new PairVitrion(owner);
  };
}

PairVitrion::PairVitrion(LAMMPS_NS::LAMMPS* owner) : Pair(owner) {
  one_coeff = 1;
  manybody_flag = 1;
  single_enable = 0;
  restartinfo = 0;
  no_virial_fdotr_compute = 1;
  centroidstressflag = LAMMPS_NS::CENTROID_NOTAVAIL;
  comm_forward = piece;
  comm_reverse = piece;
  comm_reverse_off = piece;  // with newton off this one sizes the buffers
}

PairVitrion::~PairVitrion() {
  if (copymode || !allocated) return;
  memory->destroy(setflag);
  memory->destroy(cutsq);
}

void PairVitrion::fail(const std::string& message) const {
  error->all(__FILE__, __LINE__, message);
}

void PairVitrion::settings(int n_words, char** words) {
  file_species_.clear();
  precision_ = potentials::Precision::double_precision;
  tabulated_ = true;
  const auto usage = [this] {
    fail(
        "pair_style vitrion takes nothing, or any of: species El1,El2,... (elements of the potential file, in its "
        "order); precision double or precision float; untabulated");
  };
  for (int w = 0; w < n_words; ++w) {
    const std::string word = words[w], value = w + 1 < n_words ? words[w + 1] : "";
    if (word == "untabulated") {
      tabulated_ = false;
    } else if (word == "precision" && (value == "double" || value == "float")) {
      precision_ = value == "float" ? potentials::Precision::single_precision : potentials::Precision::double_precision;
      ++w;
    } else if (word == "species" && !value.empty()) {
      try {
        file_species_ = parse_species_list(value);
      } catch (const InputError& e) {
        fail(std::string("pair_style vitrion: ") + e.what());
      }
      ++w;
    } else {
      usage();
    }
  }
}

void PairVitrion::allocate() {
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) setflag[i][j] = 0;
  allocated = 1;
}

void PairVitrion::coeff(int n_words, char** words) {
  if (!allocated) allocate();
  const int n_types = atom->ntypes;
  if (n_words != 3 + n_types || std::string(words[0]) != "*" || std::string(words[1]) != "*")
    fail(
        fmt::format("pair_coeff for style vitrion reads: * * FILE and one element (or NULL) for each of the {} atom "
                    "types of the box",
                    n_types));
  std::vector<Species> named;
  std::vector<const char*> names(words + 3, words + n_words);
  try {
    for (const char* name : names)
      if (std::string(name) != "NULL") {
        const Species s = Species::element(name);
        if (std::find(named.begin(), named.end(), s) == named.end()) named.push_back(s);
      }
    const std::filesystem::path file = decoded_path(words[2]);
    potential_ = potentials::load_potential(
        file, potentials::LoadOptions{file_species_.empty() ? named : file_species_, precision_, tabulated_});
    if (!potential_->capabilities().neighborhoods)
      throw InputError(Location{file.string()}, potential_->title() + " computes whole structures only",
                       "Use LAMMPS's own pair_style in place of vitrion.");
    const std::vector<Species>& known = potential_->species();
    type_of_.assign(static_cast<std::size_t>(n_types), -1);
    for (std::size_t t = 0; t < names.size(); ++t) {
      if (std::string(names[t]) == "NULL") continue;
      const auto found = std::find(known.begin(), known.end(), Species::element(names[t]));
      if (found == known.end())
        throw InputError(Location{file.string()},
                         fmt::format("the potential knows {}, not {}", join_names(known), names[t]));
      type_of_[t] = static_cast<int>(found - known.begin());
      const int type = static_cast<int>(t) + 1;
      if (atom->mass_setflag[type] == 0) atom->set_mass(__FILE__, __LINE__, type, found->mass());
    }
  } catch (const InputError& e) {
    fail(e.what());
  }
  for (int i = 1; i <= n_types; ++i)
    for (int j = 1; j <= n_types; ++j)
      setflag[i][j] = type_of_[static_cast<std::size_t>(i) - 1] >= 0 && type_of_[static_cast<std::size_t>(j) - 1] >= 0;
}

void PairVitrion::init_style() {
  if (std::string(update->unit_style) != "metal")
    fail(fmt::format("pair_style vitrion works in units metal (eV, Å), not {}: put \"units metal\" first",
                     update->unit_style));
}

double PairVitrion::init_one(int type_i, int type_j) {
  setflag[type_j][type_i] = setflag[type_i][type_j];
  return potential_->cutoff();
}

// Rows and lists stay as they are until LAMMPS renews its ghosts.
void PairVitrion::renumber() {
  const int n_atoms = atom->nlocal, n_all = atom->nlocal + atom->nghost;
  row_of_atom_.assign(static_cast<std::size_t>(n_all), -1);
  atom_of_row_.clear();
  types_.clear();
  for (int i = 0; i < n_all; ++i) {
    if (i == n_atoms) n_local_ = static_cast<int>(atom_of_row_.size());
    const int type = type_of_[static_cast<std::size_t>(atom->type[i]) - 1];
    if (type < 0) continue;
    row_of_atom_[static_cast<std::size_t>(i)] = static_cast<int>(atom_of_row_.size());
    atom_of_row_.push_back(i);
    types_.push_back(type);
  }
  if (n_atoms == n_all) n_local_ = static_cast<int>(atom_of_row_.size());
  rows_are_atoms_ = atom_of_row_.size() == row_of_atom_.size();
  owners_sought_ = false;
}

// Where LAMMPS copies within this rank (periodic images, on any number of ranks), the ghost's row is that of what was
// copied. Only potentials that exchange something ask.
const std::vector<int>& PairVitrion::find_owners() {
  if (owners_sought_) return owners_;
  owners_sought_ = true;
  owners_.resize(atom_of_row_.size() - static_cast<std::size_t>(n_local_));
  std::iota(owners_.begin(), owners_.end(), n_local_);
  copies_.clear();
  tracing_ = true;
  send_to_ghosts<LAMMPS_NS::Comm, Pair>(*comm, this);
  tracing_ = false;
  return owners_;
}

// `atoms` became ghosts first, first + 1, ... of this same rank.
void PairVitrion::note_copies(int n, const int* atoms, int first) {
  if (n == 0) return;
  copies_.push_back({atoms, first});
  for (int k = 0; k < n; ++k) {
    const int from = row_of_atom_[static_cast<std::size_t>(atoms[k])];
    const int to = row_of_atom_[static_cast<std::size_t>(first + k)];
    if (to < 0) continue;
    owners_[static_cast<std::size_t>(to - n_local_)] =
        from < n_local_ ? from : owners_[static_cast<std::size_t>(from - n_local_)];
  }
}

bool PairVitrion::copied_here(const int* atoms) const {
  return !all_ghosts_ && std::any_of(copies_.begin(), copies_.end(), [&](const Copy& c) { return c.list == atoms; });
}

bool PairVitrion::copied_here(int first) const {
  return !all_ghosts_ && std::any_of(copies_.begin(), copies_.end(), [&](const Copy& c) { return c.first == first; });
}

// What message passing costs, once: bytes that all ranks together send to ghosts before each layer.
void PairVitrion::report_traffic() {
  if (traffic_reported_ || exchange_.bytes_forward.empty()) return;
  traffic_reported_ = true;
  std::vector<double> total(exchange_.bytes_forward.size());
  MPI_Allreduce(exchange_.bytes_forward.data(), total.data(), static_cast<int>(total.size()), MPI_DOUBLE, MPI_SUM,
                world);
  if (comm->me != 0) return;
  for (double& bytes : total) bytes /= 1e6;
  const std::string line = fmt::format(
      "{} sends {:.3f} MB to the ghosts of {} ranks before its layers (all ranks together, each step; as much comes "
      "back)\n",
      potential_->kind(), fmt::join(total, " + "), comm->nprocs);
  if (screen) fputs(line.c_str(), screen);
  if (logfile) fputs(line.c_str(), logfile);
}

void PairVitrion::gather_positions() {
  positions_.resize(3 * atom_of_row_.size());
  if (atom_of_row_.empty()) return;
  if (rows_are_atoms_)
    std::copy_n(atom->x[0], positions_.size(), positions_.data());
  else
    for (std::size_t r = 0; r < atom_of_row_.size(); ++r)
      std::copy_n(atom->x[atom_of_row_[r]], 3, positions_.data() + 3 * r);
}

void PairVitrion::search() {
  // LAMMPS settles this number after init_style.
  if (neighbor->exclude != 0)
    fail(
        "pair_style vitrion cannot leave out pairs (neigh_modify exclude): energies of atoms are sums over all "
        "neighbours. Give other atom types NULL in pair_coeff, under pair_style hybrid");
  search_.build(positions_.data(), atom_of_row_.size(), static_cast<std::size_t>(n_local_),
                potential_->cutoff() + neighbor->skin, lists_);
  if (!lists_.same_place) return;
  const auto id = [&](std::size_t row) { return atom->tag[atom_of_row_[row]]; };
  error->one(__FILE__, __LINE__,
             fmt::format("atoms {} and {} stand on the same place", id(lists_.same_place->first),
                         id(lists_.same_place->second)));
}

neighbors::Neighborhoods PairVitrion::view() const {
  neighbors::Neighborhoods atoms;
  atoms.n_local = static_cast<std::size_t>(n_local_);
  atoms.n_total = atom_of_row_.size();
  atoms.positions = positions_.data();
  atoms.types = types_.data();
  atoms.first = lists_.first.data();
  atoms.neighbors = lists_.neighbors.data();
  return atoms;
}

PairVitrion::Grade PairVitrion::highest_grade() {
  if (!graded_) {
    potential_->compute(view(), {.grades = true}, exchange_, result_);
    graded_ = true;
  }
  Grade highest;
  for (std::size_t r = 0; r < result_.grades.size(); ++r)
    if (!(result_.grades[r] <= highest.grade)) highest = {result_.grades[r], atom->tag[atom_of_row_[r]]};
  return highest;
}

void PairVitrion::compute(int energy_flags, int virial_flags) {
  ev_init(energy_flags, virial_flags);
  const auto n_all = static_cast<std::size_t>(atom->nlocal) + static_cast<std::size_t>(atom->nghost);
  const bool renewed = neighbor->ago == 0 || row_of_atom_.size() != n_all;
  if (renewed) renumber();
  gather_positions();
  if (renewed) search();

  potentials::EvaluationRequest request;
  request.atomic_virials = vflag_atom != 0;
  request.grades = graded_ = has_grades() && grade_every_ > 0 && update->ntimestep % grade_every_ == 0;
  exchange_.bytes_forward.clear();
  potential_->compute(view(), request, exchange_, result_);
  report_traffic();
  // With newton on LAMMPS brings the forces on ghosts home, those of all styles together.
  if (force->newton_pair == 0) bring_forces_home();
  scatter(result_);
}

void PairVitrion::scatter(const potentials::Evaluation& result) {
  const std::size_t n_rows = force->newton_pair != 0 ? atom_of_row_.size() : static_cast<std::size_t>(n_local_);
  for (std::size_t r = 0; r < n_rows; ++r) {
    double* f = atom->f[atom_of_row_[r]];
    const double* from = result.forces.data() + 3 * r;
    for (int k = 0; k < 3; ++k) f[k] += from[k];
  }
  if (eflag_global) eng_vdwl += std::accumulate(result.energies.begin(), result.energies.end(), 0.0);
  if (eflag_atom)
    for (int r = 0; r < n_local_; ++r)
      eatom[atom_of_row_[static_cast<std::size_t>(r)]] += result.energies[static_cast<std::size_t>(r)];
  // LAMMPS counts xx yy zz xy xz yz; its virial is -V * stress, as ours.
  constexpr int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
  if (vflag_global)
    for (int k = 0; k < 6; ++k) virial[k] += result.virial(row[k], column[k]);
  if (vflag_atom)
    for (int r = 0; r < n_local_; ++r)
      for (int k = 0; k < 6; ++k) {
        const auto& w = result.atomic_virials;
        vatom[atom_of_row_[static_cast<std::size_t>(r)]][k] +=
            0.5 * (w(row_index(r), 3 * row[k] + column[k]) + w(row_index(r), 3 * column[k] + row[k]));
      }
}

std::vector<PairVitrion::Closest> PairVitrion::closest_pairs() const {
  const auto n_types = static_cast<std::size_t>(atom->ntypes);
  std::vector<Closest> closest(n_types * n_types);
  const auto atom_at = [&](std::size_t row) { return atom_of_row_[row]; };
  for (std::size_t i = 0; i < static_cast<std::size_t>(n_local_); ++i)
    for (std::int64_t k = lists_.first[i]; k < lists_.first[i + 1]; ++k) {
      const auto j = static_cast<std::size_t>(lists_.neighbors[static_cast<std::size_t>(k)]);
      const Eigen::Map<const Vector3> xi(&positions_[3 * i]), xj(&positions_[3 * j]);
      const double distance = (xj - xi).norm();
      const auto a = static_cast<std::size_t>(atom->type[atom_at(i)]) - 1;
      const auto b = static_cast<std::size_t>(atom->type[atom_at(j)]) - 1;
      Closest& c = closest[a * n_types + b];
      if (distance < c.distance) c = {distance, atom->tag[atom_at(i)], atom->tag[atom_at(j)]};
    }
  return closest;
}

// ---- between atoms and ghosts -------------------------------------------------------------------------------------

void PairVitrion::Columns::get(int row, double* buffer) const {
  std::memcpy(buffer, at(row), bytes);
}

void PairVitrion::Columns::set(int row, const double* buffer) const {
  std::memcpy(at(row), buffer, bytes);
}

template <class T>
void PairVitrion::Columns::add_as(int row, const double* buffer) const {
  T* sums = reinterpret_cast<T*>(at(row));
  for (std::size_t k = 0; k < bytes / sizeof(T); ++k) {
    T value;
    std::memcpy(&value, reinterpret_cast<const char*>(buffer) + k * sizeof(T), sizeof(T));
    sums[k] += value;
  }
}

void PairVitrion::Columns::add(int row, const double* buffer) const {
  if (is_double)
    add_as<double>(row, buffer);
  else
    add_as<float>(row, buffer);
}

template <class Send>
void PairVitrion::in_pieces(void* rows, std::size_t width, std::size_t bytes_per_value, Send send) {
  travelling_ = {static_cast<char*>(rows), width * bytes_per_value, 0, 0, bytes_per_value == sizeof(double)};
  for (; travelling_.first < travelling_.row_bytes; travelling_.first += travelling_.bytes) {
    travelling_.bytes = std::min(piece * sizeof(double), travelling_.row_bytes - travelling_.first);
    comm_forward = comm_reverse = comm_reverse_off = travelling_.size();
    send();
  }
  comm_forward = comm_reverse = comm_reverse_off = piece;
}

void PairVitrion::Exchange::forward(void* rows, std::size_t width, std::size_t bytes_per_value) {
  pair_.find_owners();
  received = 0;
  pair_.in_pieces(rows, width, bytes_per_value, [this] { send_to_ghosts<LAMMPS_NS::Comm, Pair>(*pair_.comm, &pair_); });
  bytes_forward.push_back(received);
}

void PairVitrion::Exchange::reverse(void* rows, std::size_t width, std::size_t bytes_per_value) {
  pair_.find_owners();
  pair_.in_pieces(rows, width, bytes_per_value,
                  [this] { add_from_ghosts<LAMMPS_NS::Comm, Pair>(*pair_.comm, &pair_); });
}

// Forces are on every ghost, periodic images too.
void PairVitrion::bring_forces_home() {
  all_ghosts_ = true;
  in_pieces(result_.forces.data(), 3, sizeof(double), [this] { add_from_ghosts<LAMMPS_NS::Comm, Pair>(*comm, this); });
  all_ghosts_ = false;
}

// The row that stands for an atom's in an exchange, -1 without one.
int PairVitrion::row_for(int i) const {
  const int row = row_of_atom_[static_cast<std::size_t>(i)];
  return row < n_local_ || all_ghosts_ ? row : owners_[static_cast<std::size_t>(row - n_local_)];
}

// Atoms without a row (NULL types) take part with zeros: LAMMPS counts every atom of a swap.
int PairVitrion::pack(int i, double* buffer) const {
  const int row = row_for(i);
  if (row < 0)
    std::fill_n(buffer, travelling_.size(), 0.0);
  else
    travelling_.get(row, buffer);
  return travelling_.size();
}

int PairVitrion::pack_forward_comm(int n, int* atoms, double* buffer, int, int*) {
  if (tracing_) packed_ = {atoms, buffer};
  if (tracing_ || copied_here(atoms)) return 0;
  int size = 0;
  for (int a = 0; a < n; ++a) size += pack(atoms[a], buffer + size);
  return size;
}

void PairVitrion::unpack_forward_comm(int n, int first, double* buffer) {
  // What is unpacked from where it was packed has not left this rank.
  if (tracing_ && buffer == packed_.buffer) note_copies(n, packed_.list, first);
  if (tracing_) packed_ = {};
  if (tracing_ || copied_here(first)) return;
  exchange_.received += static_cast<double>(n) * travelling_.size() * sizeof(double);
  for (int a = first; a < first + n; ++a, buffer += travelling_.size())
    if (const int row = row_for(a); row >= 0) travelling_.set(row, buffer);
}

int PairVitrion::pack_reverse_comm(int n, int first, double* buffer) {
  if (copied_here(first)) return 0;
  int size = 0;
  for (int a = first; a < first + n; ++a) size += pack(a, buffer + size);
  return size;
}

void PairVitrion::unpack_reverse_comm(int n, int* atoms, double* buffer) {
  if (copied_here(atoms)) return;
  for (int a = 0; a < n; ++a, buffer += travelling_.size())
    if (const int row = row_for(atoms[a]); row >= 0) travelling_.add(row, buffer);
}

}  // namespace vitrion::lammps
