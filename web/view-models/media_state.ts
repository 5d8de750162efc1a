// SPDX-License-Identifier: AGPL-3.0-or-later

// What can be done with the file of a message, by where it is.
import { MediaState, Tick, type Media, type Message } from "./core";

export type Standing =
  /** It can be looked at. */
  | "here"
  /** On its way to the server, or here: it can be given up. */
  | "sending"
  | "fetching"
  /** It can be fetched. */
  | "there"
  | "gone"
  | "broken";

export function standingOf({ state }: Pick<Media, "state">, { tick }: Pick<Message, "tick">): Standing {
  switch (state) {
    case MediaState.kSending:
      return tick === Tick.kFailed ? "here" : "sending";
    case MediaState.kHere:
      return "here";
    case MediaState.kThere:
      return "there";
    case MediaState.kFetching:
      return "fetching";
    case MediaState.kBroken:
      return "broken";
    default:
      return "gone";
  }
}

/** What is sent is on this device already. */
export const isOnDevice = (standing: Standing): boolean => standing === "here" || standing === "sending";

/** It is not here, and can be. */
export const canCome = (standing: Standing): boolean => standing === "there" || standing === "fetching";

/** 0 to 1. */
export const doneOf = ({ done, size }: Pick<Media, "done" | "size">): number =>
  size === 0n ? 0 : Math.min(1, Number(done) / Number(size));
