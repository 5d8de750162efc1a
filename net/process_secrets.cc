// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/process_secrets.h"

#include <google/protobuf/stubs/logging.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace kith::net {

void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

void silence_parsers() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace kith::net
