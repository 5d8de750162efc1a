// SPDX-License-Identifier: AGPL-3.0-or-later

// Node 18 has the Web's cryptography, but not under its name.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto as unknown as Crypto;
