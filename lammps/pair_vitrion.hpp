// LAMMPS pair style `vitrion`: any Vitrion potential inside LAMMPS.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "lammps/headers.hpp"
#include "vitrion/neighbors/neighbor_search.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::lammps {

/// pair_style vitrion [species El1,El2,...] [precision double|float] [untabulated]
/// pair_coeff * * FILE El1 El2 ...      (one element per LAMMPS type; NULL: another style's, under hybrid)
///
/// `species` names the elements of a potential file that holds none (`.mtp`), in the file's order; without it the
/// elements of pair_coeff are taken to be in that order. `precision` is that of NequIP's network, whose radial parts
/// are tabulated unless `untabulated` stands here. Types whose mass is not set get their element's.
///
/// Units metal, newton on or off. Works on any number of ranks, empty sub-domains included, and under hybrid and
/// hybrid/overlay. Energies, forces and virial (total and per atom) are tallied here: no fdotr.
///
/// Potentials need full neighbourhoods of this rank's atoms, and the ghosts around them are there whatever `newton`
/// says. So the lists are searched here whenever LAMMPS renews its ghosts, which takes a fraction of the time of a
/// half list of LAMMPS, and none is asked for.
class PairVitrion final : public LAMMPS_NS::Pair {
 public:
  explicit PairVitrion(LAMMPS_NS::LAMMPS* lammps);
  ~PairVitrion() override;

  void settings(int n_words, char** words) override;
  void coeff(int n_words, char** words) override;
  void init_style() override;
  double init_one(int type_i, int type_j) override;
  void compute(int energy_flags, int virial_flags) override;

  /// Smallest distance between atoms of two LAMMPS types in this rank's lists, Å, and the ids of such a pair.
  struct Closest {
    double distance = std::numeric_limits<double>::infinity();
    LAMMPS_NS::tagint id_a = 0, id_b = 0;
  };
  /// Of the positions of the last `compute`; row (type_a - 1) * n_types + type_b - 1. Only types that are ours.
  std::vector<Closest> closest_pairs() const;

  /// Whether the potential grades how far it extrapolates.
  bool has_grades() const { return potential_ && potential_->has_grades(); }
  /// Steps whose number `every` divides are graded along with their forces, which costs about half as much as grading
  /// them afterwards; 0: none. All ranks must call it alike.
  void grade_every(LAMMPS_NS::bigint every) { grade_every_ = every; }
  /// The highest grade of an atom of this rank at the positions of the last `compute`, and its id. Where that step was
  /// not graded, evaluates the potential once more. All ranks must call it alike.
  struct Grade {
    double grade = 0;
    LAMMPS_NS::tagint id = 0;
  };
  Grade highest_grade();

  /// Rows of the potential's per-atom arrays: LAMMPS's atom numbers, the first n_local() of them local.
  const std::vector<int>& atom_of_row() const { return atom_of_row_; }
  int n_local() const { return n_local_; }
  /// What potentials are handed to carry such arrays between atoms and ghosts. All ranks must call it alike.
  potentials::GhostExchange& exchange() { return exchange_; }
  /// Bytes this rank's ghosts received in each such exchange since the last step began.
  const std::vector<double>& bytes_to_ghosts() const { return exchange_.bytes_forward; }

  // Called by LAMMPS's communication while an exchange is under way.
  int pack_forward_comm(int n, int* list, double* buffer, int, int*) override;
  void unpack_forward_comm(int n, int first, double* buffer) override;
  int pack_reverse_comm(int n, int first, double* buffer) override;
  void unpack_reverse_comm(int n, int* list, double* buffer) override;

 private:
  /// Rows of a potential's per-atom arrays, carried by LAMMPS between atoms and ghosts of all ranks.
  class Exchange final : public potentials::GhostExchange {
   public:
    explicit Exchange(PairVitrion& pair) : pair_(pair) {}
    void forward(void* rows, std::size_t width, std::size_t bytes_per_value) override;
    void reverse(void* rows, std::size_t width, std::size_t bytes_per_value) override;
    const std::vector<int>* owners() const override { return &pair_.find_owners(); }
    bool ghosts_are_images() const override { return pair_.comm->nprocs == 1; }

    double received = 0;                ///< bytes, by the exchange under way
    std::vector<double> bytes_forward;  ///< carried by each call of `forward` since the last step began

   private:
    PairVitrion& pair_;
  };
  /// The columns of a per-atom array that are on their way. LAMMPS carries doubles: floats lie in them two by two.
  struct Columns {
    char* rows = nullptr;
    std::size_t row_bytes = 0;  ///< of the whole array
    std::size_t first = 0;      ///< byte in a row
    std::size_t bytes = 0;      ///< in each row
    bool is_double = true;

    /// Doubles that hold the columns of one row.
    int size() const { return static_cast<int>((bytes + sizeof(double) - 1) / sizeof(double)); }
    void get(int row, double* buffer) const;
    void set(int row, const double* buffer) const;
    void add(int row, const double* buffer) const;

   private:
    char* at(int row) const { return rows + static_cast<std::size_t>(row) * row_bytes + first; }
    template <class T>
    void add_as(int row, const double* buffer) const;
  };

  [[noreturn]] void fail(const std::string& message) const;
  void allocate();
  void renumber();
  void search();
  int row_for(int atom) const;
  int pack(int atom, double* buffer) const;
  const std::vector<int>& find_owners();
  void note_copies(int n, const int* list, int first);
  bool copied_here(const int* list) const;
  bool copied_here(int first) const;
  void bring_forces_home();
  void report_traffic();
  void gather_positions();
  neighbors::Neighborhoods view() const;
  void scatter(const potentials::Evaluation& result);
  template <class Send>
  void in_pieces(void* rows, std::size_t width, std::size_t bytes_per_value, Send send);

  std::unique_ptr<potentials::Potential> potential_;
  std::vector<Species> file_species_;  // of pair_style ... species
  potentials::Precision precision_ = potentials::Precision::double_precision;
  bool tabulated_ = true;
  std::vector<int> type_of_;  // LAMMPS type - 1 -> potential's type, -1 for NULL

  // Rows: local atoms of a type that is ours, then ghosts of such types.
  std::vector<int> atom_of_row_, row_of_atom_, types_;
  int n_local_ = 0;
  /// Atoms that LAMMPS copies to ghosts of the same rank: its list of them (known by its address), and their first
  /// ghost.
  struct Copy {
    const int* list;
    int first;
  };
  std::vector<Copy> copies_;
  std::vector<int> owners_;  // row to read in place of each ghost's (GhostExchange::owners)
  bool owners_sought_ = false, traffic_reported_ = false;
  bool all_ghosts_ = false;  // exchange with copies too
  bool tracing_ = false;     // this exchange only finds out what is copied
  struct {
    const int* list = nullptr;
    const double* buffer = nullptr;
  } packed_;  // last, while tracing
  std::vector<double> positions_;
  bool rows_are_atoms_ = false;  // no atom is left out
  neighbors::NeighborSearch search_;
  neighbors::NeighborLists lists_;
  potentials::Evaluation result_;
  LAMMPS_NS::bigint grade_every_ = 0;
  bool graded_ = false;  // result_ holds grades
  Exchange exchange_{*this};
  Columns travelling_;
};

/// Makes `pair_style vitrion` known to a LAMMPS instance. Call it before any input.
void register_pair_style(LAMMPS_NS::LAMMPS& lammps);

}  // namespace vitrion::lammps
