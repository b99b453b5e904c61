// Loops on several threads (OpenMP).
#pragma once

#include <cstddef>
#include <exception>

namespace vitrion::inline core {

/// How many threads a parallel loop of the calling thread uses. Set by whoever runs that thread (omp_set_num_threads);
/// below the front ends it is only read.
int threads();

/// Number of the calling thread in the running parallel loop, 0 .. threads()-1: the index of per-thread scratch.
int thread_number();

/// Puts the calling thread's setting back at its end: around libraries that change it.
class ThreadsKept {
 public:
  ThreadsKept() : n_(threads()) {}
  ~ThreadsKept();
  ThreadsKept(const ThreadsKept&) = delete;
  ThreadsKept& operator=(const ThreadsKept&) = delete;

 private:
  int n_;
};

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

}  // namespace vitrion::inline core
