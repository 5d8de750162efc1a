// SPDX-License-Identifier: AGPL-3.0-or-later

/// <reference types="vite/client" />

/** Where the source of this build is; "" when the build did not know. */
declare const __KITH_SOURCE__: string;
