# What the library needs, for its own build and for programs that find it installed. Everything comes from Debian 12;
# scripts/install-deps.sh installs it.
find_package(Boost 1.74 REQUIRED)  # headers alone: Boost.Math
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(pugixml REQUIRED)
find_package(SQLiteCpp 3.2 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(MPI REQUIRED COMPONENTS C)
find_package(PkgConfig REQUIRED)
pkg_check_modules(FFTW3 REQUIRED IMPORTED_TARGET fftw3)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(LAMMPS REQUIRED IMPORTED_TARGET liblammps)
pkg_check_modules(SPGLIB REQUIRED IMPORTED_TARGET spglib)
find_library(VOROPP_LIBRARY voro++ REQUIRED)  # voro++-dev ships no CMake or pkg-config file
