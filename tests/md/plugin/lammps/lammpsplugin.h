// Stands in for LAMMPS's header of this name, which Debian does not package: what a plugin hands to the function that
// registers it, field by field as LAMMPS documents it since 2021. Plugins for users are compiled with LAMMPS's own.
#pragma once

extern "C" {
using lammpsplugin_factory1 = void*(void*);
using lammpsplugin_factory2 = void*(void*, int, char**);

struct lammpsplugin_t {
  const char* version;
  const char* style;
  const char* name;
  const char* info;
  const char* author;
  union {
    lammpsplugin_factory1* v1;
    lammpsplugin_factory2* v2;
  } creator;
  void* handle;
};

using lammpsplugin_regfunc = void (*)(lammpsplugin_t*, void*);
using lammpsplugin_initfunc = void (*)(void*, void*, void*);
}
