// MPI for the commands that need it: started at the first use, ended with the program.
#pragma once

#include <functional>

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

 private:
  int rank_ = 0, size_ = 1;
};

/// Does `work` on this rank. On one rank its exceptions pass through. On several, an error ends all of them: an error
/// that every rank meets is printed once, one that a single rank meets is printed by it, and no rank is left waiting.
/// Interrupted passes through on the first rank and ends the others quietly.
void run_on_all_ranks(const std::function<void()>& work);

}  // namespace vitrion::md
