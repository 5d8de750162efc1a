// SPDX-License-Identifier: AGPL-3.0-or-later

// For a page that was opened because another program shared something, where nobody is who could send it.
import { say } from "../view-models/say";
import { Logo } from "./icons";
import buttons from "./parts/button.module.css";
import screens from "./screens.module.css";

export function UnsharedScreen({ onGoOn }: { onGoOn: () => void }) {
  return (
    <main className={`${screens.screen} ${screens.plain}`}>
      <div className={screens.card}>
        <Logo className={screens.logo} />
        <h1>{say("share.unsignedTitle")}</h1>
        <p className={screens.lead}>{say("share.unsignedLead")}</p>
        <div className={screens.actions}>
          <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} onClick={onGoOn}>
            {say("common.continue")}
          </button>
        </div>
      </div>
    </main>
  );
}
