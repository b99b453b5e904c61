#include "lammps/errors.hpp"

#include <cstdio>

#include "lammps/headers.hpp"

// The program's definition of a function comes before the one in the shared library (ELF symbol interposition); both
// are called through the procedure linkage table inside liblammps, so its own calls arrive here too.
namespace LAMMPS_NS {

void Error::all(const std::string&, int, const std::string& message) {
  // While LAMMPS is being constructed there is no input yet.
  const char* line = input != nullptr ? input->line : nullptr;
  const bool running = update != nullptr && update->whichflag != 0 && update->ntimestep > update->firststep;
  throw vitrion::lammps::LammpsError(message, line != nullptr ? line : "", running);
}

void Error::one(const std::string& file, int line, const std::string& message) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(world, &rank);
  MPI_Comm_size(world, &ranks);
  if (ranks > 1) {
    std::fprintf(stderr, "vitrion: failed: LAMMPS on rank %d: %s\n", rank, message.c_str());
    std::fflush(stderr);
    MPI_Abort(world, 1);
  }
  all(file, line, message);
}

}  // namespace LAMMPS_NS
