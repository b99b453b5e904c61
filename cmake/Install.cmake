# What `cmake --install` puts where: the program, the library of all rooms with its headers, and the package that
# find_package(vitrion) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vitrion")
set(generated "${PROJECT_BINARY_DIR}/install")

# vitrion::vitrion is all rooms; each is there by its own name too, such as vitrion::transport.
get_property(rooms GLOBAL PROPERTY VITRION_ROOMS)
add_library(vitrion_all INTERFACE)
target_link_libraries(vitrion_all INTERFACE ${rooms})
set_target_properties(vitrion_all PROPERTIES EXPORT_NAME vitrion)
foreach(room IN LISTS rooms)
  string(REPLACE "vitrion_" "" name ${room})
  set_target_properties(${room} PROPERTIES EXPORT_NAME ${name})
endforeach()
install(TARGETS vitrion_all vitrion_settings ${rooms} EXPORT vitrion ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT vitrion NAMESPACE vitrion:: DESTINATION "${package_dir}")

# Within the project the build says which version this is; an installed header has to say so itself.
set(version_header src/vitrion/core/version.hpp)
file(READ "${PROJECT_SOURCE_DIR}/${version_header}" header)
string(REPLACE "VITRION_VERSION" "\"${PROJECT_VERSION}\"" header "${header}")
file(CONFIGURE OUTPUT "${generated}/version.hpp" CONTENT "${header}" @ONLY)
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${version_header}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/src/vitrion" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*-inl.hpp" EXCLUDE PATTERN "core/version.hpp" EXCLUDE)
# Headers of the room md include these as "lammps/..."; beside LAMMPS's own folder of that name they would be in the way.
install(FILES "${PROJECT_SOURCE_DIR}/lammps/errors.hpp" "${PROJECT_SOURCE_DIR}/lammps/settings.hpp"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/vitrion/lammps")
install(FILES "${generated}/version.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/vitrion/core")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/vitrion-config.cmake.in" "${generated}/vitrion-config.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${generated}/vitrion-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${generated}/vitrion-config.cmake" "${generated}/vitrion-config-version.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/Dependencies.cmake" DESTINATION "${package_dir}")

install(TARGETS vitrion RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
if(TARGET vitrion-torch)
  install(TARGETS vitrion-torch RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" OPTIONAL)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(written "${PROJECT_BINARY_DIR}/written")
install(FILES "${written}/vitrion.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "${written}/vitrion.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME vitrion)
install(FILES "${written}/_vitrion" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
install(FILES "${written}/vitrion.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")

# Removes what the last `cmake --install` of this build folder wrote.
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -D "MANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt"
                                    -P "${PROJECT_SOURCE_DIR}/cmake/Uninstall.cmake")
