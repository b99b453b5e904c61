// How many threads the program uses (OpenMP).
#pragma once

namespace vitrion {

/// n >= 1 threads from here on; 0 means one per processor the process may run on.
void set_threads(int n);
int threads();

}  // namespace vitrion
