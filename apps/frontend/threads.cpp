#include "frontend/threads.hpp"

#include <omp.h>

#include "vitrion/core/error.hpp"

namespace vitrion::frontend {

void set_threads(int n) {
  if (n < 0) throw InputError("the number of threads cannot be negative");
  omp_set_num_threads(n == 0 ? omp_get_num_procs() : n);
}

}  // namespace vitrion::frontend
