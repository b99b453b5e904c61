// MPI for the commands that need it: started at the first use, ended with the program.
#pragma once

namespace vitrion::md {

/// Ranks of this run. Constructing one starts MPI if it is not running yet; without mpirun there is one rank.
///
/// The first construction also makes the other ranks silent (Progress) and shares the processors out: unless the number
/// of threads was set to something else than all processors, every rank of a node gets its part of them.
class Mpi {
 public:
  Mpi();
  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  /// True on all ranks when it is true on any.
  bool any(bool value) const;
  void barrier() const;
  /// Ends all ranks at once: for an error that only this rank knows of. Does nothing when MPI does not run or the run
  /// has one rank.
  static void abort_if_parallel(int exit_code);

 private:
  int rank_ = 0, size_ = 1;
};

}  // namespace vitrion::md
