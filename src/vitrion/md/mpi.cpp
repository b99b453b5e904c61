#include "vitrion/md/mpi.hpp"

#include <mpi.h>

#include <stdexcept>

namespace vitrion::md {

Mpi::Mpi() {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  if (started == 0 || ended != 0) throw std::logic_error("MPI is not running: start it before molecular dynamics");
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

bool Mpi::any(bool value) const {
  int mine = value ? 1 : 0, all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return all != 0;
}

void Mpi::barrier() const {
  MPI_Barrier(MPI_COMM_WORLD);
}

}  // namespace vitrion::md
