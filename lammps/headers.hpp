// LAMMPS's headers, made to compile with Debian's liblammps (29 Sep 2021) as well as with current LAMMPS.
#pragma once

// LAMMPS's headers ask for "fmt/format.h". Debian does not package the copy they mean, so they get the system's, which
// no longer has make_args_checked. Only templates that we never instantiate name it.
#include <fmt/format.h>
#if FMT_VERSION >= 80000
namespace fmt {
template <class... Args, class Format, class... Values>
int make_args_checked(const Format&, const Values&...);
}  // namespace fmt
#endif

#include <lammps/lammps.h>
//
#include <lammps/atom.h>
#include <lammps/comm.h>
#include <lammps/domain.h>
#include <lammps/error.h>
#include <lammps/force.h>
#include <lammps/input.h>
#include <lammps/memory.h>
#include <lammps/neigh_list.h>
#include <lammps/neighbor.h>
#include <lammps/output.h>
#include <lammps/pair.h>
#include <lammps/timer.h>
#include <lammps/update.h>
