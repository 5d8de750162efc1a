// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole app on a scripted core: a test says what the core has and does, by window.kith.
import { createRoot } from "react-dom/client";

import { startLanguage } from "../../app/page_language";
import { show } from "../../app/show";
import type { AppViewModel } from "../../view-models/app";
import * as testing from "../../view-models/testing/fake_core";
import { settledCore } from "../../view-models/testing/settled_core";

export interface Kith {
  core: testing.FakeCore;
  app: AppViewModel;
  testing: typeof testing;
}

declare global {
  interface Window {
    kith: Kith;
    /** Runs before the app starts: set by the test. */
    prepare?: (core: testing.FakeCore, made: typeof testing) => void;
  }
}

await startLanguage();
const core = settledCore();
window.prepare?.(core, testing);
const root = createRoot(document.getElementById("root") as HTMLElement);
const app = show(root, core, core.files, { profile: "main", shownProfile: "", server: location.origin });
window.kith = { core, app, testing };
