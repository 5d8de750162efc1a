// SPDX-License-Identifier: AGPL-3.0-or-later

// In the details of a conversation: its photos and videos, its documents, its recordings. Fetched when somebody wants
// to see them.
import { memo, useCallback, useEffect, useMemo, useRef, type KeyboardEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { MediaKind, mediaOf, type Message } from "../view-models/core";
import { GALLERY_TABS, MediaGalleryViewModel, type GalleryTab } from "../view-models/media_gallery";
import { say, type TextId } from "../view-models/say";
import { monthText, millis } from "../view-models/time_text";
import { DocumentBody } from "./document_body";
import { altOf, VideoLength, VideoSign } from "./media_body";
import type { MessageBodyActions } from "./message_body";
import { More } from "./more";
import { Picture } from "./picture";
import { aheadOf } from "./arrow_keys";
import { useLocale } from "./use_locale";
import { useMade } from "./use_made";
import { isMedia, NARROW } from "./use_media";
import { useViewModel } from "./use_view_model";
import { VoiceBody } from "./voice_body";
import styles from "./media_gallery.module.css";
import fields from "./parts/field.module.css";
import panes from "./parts/pane.module.css";

export interface GalleryActions {
  viewMedia: (message: Message) => unknown;
  saveMedia: (message: Message) => unknown;
  jumpTo: (message: string) => unknown;
  closeDetails: () => void;
}

const TABS: Record<GalleryTab, TextId> = {
  pictures: "gallery.pictures",
  documents: "gallery.documents",
  recordings: "gallery.recordings",
};

interface MediaGalleryProps {
  model: ConversationViewModel;
  actions: GalleryActions;
}

export function MediaGallery({ model, actions }: MediaGalleryProps) {
  const gallery = useMade(useCallback(() => model.part(MediaGalleryViewModel), [model]));
  useEffect(() => void gallery?.readMore(), [gallery]);
  if (gallery === undefined) return <div className={panes.body} />;
  return <Gallery gallery={gallery} actions={actions} />;
}

function Gallery({ gallery, actions }: { gallery: MediaGalleryViewModel; actions: GalleryActions }) {
  const { tab, messages, loaded, more, error } = useViewModel(gallery);
  const onKeyDown = (event: KeyboardEvent) => {
    const ahead = aheadOf(event.currentTarget);
    const step = { ArrowRight: ahead, ArrowLeft: -ahead }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = GALLERY_TABS.indexOf(tab) + step;
    gallery.show(GALLERY_TABS[(at + GALLERY_TABS.length) % GALLERY_TABS.length] as GalleryTab);
  };
  const inGrid = tab === "pictures";
  const { closeDetails, jumpTo, saveMedia, viewMedia } = actions;
  const ofOne = useMemo<OneActions>(
    () => ({
      fetchMedia: gallery.fetch,
      cancelMedia: gallery.cancel,
      saveMedia,
      viewMedia,
      jumpTo: (id) => {
        if (isMedia(NARROW)) closeDetails(); // the messages are below
        void jumpTo(id);
      },
    }),
    [gallery, closeDetails, jumpTo, saveMedia, viewMedia],
  );
  return (
    <div className={`${panes.body} ${styles.gallery}`}>
      <div className={styles.tabs} role="tablist" aria-label={say("gallery.title")} onKeyDown={onKeyDown}>
        {GALLERY_TABS.map((each) => (
          <Tab key={each} tab={each} chosen={each === tab} onChoose={() => gallery.show(each)} />
        ))}
      </div>
      <div role="tabpanel" id="gallery-panel" aria-labelledby={`gallery-tab-${tab}`} tabIndex={-1}>
        {error !== "" && (
          <p className={`${fields.error} ${styles.words}`} role="alert">
            {error}
          </p>
        )}
        {loaded && messages.length === 0 && error === "" && <p className={styles.words}>{say("gallery.nothing")}</p>}
        {monthsOf(messages).map(({ name, of }) => (
          <section key={name} className={styles.month}>
            <h3>{name}</h3>
            <ul className={inGrid ? styles.pictures : styles.rows}>
              {of.map((message) => (
                <li key={message.id}>
                  <One message={message} tab={tab} actions={ofOne} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {(!loaded || more) && (
          <More key={messages.length} label={say("gallery.loading")} onSeen={() => void gallery.readMore()} />
        )}
      </div>
    </div>
  );
}

function Tab({ tab, chosen, onChoose }: { tab: GalleryTab; chosen: boolean; onChoose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(chosen);
  useEffect(() => {
    if (chosen && !was.current) button.current?.focus();
    was.current = chosen;
  }, [chosen]);
  return (
    <button
      ref={button}
      type="button"
      role="tab"
      id={`gallery-tab-${tab}`}
      aria-selected={chosen}
      aria-controls="gallery-panel"
      tabIndex={chosen ? 0 : -1}
      className={chosen ? styles.chosen : undefined}
      onClick={onChoose}
    >
      {say(TABS[tab])}
    </button>
  );
}

function monthsOf(messages: readonly Message[]): { name: string; of: Message[] }[] {
  const months: { name: string; of: Message[] }[] = [];
  for (const message of messages) {
    const name = monthText(millis(message.orderUs));
    if (months.at(-1)?.name !== name) months.push({ name, of: [] });
    months.at(-1)?.of.push(message);
  }
  return months;
}

interface OneActions extends MessageBodyActions {
  jumpTo: (message: string) => void;
}

interface OneProps {
  message: Message;
  tab: GalleryTab;
  /** The same object from one rendering to the next: only what has changed is rendered again. */
  actions: OneActions;
}

const One = memo(function One({ message, tab, actions }: OneProps) {
  useLocale();
  const media = mediaOf(message);
  if (media === undefined) return null;
  if (tab === "pictures")
    return (
      <Picture
        small
        message={message}
        media={media}
        actions={actions}
        alt={altOf(message, media)}
        onOpen={() => void actions.viewMedia(message)}
      >
        {media.kind === MediaKind.kVideo && (
          <>
            <VideoSign small />
            <VideoLength media={media} />
          </>
        )}
      </Picture>
    );
  const Body = tab === "documents" ? DocumentBody : VoiceBody;
  return (
    <div className={styles.row}>
      <Body message={message} media={media} meta={null} whole actions={actions} onPerson={() => undefined} />
      <button type="button" className={styles.goTo} onClick={() => actions.jumpTo(message.id)}>
        {say("viewer.goTo")}
      </button>
    </div>
  );
});
