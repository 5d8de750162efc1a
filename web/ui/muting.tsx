// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type ReactNode } from "react";

import type { MuteFor } from "../view-models/arrangement";
import { titleOf, type Conversation } from "../view-models/core";
import { MissingPopup, onDemand } from "./on_demand";

const MuteQuestion = onDemand(() => import("./mute_question").then(({ default: question }) => question), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** Asks for how long a conversation is to be muted: `ask` for it, and what is in the page meanwhile. */
export function useMuting(mute: (conversation: Conversation, how: MuteFor) => unknown): {
  ask: (conversation: Conversation) => void;
  question: ReactNode;
} {
  const [asked, setAsked] = useState<Conversation>();
  const question = asked !== undefined && (
    <MuteQuestion title={titleOf(asked)} onMute={(how) => void mute(asked, how)} onClose={() => setAsked(undefined)} />
  );
  return { ask: setAsked, question };
}
