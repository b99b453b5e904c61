// The makers of all engines: each reads the keys of its settings.
#pragma once

#include <memory>

#include "vitrion/dft/engine.hpp"

namespace vitrion::dft {

std::unique_ptr<Engine> make_cp2k(Config& config);
std::unique_ptr<Engine> make_vasp(Config& config);
std::unique_ptr<Engine> make_potential_engine(Config& config);

}  // namespace vitrion::dft
