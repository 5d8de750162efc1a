// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type ReactNode } from "react";

import type { Conversation } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import { MissingPopup, onDemand } from "./on_demand";

const ListsDialog = onDemand(() => import("./lists_dialog").then(({ default: dialog }) => dialog), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** Asks in which lists a conversation is to be: `ask` for it, and what is in the page meanwhile. */
export function useListing(withCore: WithCore): { ask: (conversation: Conversation) => void; question: ReactNode } {
  const [asked, setAsked] = useState<Conversation>();
  const question = asked !== undefined && (
    <ListsDialog key={asked.id} conversation={asked} withCore={withCore} onClose={() => setAsked(undefined)} />
  );
  return { ask: setAsked, question };
}
