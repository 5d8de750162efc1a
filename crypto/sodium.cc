#include "crypto/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace kith::crypto {

void start_sodium() {
  if (sodium_init() < 0) std::abort();
}

}  // namespace kith::crypto
