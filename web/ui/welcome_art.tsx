// SPDX-License-Identifier: AGPL-3.0-or-later

import { useId } from "react";
import { say } from "../view-models/say";
import styles from "./screens.module.css";

const ONE =
  "M-20 190C-20 60 90-30 240-30S500 60 500 190 390 410 240 410c-30 0-60-4-86-10L60 446l24-92C20 320-20 260-20 190z";
const OTHER =
  "M250 340c0-124 100-206 226-206s226 80 226 206c0 60-22 108-60 146l22 92-98-46c-28 8-58 12-90 12-126 0-226-80-226-204z";

/** The two bubbles of the logo and what they share, beside the first screens. */
export function WelcomeArt() {
  const clip = useId();
  return (
    <div className={styles.art}>
      <svg viewBox="0 0 620 780" preserveAspectRatio="xMidYMin slice" aria-hidden="true">
        <clipPath id={clip}>
          <path d={ONE} />
        </clipPath>
        <g transform="translate(44 74) scale(.8)">
          <path d={ONE} fill="#f7d9c0" />
          <path d={OTHER} fill="#fff" fillOpacity=".94" />
          <path d={OTHER} fill="#e7a9c8" clipPath={`url(#${clip})`} />
        </g>
      </svg>
      <p>{say("welcomeArt.title")}</p>
      <small>{say("welcomeArt.hint")}</small>
    </div>
  );
}
