// The kinds of this room, one function each: what catalogue.cpp lists.
#pragma once

#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::potentials {

Kind zbl_kind();
Kind sum_kind();

namespace mtp {
Kind mtp_kind();
}
namespace nequip {
Kind nequip_kind();
}

}  // namespace vitrion::potentials
