# SPDX-License-Identifier: AGPL-3.0-or-later
# What `cmake --install` puts where, besides kith and its pages (cli/CMakeLists.txt). docs/operating.md, "Install".
install(TARGETS kithd DESTINATION ${CMAKE_INSTALL_BINDIR})
# The web app, when it has been built: tools/build_web.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/kith/web OPTIONAL)
file(READ ${CMAKE_SOURCE_DIR}/deploy/kithd.service unit)
string(REPLACE "/usr/local/" "${CMAKE_INSTALL_PREFIX}/" unit "${unit}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/kithd.service CONTENT "${unit}")
install(FILES ${CMAKE_BINARY_DIR}/kithd.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/deploy/kith.toml
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
