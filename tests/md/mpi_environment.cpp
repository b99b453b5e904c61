// Tests of this room run LAMMPS in their own process: MPI is there before the first of them.
#include <gtest/gtest.h>

#include "frontend/mpi.hpp"

namespace {

class MpiEnvironment final : public testing::Environment {
 public:
  void SetUp() override { vitrion::frontend::start_mpi(); }
};

[[maybe_unused]] const testing::Environment* const environment = testing::AddGlobalTestEnvironment(new MpiEnvironment);

}  // namespace
