// SPDX-License-Identifier: AGPL-3.0-or-later

// What the notices among the messages say.
import type { NoticeKind } from "../view-models/content_kinds";
import type { Message } from "../view-models/core";
import { groupEventText } from "../view-models/group_text";
import { say, type TextId } from "../view-models/say";

const NOTICES: Record<Exclude<NoticeKind, "groupEvent">, TextId> = {
  identityChanged: "identity.changed",
  handleMoved: "identity.handleMoved",
};

/** `title`: of the partner; `self`: one's own account. */
export const noticeText = (message: Message, title: string, self: string): string =>
  message.body.case === "groupEvent"
    ? groupEventText(message, self)
    : say(NOTICES[message.body.case as keyof typeof NOTICES], { title });
