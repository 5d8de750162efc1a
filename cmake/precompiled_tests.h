// SPDX-License-Identifier: AGPL-3.0-or-later

// What most tests include: precompiled.cmake. No source may need it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmake/precompiled.h"
