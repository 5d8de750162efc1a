// SPDX-License-Identifier: AGPL-3.0-or-later

// What is in a bubble: one component for each kind of content, by a table.
import { useContext, useMemo, useState, type ComponentType, type ReactNode } from "react";

import { MediaKind, mediaOf, textOf, Tick, type Media, type Message, type Person } from "../view-models/core";
import { shownKind, type ShownKind } from "../view-models/content_kinds";
import { isOnlyEmoji } from "../view-models/large_emoji";
import { mentionsOf } from "../view-models/mentions";
import { previewText } from "../view-models/preview_text";
import { foldedText } from "../view-models/rich_text";
import { say } from "../view-models/say";
import { Icon, type IconName } from "./icons";
import { frameStyle } from "./media_frame";
import { MissingPart, onDemand, type Missing } from "./on_demand";
import { OwnAccount } from "./own_account";
import type { FileActions } from "./picture";
import { RichText } from "./rich_text";
import styles from "./message_row.module.css";

/** What can be done with what is in a bubble. */
export interface MessageBodyActions extends FileActions {
  /** Shows it alone, as large as the screen. */
  viewMedia: (message: Message) => unknown;
}

export interface BodyProps {
  message: Message;
  /** However long it is, all of it is shown. */
  whole: boolean;
  /** The time, at the end of the last line: a float, so that it goes below when there is no room. */
  meta: ReactNode;
  /** Somebody who is named in it is wanted. */
  onPerson: (person: Person) => void;
  actions: MessageBodyActions;
}

/** Fetched when the first one is shown; the room that it takes is known before. */
const MediaBody = onDemand<BodyProps>(() => import("./media_body").then(({ MediaBody: body }) => body), {
  files: true,
  waiting: ({ message }) => <Waiting media={mediaOf(message)} />,
  missing: (missing) => <MissingFiles {...missing} />,
});

/** Fetched with the first link that has something to show. */
const LinkCard = onDemand(() => import("./link_card").then(({ LinkCard: card }) => card), {
  files: true,
  missing: () => null, // the link is in the text
});

/** In a bubble that is as wide as its pictures: there are none to say how wide. */
export function MissingFiles(missing: Missing) {
  return (
    <div className={styles.missing}>
      <MissingPart {...missing} />
    </div>
  );
}

function Waiting({ media }: { media: Media | undefined }) {
  const framed = media !== undefined && isPictured(media);
  return <div className={styles.waiting} style={framed ? frameStyle(media) : undefined} />;
}

const PICTURED: readonly MediaKind[] = [MediaKind.kPhoto, MediaKind.kVideo, MediaKind.kAnimation];
const isPictured = ({ kind, viewOnce }: Media): boolean => !viewOnce && PICTURED.includes(kind);

/** A picture is as wide as its bubble, but for a narrow edge. */
export const isWide = (message: Message): boolean => {
  const media = mediaOf(message);
  return media !== undefined && isPictured(media);
};

/** One to three emoji alone are large, and have no bubble. */
export const isBare = (message: Message): boolean =>
  message.quote === undefined &&
  message.tick !== Tick.kFailed &&
  (message.body.case === "text" ? isOnlyEmoji(textOf(message)) : mediaOf(message)?.kind === MediaKind.kSticker);

function TextBody(props: BodyProps) {
  const { message, meta } = props;
  if (isBare(message))
    return (
      <div className={styles.text}>
        <span className={styles.words} data-words>
          {textOf(message)}
        </span>
        {meta}
      </div>
    );
  return (
    <>
      {mayHaveCard(message) && <LinkCard message={message} />}
      <Written {...props} />
    </>
  );
}

/** Its sender says something of a link in it, or one may be of a video. */
const mayHaveCard = ({ body }: Message): boolean =>
  body.case === "text" && (body.value.preview !== undefined || /youtu/i.test(body.value.text));

/** The text of a message, or that under its file. */
export function Written({ message, whole, meta, onPerson }: Omit<BodyProps, "actions">) {
  const [unfolded, setUnfolded] = useState(false);
  const text = textOf(message);
  const mentions = useMemo(() => mentionsOf(message), [message]);
  const folded = useMemo(() => (unfolded || whole ? undefined : foldedText(text)), [text, unfolded, whole]);
  const codeGoesOn = folded !== undefined && text.includes("```", folded.length);
  return (
    <div className={styles.text} dir="auto">
      <div className={styles.words} data-words>
        <RichText text={folded ?? text} mentions={mentions} codeGoesOn={codeGoesOn} onPerson={onPerson} />
        {folded !== undefined && "…"}
      </div>
      {folded !== undefined && (
        <button type="button" className={styles.moreText} onClick={() => setUnfolded(true)}>
          {say("messageBody.readOn")}
        </button>
      )}
      {meta}
    </div>
  );
}

/** Words about a message that can't be shown. */
function Faint({ icon, meta, children }: { icon: IconName; meta: ReactNode; children: ReactNode }) {
  return (
    <div className={`${styles.text} ${styles.faint}`}>
      <Icon name={icon} />
      <span>{children}</span>
      {meta}
    </div>
  );
}

function UndecryptableBody({ meta }: BodyProps) {
  return (
    <Faint icon="hourglass" meta={meta}>
      {say("messageBody.undecryptable")}
    </Faint>
  );
}

function UnsupportedBody({ meta }: BodyProps) {
  return (
    <Faint icon="info" meta={meta}>
      {say("messageBody.unsupported")}
    </Faint>
  );
}

function DeletedBody({ message, meta }: BodyProps) {
  const self = useContext(OwnAccount);
  return (
    <Faint icon="block" meta={meta}>
      {previewText(message, self)}
    </Faint>
  );
}

const BODIES: Record<ShownKind, ComponentType<BodyProps>> = {
  text: TextBody,
  media: MediaBody,
  deleted: DeletedBody,
  undecryptable: UndecryptableBody,
  unsupported: UnsupportedBody,
};

export function MessageBody(props: BodyProps) {
  const Body = BODIES[shownKind(props.message)];
  return <Body {...props} />;
}
