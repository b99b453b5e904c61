// How far predictions are from labels: RMSE, MAE and maximum of energy, forces and stress, overall and by subset.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::train {

/// Moments of a set of deviations (prediction - label).
class Deviations {
 public:
  void add(double deviation);
  void add(const Deviations& others);

  std::int64_t count() const { return count_; }
  /// All 0 when nothing was added.
  double rmse() const;
  double mae() const;
  double max() const { return max_; }

 private:
  std::int64_t count_ = 0;
  double squares_ = 0, absolutes_ = 0, max_ = 0;
};

/// Deviations of one set of configurations. A quantity without labels has count 0.
struct ErrorTable {
  std::int64_t n_configurations = 0, n_atoms = 0;
  Deviations energy;  ///< eV/atom, one per configuration
  Deviations force;   ///< eV/Å, one per Cartesian component
  Deviations stress;  ///< eV/Å^3, one per component of the symmetric tensor (xx yy zz yz xz xy)
};

/// What `vitrion evaluate` reports.
struct ErrorReport {
  ErrorTable overall;
  std::map<std::string, ErrorTable> groups;            ///< by the value of an info key
  std::map<std::string, Deviations> force_by_species;  ///< eV/Å
};

/// Energy, forces, stress of every structure, on all threads. Shows progress; stops on request.
std::vector<Labels> predict(const potentials::Potential& potential, const std::vector<Structure>& structures,
                            const Session& session = {});

/// Compares predictions with the labels of the structures; a label that is absent is not compared, and a structure
/// without any is not counted. `group_key`: info
/// key whose values make subsets (empty: none; structures without it form the subset "none"). Throws InputError when
/// no structure has any label, or none has the key.
ErrorReport compare(const std::vector<Structure>& labelled, const std::vector<Labels>& predictions,
                    const std::string& group_key = {});

/// Reference and predicted values of one quantity, for parity plots.
struct Parity {
  std::vector<double> reference, predicted;
};
/// Parity of one subset: energy in eV/atom, force components in eV/Å, stress components in GPa.
struct ParityData {
  Parity energy, force, stress;
  std::vector<double> atoms = {};  ///< of each energy's configuration
};
/// By subset, as in `compare`; one subset "" without a key.
std::map<std::string, ParityData> parity(const std::vector<Structure>& labelled, const std::vector<Labels>& predictions,
                                         const std::string& group_key = {});

/// {"energy": {"rmse_meV_per_atom", ...}, "force": {...}, "stress": {...}, "n_configurations", "n_atoms", "groups",
/// "species"}: see docs/train.md. A quantity that was not compared is null.
nlohmann::json to_json(const ErrorReport& report);
nlohmann::json to_json(const ErrorTable& table);

}  // namespace vitrion::train
