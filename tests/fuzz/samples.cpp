#include "fuzz/samples.hpp"

#include <unistd.h>

#include <filesystem>

#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/io/output.hpp"

namespace vitrion::io::fuzz {
namespace {

/// Three atoms with everything a format may hold.
Structure structure() {
  Structure s;
  Matrix3 cell;
  cell << 5, 0, 0, 1, 6, 0, -0.5, 0.25, 7;
  s.cell = Cell(cell);
  s.species = {Species::element("Li"), Species::element("P"), Species::element("Li")};
  s.positions.resize(3, 3);
  s.positions << 0.1, 0.2, 0.3, 1, 3, 4, 2, 1, 2;
  s.velocities = 0.001 * s.positions;
  s.labels.energy = -12.5;
  s.labels.energy_kind = EnergyKind::free;
  s.labels.forces = 0.1 * s.positions;
  s.labels.stress = 0.01 * Matrix3::Identity();
  s.ids = {2, 5, 9};
  s.images = {{0, 0, 1}, {0, -1, 0}, {0, 0, 0}};
  s.wrapping = Wrapping::wrapped;
  s.time = 10;
  s.step = 5;
  s.info = {{"config_type", "melt 3000"}, {"list", "[1, 2]"}};
  s.columns = {{"charge", {'R', 1, {"0.5", "-1", "0.5"}}}, {"tag", {'S', 2, {"a b", "c d", "e f"}}}};
  return s;
}

/// What `write` leaves in a file of that name. Every process has its own folder.
template <class Write>
std::string content_of(const std::string& name, Write write) {
  const auto folder = std::filesystem::temp_directory_path() / ("vitrion-fuzz-" + std::to_string(::getpid()));
  write(folder / name);
  std::string content = read_file(folder / name);
  std::filesystem::remove_all(folder);
  return content;
}

std::string written(const std::string& name, int frames) {
  return content_of(name, [&](const std::filesystem::path& file) {
    write_frames(file, std::vector<Structure>(static_cast<std::size_t>(frames), structure()));
  });
}

std::string compressed(const std::string& text) {
  return content_of("compressed.gz", [&](const std::filesystem::path& file) {
    OutputFile out(file);
    out.text(text);
    out.close();
  });
}

const char* const outcar = R"( vasp.5.4.4.18Apr17 complex
   VRHFIN =Li: 1s1
   VRHFIN =O: s2p4
   ions per type =               1   1
   NELM   =     60;   NELMIN=  2; NELMDL= -5     # of ELM steps
   EDIFF  = 0.1E-05   stopping-criterion for ELM
   IBRION =      0    ionic relax: 0-MD 1-quasi-New 2-CG
   POTIM  = 2.0000    time-step for ionic-motion
--------------------------------------- Iteration      1(   1)  ---------------------------------------
 total energy-change (2. order) :-0.2356191E-02  (-0.4892725E-04)
------------------------ aborting loop because EDIFF is reached ----------------------------------------
  in kB       0.23488    -0.87495     0.28693    -0.79698    -1.29375     0.52287
      direct lattice vectors                 reciprocal lattice vectors
     9.743894238  0.000000000  0.000000000     0.102628372 -0.002993463  0.001215571
     0.290483533  9.958984769  0.000000000     0.000000000  0.100411841 -0.001961945
    -0.111296379  0.192879596  9.871529266     0.000000000  0.000000000  0.101301427
 POSITION                                       TOTAL-FORCE (eV/Angst)
 -----------------------------------------------------------------------------------
      5.30736      4.10841      3.54971        -0.025750      0.292426      0.248964
      3.91526      4.89584      4.36735        -0.595966      0.255784     -0.128361
 -----------------------------------------------------------------------------------
  free  energy   TOTEN  =       -23.96537837 eV
  energy  without entropy=      -23.99972746  energy(sigma->0) =      -23.97682807
)";

const char* const vasprun = R"(<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
 <parameters>
  <separator name="electronic" >
   <i name="EDIFF">      0.00000100</i>
   <separator name="electronic convergence" >
    <i type="int" name="NELM">    60</i>
   </separator>
  </separator>
  <separator name="ionic" >
   <i type="int" name="IBRION">     0</i>
   <i name="POTIM">      1.00000000</i>
  </separator>
 </parameters>
 <atominfo>
  <array name="atoms" ><set>
    <rc><c>Li</c><c>   1</c></rc>
    <rc><c>O </c><c>   2</c></rc>
  </set></array>
 </atominfo>
 <calculation>
  <scstep>
   <energy>
    <i name="e_fr_energy">    -28.5 </i>
    <i name="e_wo_entrp">    -28.4 </i>
    <i name="e_0_energy">    -28.45 </i>
   </energy>
  </scstep>
  <structure>
   <crystal>
    <varray name="basis" >
     <v>      10.0       0.0       0.0 </v>
     <v>       0.0      10.0       0.0 </v>
     <v>       0.1      -0.1      10.0 </v>
    </varray>
   </crystal>
   <varray name="positions" >
    <v>       0.428       0.424       0.52 </v>
    <v>       0.230       0.628       0.11 </v>
   </varray>
  </structure>
  <varray name="forces" >
   <v>      -0.14      -0.57       0.35 </v>
   <v>      -0.60      -0.28      -0.41 </v>
  </varray>
  <varray name="stress" >
   <v>      -2.1       0.3       2.4 </v>
   <v>       0.3      -0.9      -0.9 </v>
   <v>       2.4      -0.9      -4.8 </v>
  </varray>
  <energy>
   <i name="e_fr_energy">    -28.5 </i>
  </energy>
  <dos>
  </dos>
 </calculation>
</modeling>
)";

const char* const cp2k = R"(  **** **** ******  **  PROGRAM STARTED AT               2026-11-22 14:53:38.370
 CP2K| version string:                                       CP2K version 2023.1
 CELL| Vector a [angstrom]:       5.038     0.000     0.000    |a| =       5.038
 CELL| Vector b [angstrom]:      -2.519     4.363     0.000    |b| =       5.038
 CELL| Vector c [angstrom]:       0.000     0.000    13.772    |c| =      13.772
 MODULE QUICKSTEP:  ATOMIC COORDINATES IN angstrom

  Atom  Kind  Element       X           Y           Z          Z(eff)       Mass

       1     1 Fe  26    0.000000    0.000000    1.992808     16.00      55.8450
       2     2 O    8    0.000000    0.000000    8.878808      6.00      15.9994

 SCF WAVEFUNCTION OPTIMIZATION
  *** SCF run converged in     9 steps ***
 ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:             -374.030598311934682
 ATOMIC FORCES in [a.u.]

 # Atom   Kind   Element          X                Y                Z
      1      1      Fe         -0.0195510236    -0.0065086740    -0.0000862882
      2      2      O          -0.0126786690    -0.0018103198    -0.0162695254
 SUM OF ATOMIC FORCES          -0.0003005211     0.0008377710    -0.0001036741     0.0008960588
 STRESS| Analytical stress tensor [GPa]
 STRESS|                        x                   y                   z
 STRESS|      x        8.67385052407E+00   1.22585295545E-02   9.92158037153E-01
 STRESS|      y        1.22585295545E-02   3.97132051067E+00   1.52294931885E-01
 STRESS|      z        9.92158037153E-01   1.52294931885E-01   8.12249398078E+00
  **** **** ******  **  PROGRAM ENDED AT                 2026-11-22 14:56:00.008
)";

const char* const cp2k_2025 = R"(  **** **** ******  **  PROGRAM STARTED AT               2025-01-15 10:30:00.000
 CELL| Vector a [angstrom]:       5.000     0.000     0.000    |a| =       5.000
 CELL| Vector b [angstrom]:       0.000     5.000     0.000    |b| =       5.000
 CELL| Vector c [angstrom]:       0.000     0.000     5.000    |c| =       5.000
 MODULE QUICKSTEP:  ATOMIC COORDINATES IN angstrom

  Atom  Kind  Element       X           Y           Z          Z(eff)       Mass
       1     1 H    1    0.000000    0.000000    0.000000      1.00       1.0079

 ENERGY| Total FORCE_EVAL ( QS ) energy [hartree] -7.364190264587725
 FORCES| Atomic forces [hartree/bohr]
 FORCES| Atom x y z |f|
 FORCES| 1 -5.73440344E-02 2.95274914E-02 -1.50988167E-02 6.62433792E-02

 STRESS TENSOR [GPa]

            X               Y               Z
  X       0.12345678      0.00000000      0.00000000
  Y       0.00000000      0.12345678      0.00000000
  Z       0.00000000      0.00000000      0.12345678

  **** **** ******  **  PROGRAM ENDED AT                 2025-01-15 10:30:05.000
)";

const char* const general_dump = R"(ITEM: UNITS
real
ITEM: TIME
12.5
ITEM: TIMESTEP
50
ITEM: NUMBER OF ATOMS
2
ITEM: BOX BOUNDS abc origin pp pp ff
0 4 0 1
-5 1 0 1
0 0 6 1
ITEM: ATOMS id element type xsu ysu zsu ix iy iz vx vy vz fx fy fz
2 Li 1 0.5 0.5 1.5 0 0 1 1 2 3 4 5 6
1 O 2 0.25 -0.5 0 0 0 0 1 2 3 4 5 6
)";

const char* const full_data = R"(LAMMPS data file via write_data, version 29 Sep 2021, timestep = 5000, units = real

2 atoms
2 atom types
1 bonds
1 bond types

-1 3 xlo xhi
0 5 ylo yhi
0 6 zlo zhi
1 -0.5 0.3 xy xz yz

Masses

1 6.94 # Li
2 15.9994

Pair Coeffs # lj/cut

1 0.1 2.0
2 0.1 2.0

Atoms # full

2 1 2 -1.0 1 2 3 0 0 1
1 1 1 0.5 0 0 0 0 0 0

Velocities

2 1 2 3
1 0 0 1

Bonds

1 1 1 2
)";

/// VASP 5.2: the energy before positions and forces.
std::string old_outcar() {
  const std::string text = outcar;
  const std::size_t block = text.find(" POSITION  "), energy = text.find("  free  energy"), end = text.size();
  return text.substr(0, block) + text.substr(energy, end - energy) + text.substr(block, energy - block);
}

constexpr const char* lammps_extxyz =
    "2\nTimestep=100 Time=0.1 pbc=\"T T F\" Lattice=\"9 0 0 0 9 0 0 0 9\" Temperature=300 "
    "Properties=species:S:1:pos:R:3:vel:R:3:forces:R:3\nLi 0 0 0 1 2 3 0.1 0.2 0.3\nO 1.5 0 -1e-3 1 2 3 0.1 0.2 0.3\n";
constexpr const char* cp2k_xyz =
    "2\n i =       10, time =        5.000, E =       -17.1643447258\nLi 0 0 0\nO 1.5 0 -1e-3\n";

constexpr const char* cif = R"(data_one
_cell_length_a 5.640(2)
_cell_length_b 5.640(2)
_cell_length_c 5.640(2)
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
loop_
_symmetry_equiv_pos_as_xyz
'x, y, z'
'-x+1/2, y+1/2, -z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Na1 Na1+ 0 0 0 1
Cl1 Cl1- 0.5 0.25(1) 0.5 1.0
data_two
_cell_length_a 4
_cell_length_b 5
_cell_length_c 6
_cell_angle_alpha 80
_cell_angle_beta 95
_cell_angle_gamma 110
_space_group_name_H-M_alt 'P -1'
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Li1 0.1 0.2 0.3
)";

}  // namespace

std::vector<Sample> samples() {
  return {
      {"extxyz", "extxyz", ".extxyz", written("s.extxyz", 2)},
      {"extxyz_gzip", "extxyz", ".extxyz.gz", written("s.extxyz.gz", 2)},
      {"xyz", "extxyz", ".xyz", "2\nplain\nLi 0 0 0\nO 1.5 0 -1e-3\n"},
      {"lammps_extxyz", "extxyz", ".extxyz", std::string(lammps_extxyz) + lammps_extxyz},
      {"cp2k_xyz", "extxyz", ".xyz", std::string(cp2k_xyz) + cp2k_xyz},
      {"cif", "cif", ".cif", cif},
      {"cfg", "cfg", ".cfg", written("s.cfg", 2)},
      {"dump", "dump", ".dump", written("s.dump", 2)},
      {"dump_gzip", "dump", ".dump.gz", written("s.dump.gz", 2)},
      {"general_dump", "dump", ".dump", general_dump},
      {"lammps_data", "lammps-data", ".lammps-data", written("s.lammps-data", 1)},
      {"full_data", "lammps-data", ".lammps-data", full_data},
      {"poscar", "poscar", ".poscar", written("s.poscar", 1)},
      {"xdatcar", "xdatcar", ".XDATCAR", written("s.XDATCAR", 2)},
      {"outcar", "outcar", ".OUTCAR", std::string(outcar) + outcar},
      {"old_outcar", "outcar", ".OUTCAR", old_outcar() + old_outcar()},
      {"outcar_gzip", "outcar", ".OUTCAR.gz", compressed(outcar)},
      {"vasprun_gzip", "vasprun", ".vasprun.xml.gz", compressed(vasprun)},
      {"vasprun", "vasprun", ".vasprun.xml", vasprun},
      {"cp2k", "cp2k", ".out", std::string(cp2k) + cp2k},
      {"cp2k_2025", "cp2k", ".out", cp2k_2025},
  };
}

}  // namespace vitrion::io::fuzz
