// The MPI ranks that share a run.
#pragma once

namespace vitrion::md {

/// All ranks of this program. MPI belongs to whoever owns the process: it must be running (frontend/mpi.hpp starts it
/// for the command line). Throws std::logic_error when it is not.
class Mpi {
 public:
  Mpi();
  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  /// True on all ranks when it is true on any.
  bool any(bool value) const;
  void barrier() const;

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace vitrion::md
