// SPDX-License-Identifier: AGPL-3.0-or-later

// Starts the core for the profile in the address, and shows the app on it.

import { createRoot, type Root } from "react-dom/client";

import wasmUrl from "../../build/wasm/kith_core.wasm?url";
import mediaWasmUrl from "../../build/wasm/kith_media.wasm?url";
import { CoreClient, CoreUnavailable } from "../core-client/client";
import { FailureScreen, StartingScreen } from "../ui/screens";
import type { Core } from "../view-models/core";
import { say } from "../view-models/say";
import { takeGroupLink } from "./group_link";
import { takeOpenedLink } from "./kept_linking";
import { startLanguage } from "./page_language";
import { show, type OpenedBy } from "./show";
import { missing, surroundings, type Surroundings } from "./surroundings";
import { unavailableText } from "./unavailable_text";

const reload = () => location.reload();

/** The core, with one thing more: when it is gone for good, `onGone` hears of it, whoever called. */
function watched(client: CoreClient, onGone: (error: CoreUnavailable) => void): Core {
  return {
    call: (name, params) =>
      client.call(name, params).catch((error: unknown) => {
        if (error instanceof CoreUnavailable) onGone(error);
        throw error;
      }),
    onEvents: (listener) => client.onEvents(listener),
    tryNow: () => client.tryNow(),
  };
}

function start(root: Root, client: CoreClient, around: Surroundings, opened: OpenedBy): void {
  const core = watched(client, (error) => app.breakDown(unavailableText(error)));
  const app = show(root, core, client, around, opened);
}

async function main(): Promise<void> {
  const opened = { deviceLink: takeOpenedLink(), groupLink: takeGroupLink() };
  const root = createRoot(document.getElementById("root") as HTMLElement);
  await startLanguage();
  const lacking = missing();
  if (lacking !== undefined)
    return root.render(<FailureScreen title={say("main.kithCantRunHere")}>{lacking}</FailureScreen>);
  const around = surroundings(location);
  if (typeof around === "string")
    return root.render(<FailureScreen title={say("main.kithCantRunHere")}>{around}</FailureScreen>);
  root.render(<StartingScreen />);
  try {
    start(root, await CoreClient.start({ profile: around.profile, wasmUrl, mediaWasmUrl }), around, opened);
  } catch (error) {
    root.render(
      <FailureScreen title={say("main.kithCantStart")} onRetry={reload}>
        {unavailableText(error)}
      </FailureScreen>,
    );
  }
  if (import.meta.env.PROD && "serviceWorker" in navigator)
    void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}

void main();
