// The pair style as a plugin: loaded as LAMMPS's `plugin load` does it, and compared with the built-in one.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "lammps/headers.hpp"
#include "md/oxides.hpp"
#include "md/plugin/lammps/lammpsplugin.h"
#include "program.hpp"

namespace vitrion::md {
namespace {

lammpsplugin_t registered{};

// What LAMMPS does with a pair style that a plugin brings: it takes the place of any other of that name.
void enter(lammpsplugin_t* plugin, void* lammps) {
  registered = *plugin;
  (*static_cast<LAMMPS_NS::LAMMPS*>(lammps)->force->pair_map)[plugin->name] = [](LAMMPS_NS::LAMMPS* owner) {
    return static_cast<LAMMPS_NS::Pair*>(registered.creator.v1(owner));
  };
}

TEST(Plugin, GivesWhatTheBuiltInStyleGives) {
  const std::filesystem::path file =
      std::filesystem::path(test::program()).parent_path() / "tests/plugin_under_test.so";
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto load = reinterpret_cast<lammpsplugin_initfunc>(dlsym(library, "lammpsplugin_init"));
  ASSERT_NE(load, nullptr);

  const Structure s = random_oxide(60, 31);
  const std::vector<std::string> commands{"pair_style vitrion", "pair_coeff * * " + zbl_file() + " Mg V O"};
  const Answer built_in = one_step(s, commands);
  LammpsSession session;
  load(&session.lammps(), library, reinterpret_cast<void*>(&enter));
  EXPECT_STREQ(registered.style, "pair");
  EXPECT_STREQ(registered.version, "29 Sep 2021");
  const Answer loaded = one_step(session, s, commands);
  EXPECT_EQ(loaded.energy, built_in.energy);
  EXPECT_EQ(loaded.forces, built_in.forces);
  EXPECT_EQ(loaded.stress, built_in.stress);
}

}  // namespace
}  // namespace vitrion::md
