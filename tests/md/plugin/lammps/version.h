// Stands in for LAMMPS's header of this name.
#pragma once
#define LAMMPS_VERSION "29 Sep 2021"
