# Language, warnings, optimisation and sanitizers, the same for every target.
include(GNUInstallDirs)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Twelve sources to a compilation: headers and templates, a third of its time, are then compiled a twelfth as often.
option(CMAKE_UNITY_BUILD "Compile sources in batches; off: each alone" ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)

find_program(CCACHE ccache)
if(CCACHE)
  # Paths relative to the source: two checkouts of the same code share what was compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=true ${CCACHE})
endif()

# What users of the library need to know: where its headers are, and the language they are written in.
add_library(vitrion_settings INTERFACE)
target_compile_features(vitrion_settings INTERFACE cxx_std_20)
target_include_directories(vitrion_settings INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
                           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")

# How this project compiles its own code; linked PRIVATE, so that nothing of it reaches those users.
add_library(vitrion_flags INTERFACE)
target_compile_definitions(vitrion_flags INTERFACE VITRION_VERSION="${PROJECT_VERSION}")
target_compile_options(vitrion_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow $<$<CXX_COMPILER_ID:GNU>:-Wconversion;-Wsign-conversion> -Wnon-virtual-dtor -Woverloaded-virtual
  # GCC 12 reports these falsely inside Eigen and libstdc++ at -O3.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-restrict>
  # Results must not depend on whether the compiler joined a product and a sum.
  -ffp-contract=off -fno-math-errno)
if(VITRION_NATIVE)
  target_compile_options(vitrion_flags INTERFACE -march=native)
endif()
if(VITRION_SANITIZE)
  target_compile_options(vitrion_flags INTERFACE -fsanitize=${VITRION_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(vitrion_flags INTERFACE -fsanitize=${VITRION_SANITIZE})
endif()
