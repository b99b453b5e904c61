// What the tests of labels share: small structures, and an engine that needs milliseconds.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/dft/engine.hpp"

namespace vitrion::dft::test {

using vitrion::test::reference;
using vitrion::test::scratch_folder;
using vitrion::test::source;

/// LiH in a box whose shape depends on `k`: an even number of electrons, and another calculation for every k.
inline Structure lithium_hydride(int k = 0) {
  Structure s;
  s.cell = Cell::orthorhombic(4.2, 4.0, 4.4);
  s.species = {Species::element("Li"), Species::element("H")};
  s.positions.resize(2, 3);
  s.positions << 0.1 + 0.01 * k, 0.0, 0.2, 2.0, 1.9, 2.1;
  s.info = {{"config_type", "tiny"}, {"frame_id", "lih" + std::to_string(k)}};
  return s;
}

/// CP2K's settings with the stand-in tests/dft/fake_cp2k.sh as program; `more` are further lines of YAML.
inline Settings fake_settings(const std::string& more = "") {
  return {"engine: cp2k\ncommand: \"" + source("tests/dft/fake_cp2k.sh").string() + "\"\n" + more, ""};
}

/// The energy the stand-in gives, eV.
inline double fake_energy(const Structure& s) {
  return 0.01 * s.positions.squaredNorm() * units::hartree_in_eV;
}

/// Sets a variable of the environment for as long as it lives, then puts back what was there.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* found = std::getenv(name)) before_ = found;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace vitrion::dft::test
