# SPDX-License-Identifier: AGPL-3.0-or-later
# Third-party libraries of the browser module, as tools/build_wasm leaves them, under the names that
# cmake/native_dependencies.cmake has.
set(KITH_WASM_LIBRARIES ${CMAKE_SOURCE_DIR}/build/wasm-deps CACHE PATH
  "Where tools/build_wasm installed the module's libraries")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

function(kith_wasm_library target file)
  set(archive ${KITH_WASM_LIBRARIES}/lib/${file})
  if(NOT EXISTS ${archive})
    message(FATAL_ERROR "${archive} is missing: tools/build_wasm makes it")
  endif()
  add_library(${target} STATIC IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${archive})
  target_include_directories(${target} SYSTEM INTERFACE ${KITH_WASM_LIBRARIES}/include ${ARGN})
endfunction()

kith_wasm_library(protobuf::libprotobuf libprotobuf-lite.a)
target_compile_options(protobuf::libprotobuf INTERFACE
  "SHELL:-include ${KITH_WASM_LIBRARIES}/include/kith/single_threaded.h")
kith_wasm_library(PkgConfig::SIGNAL libsignal-protocol-c.a ${KITH_WASM_LIBRARIES}/include/signal)
kith_wasm_library(PkgConfig::SODIUM libsodium.a)
kith_wasm_library(kith_mbedcrypto libmbedcrypto.a)
target_compile_definitions(kith_mbedcrypto INTERFACE "MBEDTLS_CONFIG_FILE=<mbedtls/kith_config.h>")
set(MBEDCRYPTO kith_mbedcrypto)
kith_wasm_library(SQLite::SQLite3 libsqlite3.a)

# No paths of this machine in the module.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
