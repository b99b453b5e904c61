#include "vitrion/core/parallel.hpp"

#include <omp.h>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

void set_threads(int n) {
  if (n < 0) throw InputError("the number of threads cannot be negative");
  omp_set_num_threads(n == 0 ? omp_get_num_procs() : n);
}

int threads() {
  return omp_get_max_threads();
}

int thread_number() {
  return omp_get_thread_num();
}

}  // namespace vitrion::inline core
