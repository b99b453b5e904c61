// `plugin load vitrionplugin.so` in a LAMMPS of one's own makes `pair_style vitrion` known there.
#include "lammps/pair_vitrion.hpp"
//
#include <lammps/lammpsplugin.h>
#include <lammps/version.h>

namespace {

LAMMPS_NS::Pair* make_pair_vitrion(LAMMPS_NS::LAMMPS* lammps) {
  return new vitrion::lammps::PairVitrion(lammps);
}

}  // namespace

// LAMMPS looks this name up in the library and hands over what registers a style.
extern "C" __attribute__((visibility("default"))) void lammpsplugin_init(void* lammps, void* handle, void* registrar) {
  lammpsplugin_t plugin{};
  plugin.version = LAMMPS_VERSION;
  plugin.style = "pair";
  plugin.name = "vitrion";
  plugin.info = "Vitrion's interatomic potentials, version " VITRION_VERSION;
  plugin.author = "Vitrion";
  plugin.creator.v1 = reinterpret_cast<lammpsplugin_factory1*>(&make_pair_vitrion);
  plugin.handle = handle;
  reinterpret_cast<lammpsplugin_regfunc>(registrar)(&plugin, lammps);
}
