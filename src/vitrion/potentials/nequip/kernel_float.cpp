// The kernels in float.
#define VITRION_NEQUIP_REAL float
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vitrion/potentials/nequip/kernel_float.cpp"
#include "vitrion/potentials/nequip/kernel_dispatch-inl.hpp"
