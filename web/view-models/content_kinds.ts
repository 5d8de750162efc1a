// SPDX-License-Identifier: AGPL-3.0-or-later

// The kinds of content that a message can have, and what is made of each: a notice among the messages, or a message in
// a bubble. Tables over these types (previews, components) miss no kind: the compiler says which one has no entry.
import type { Message } from "./core";

export type BodyKind = NonNullable<Message["body"]["case"]>;
export type BodyOf<Kind extends BodyKind> = Extract<Message["body"], { case: Kind }>["value"];

const NOTICES = ["identityChanged", "handleMoved", "groupEvent"] as const satisfies readonly BodyKind[];
/** Told by the app, not said by somebody. */
export type NoticeKind = (typeof NOTICES)[number];
export type ShownKind = Exclude<BodyKind, NoticeKind>;

export const isNotice = ({ body }: Message): boolean => NOTICES.some((kind) => kind === body.case);

/** In a bubble; what this version doesn't know is "unsupported". */
export const shownKind = ({ body }: Message): ShownKind =>
  body.case === undefined || NOTICES.some((kind) => kind === body.case) ? "unsupported" : (body.case as ShownKind);
