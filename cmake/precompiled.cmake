# SPDX-License-Identifier: AGPL-3.0-or-later
# Most of a file's compilation is reading headers of the standard library and of the schema: they are read once, as two
# precompiled headers that all libraries and all tests share. Sources include what they use all the same: the fuzzer's
# build has none of this, and headers_alone compiles every header without it.
if(KITH_FUZZ)
  return()
endif()
set(KITH_PRECOMPILED ON)
# For ccache. What uses a header names it as it is preprocessed (GCC); what makes one must not: it would be known by the
# one that it takes the place of. And a header has no time in it (clang).
set(KITH_USES_PRECOMPILED $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees overruns inside std::string when it has read it from a precompiled header: what really overruns, the
  # sanitizers find.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds;-Wno-stringop-overread>"
    "$<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overflow;-Wno-restrict>")
else()
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

# Makes the precompiled header NAME of cmake/NAME.h, which includes what is in LIBRARIES.
#   kith_precompiled(NAME LIBRARIES...)
function(kith_precompiled name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/${name}.cc)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_precompile_headers(${name} PRIVATE <cmake/${name}.h>)  # no path of this clone: for ccache
  target_link_libraries(${name} PRIVATE ${ARGN})
  if(CCACHE)
    set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "${CMAKE_SOURCE_DIR}/cmake/afresh;${CACHED}")
  endif()
endfunction()
kith_precompiled(precompiled kith_schema)
if(KITH_TESTS)
  kith_precompiled(precompiled_tests kith_schema GTest::gmock)
endif()
