// The trainers of this room, one function each: what catalogue.cpp lists.
#pragma once

#include "vitrion/train/catalogue.hpp"

namespace vitrion::train {

namespace mtp {
Trainer trainer();
}
namespace nequip {
Trainer trainer();
}

}  // namespace vitrion::train
