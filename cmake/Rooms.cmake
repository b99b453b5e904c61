# A room is a folder of src/vitrion/ with one purpose. vitrion_room(io DEPENDS core LIBRARIES ZLIB::ZLIB) builds the
# library vitrion_io from src/vitrion/io and everything below it; the rooms it names are the only ones it may include
# (scripts/check-includes.sh holds every room to that). LIGHT: nothing here runs long, and optimizing it would only take
# time.
function(vitrion_room name)
  cmake_parse_arguments(ROOM "LIGHT" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/vitrion/${name}/*.cpp")
  list(TRANSFORM ROOM_DEPENDS PREPEND vitrion_)
  if(sources)
    add_library(vitrion_${name} STATIC ${sources})
    target_link_libraries(vitrion_${name} PRIVATE $<BUILD_INTERFACE:vitrion_flags>
                          PUBLIC vitrion_settings ${ROOM_DEPENDS} ${ROOM_LIBRARIES})
    if(ROOM_LIGHT)
      target_compile_options(vitrion_${name} PRIVATE -O1)
    endif()
  else()
    add_library(vitrion_${name} INTERFACE)
    target_link_libraries(vitrion_${name} INTERFACE vitrion_settings ${ROOM_DEPENDS} ${ROOM_LIBRARIES})
  endif()
  set_property(GLOBAL APPEND PROPERTY VITRION_ROOMS vitrion_${name})  # for cmake/Install.cmake
endfunction()

# vitrion_tests(io DEPENDS io) builds tests/io/*.cpp into one GoogleTest program, test_io.
function(vitrion_tests name)
  cmake_parse_arguments(TESTS "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM TESTS_DEPENDS PREPEND vitrion_)
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE vitrion_flags ${TESTS_DEPENDS} ${TESTS_LIBRARIES} vitrion_test_support GTest::gmock GTest::gtest_main)
  # Tests call code that is optimised; optimising them too would only take time.
  target_compile_options(test_${name} PRIVATE -O1)
  gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
endfunction()
