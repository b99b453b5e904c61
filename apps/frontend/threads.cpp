#include "frontend/threads.hpp"

#include <cblas.h>
#include <omp.h>

#include "vitrion/core/error.hpp"

namespace vitrion::frontend {

void set_threads(int n) {
  if (n < 0) throw InputError("the number of threads cannot be negative");
  omp_set_num_threads(n == 0 ? omp_get_num_procs() : n);
  // Matrix products run inside our own threads. More threads in each would fight over the processors, and the last bits
  // of a fit would depend on their number.
  openblas_set_num_threads(1);
}

}  // namespace vitrion::frontend
