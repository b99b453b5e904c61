#include "vitrion/core/parallel.hpp"

#include <omp.h>

namespace vitrion::inline core {

int threads() {
  return omp_get_max_threads();
}

int thread_number() {
  return omp_get_thread_num();
}

ThreadsKept::~ThreadsKept() {
  omp_set_num_threads(n_);
}

}  // namespace vitrion::inline core
