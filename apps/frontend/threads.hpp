// How many threads a front end lets the library use.
#pragma once

namespace vitrion::frontend {

/// Parallel loops of the calling thread use n >= 1 threads from here on; 0 means one per processor the process may run
/// on. OpenBLAS, which is the process's, uses one in each of them. Throws InputError when n is negative.
void set_threads(int n);

}  // namespace vitrion::frontend
