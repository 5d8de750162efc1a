// SPDX-License-Identifier: AGPL-3.0-or-later

// The way into a group by its link: what it leads to, and whether one wants in.
//
//   link ──► asking ──► preview ──► joined: the conversation is open
//                          │  └───► asked: an admin has to let one in
//                          └──────► a member already: it is opened
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { FailureCode, hasCode, type Conversation, type Core, type GroupPreview } from "./core";
import { failureText } from "./failure_text";
import { say } from "./say";

export interface JoinSnapshot extends Acting {
  /** What is typed, or the page was opened with. */
  link: string;
  preview: GroupPreview | undefined;
  /** An admin has been asked. */
  asked: boolean;
}

const NOTHING = { ...AT_REST, link: "", preview: undefined, asked: false };

export class JoinViewModel extends ActingViewModel<JoinSnapshot> {
  /** Grows with each link: an answer about another one shows nothing. */
  private round = 0;

  constructor(
    private readonly core: Core,
    private readonly onJoined: (conversation: Conversation) => void,
    private readonly onOpen: (conversation: string) => void,
  ) {
    super(NOTHING);
  }

  readonly reset = (): void => {
    ++this.round;
    this.forgetSaid();
    this.update({ link: "", preview: undefined, asked: false });
  };

  readonly setLink = (link: string): void => {
    ++this.round;
    this.forgetSaid();
    this.update({ link, preview: undefined, asked: false });
  };

  /** Asks what a link leads to. */
  readonly look = async (link = this.snapshot().link): Promise<void> => {
    if (link.trim() === "") return void this.refuse(say("join.noLink"));
    this.setLink(link);
    const { round } = this;
    await this.act(async () => {
      const preview = await this.core.call("openGroupLink", { link: link.trim() });
      if (round === this.round) this.update({ preview });
    }, wordsFor);
  };

  readonly join = async (): Promise<void> => {
    const { link, preview, busy } = this.snapshot();
    if (preview === undefined || busy) return;
    if (preview.member) return this.onOpen(preview.conversation);
    const { round } = this;
    await this.act(async () => {
      const { conversation } = await this.core.call("joinGroup", { link: link.trim() });
      if (round !== this.round) return;
      if (conversation === undefined) this.update({ asked: true });
      else this.onJoined(conversation);
    }, wordsFor);
  };
}

/** Of a link the failures say more than elsewhere. */
function wordsFor(error: unknown): string {
  const words = failureText(error);
  if (hasCode(error, FailureCode.kInvalidArgument, FailureCode.kNoSuchGroup)) return say("join.noGroup");
  return hasCode(error, FailureCode.kLinkBroken) ? say("join.broken") : words;
}
