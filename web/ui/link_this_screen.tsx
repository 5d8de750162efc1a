// SPDX-License-Identifier: AGPL-3.0-or-later

// On a device that is to become one of an account: its code, which a device of the account reads, and then the number
// that both show.
import { useEffect, useRef, useState, type ReactNode } from "react";

import { codeGroups, type LinkThisSnapshot, type LinkThisViewModel } from "../view-models/link_this";
import { say } from "../view-models/say";
import { copyText } from "./copy_text";
import { Icon } from "./part_icons";
import { LinkSteps } from "./link_steps";
import { QrCode } from "./qr_code";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import { WelcomeArt } from "./welcome_art";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import screens from "./screens.module.css";
import styles from "./linking.module.css";

export function LinkThisScreen({ model, server }: { model: LinkThisViewModel; server: string }) {
  const snapshot = useViewModel(model);
  return (
    <main className={screens.screen}>
      <WelcomeArt />
      <div className={screens.card}>
        <Phase model={model} snapshot={snapshot} />
        <div className={screens.actions}>
          <button type="button" className={buttons.linkButton} onClick={model.leave}>
            {say("common.back")}
          </button>
        </div>
        <p className={screens.foot}>{say("registration.server", { server })}</p>
      </div>
    </main>
  );
}

interface PhaseProps {
  model: LinkThisViewModel;
  snapshot: LinkThisSnapshot;
}

function Phase({ model, snapshot }: PhaseProps) {
  const { phase, link, code, error, anew } = snapshot;
  switch (phase) {
    case "starting":
      return (
        <Said title={say("linkThis.title")}>
          <div className={styles.waiting}>
            <Spinner label={say("linkThis.starting")} />
          </div>
        </Said>
      );
    case "waiting":
      return (
        <Said title={say("linkThis.title")}>
          {anew && (
            <p className={screens.lead} role="status">
              {say("linkThis.anew")}
            </p>
          )}
          <div className={styles.code}>
            <QrCode content={link} label={say("linkThis.qrCode")} />
            <LinkSteps last="linkThis.point" />
          </div>
          <CopyLink link={link} />
        </Said>
      );
    case "comparing":
      return (
        <Said title={say("linkThis.compare")} lead={say("linkThis.compareHint")}>
          <p className={styles.number}>{codeGroups(code)}</p>
          <p className={screens.lead} role="status">
            {say("linkThis.waitingForAnswer")}
          </p>
        </Said>
      );
    case "finishing":
      return (
        <Said title={say("linkThis.finishing")}>
          <div className={styles.waiting}>
            <Spinner label={say("linkThis.finishing")} />
          </div>
        </Said>
      );
    case "failed":
      return (
        <Said title={say("linkThis.failed")}>
          <p className={fields.error} role="alert">
            {error}
          </p>
          <div className={screens.actions}>
            <button
              type="button"
              className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
              onClick={() => void model.start()}
            >
              {say("linkThis.again")}
            </button>
          </div>
        </Said>
      );
  }
}

/** Whoever hears the page is told of a new phase by its heading. */
function Said({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <p className={screens.lead}>{lead}</p>}
      </div>
      {children}
    </>
  );
}

/** For a device without a camera. */
function CopyLink({ link }: { link: string }) {
  const [copied, setCopied] = useState<boolean>();
  const copy = () => void copyText(link).then(setCopied);
  return (
    <div className={fields.field}>
      <label htmlFor="link">{say("linkThis.noCamera")}</label>
      <div className={styles.copy}>
        <input
          id="link"
          className={fields.input}
          dir="ltr"
          readOnly
          value={link}
          aria-describedby="link-hint"
          onFocus={(event) => event.target.select()}
        />
        <button type="button" className={buttons.button} onClick={copy}>
          <Icon name="copy" />
          {say("linkThis.copy")}
        </button>
      </div>
      <span id="link-hint" className={fields.hint} role="status">
        {say(copied === undefined ? "linkThis.secret" : copied ? "linkThis.copied" : "linkThis.cantCopy")}
      </span>
    </div>
  );
}
