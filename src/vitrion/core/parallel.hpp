// How many threads the program uses (OpenMP).
#pragma once

#include <cstddef>
#include <exception>

namespace vitrion::inline core {

/// n >= 1 threads from here on; 0 means one per processor the process may run on.
void set_threads(int n);
int threads();

/// Calls body(i) for i = 0 .. n-1 on all threads, in no particular order. The first exception thrown by a body ends
/// the loop and is thrown here. Inside another parallel loop it runs on the calling thread alone.
template <class Body>
void parallel_for(std::size_t n, Body&& body) {
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
  for (std::size_t i = 0; i < n; ++i) {
    bool go_on = false;
#pragma omp critical(vitrion_parallel_for)
    go_on = !failure;
    if (!go_on) continue;
    try {
      body(i);
    } catch (...) {
#pragma omp critical(vitrion_parallel_for)
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// Number of the calling thread in the running parallel loop, 0 .. threads()-1: the index of per-thread scratch.
int thread_number();

}  // namespace vitrion::inline core
