// SPDX-License-Identifier: AGPL-3.0-or-later

// The program around one target: KITH_FUZZ_TARGET names its function.
#include <google/protobuf/stubs/logging.h>

#include "fuzz/targets.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kith::fuzz::KITH_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
