// The kernels in double.
#define VITRION_NEQUIP_REAL double
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/nequip/kernel_double.cpp"
#include "vitrion/potentials/nequip/kernel_dispatch-inl.hpp"
