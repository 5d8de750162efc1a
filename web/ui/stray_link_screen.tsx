// SPDX-License-Identifier: AGPL-3.0-or-later

// For a page that was opened with the link of a device, as a telephone's camera does, where there is no account that
// could let that in.
import { say } from "../view-models/say";
import { Logo } from "./icons";
import { LinkSteps } from "./link_steps";
import buttons from "./parts/button.module.css";
import screens from "./screens.module.css";

export function StrayLinkScreen({ onGoOn }: { onGoOn: () => void }) {
  return (
    <main className={`${screens.screen} ${screens.plain}`}>
      <div className={screens.card}>
        <Logo className={screens.logo} />
        <h1>{say("linkStray.title")}</h1>
        <p className={screens.lead}>{say("linkStray.lead")}</p>
        <LinkSteps last="linkStray.point" />
        <div className={screens.actions}>
          <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} onClick={onGoOn}>
            {say("linkStray.goOn")}
          </button>
        </div>
      </div>
    </main>
  );
}
