// SPDX-License-Identifier: AGPL-3.0-or-later

// Over the whole page: a photo or a video of the conversation, and the way to the others. Fetched when somebody first
// looks at one.
import { useCallback, useEffect, useState, type KeyboardEvent } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { MediaKind, mediaOf, textOf, type Message } from "../view-models/core";
import { canPlay } from "../view-models/media_port";
import { isOnDevice, standingOf } from "../view-models/media_state";
import { say } from "../view-models/say";
import { fullTimeText, millis } from "../view-models/time_text";
import { ViewerViewModel } from "../view-models/viewer";
import { aheadOf } from "./arrow_keys";
import { Avatar } from "./avatar";
import { FullDialog } from "./full_dialog";
import { IconButton } from "./icon_button";
import { Icon, type IconName } from "./part_icons";
import { altOf, VideoSign } from "./media_body";
import { useMediaTools } from "./media_context";
import { Picture, type FileActions } from "./picture";
import { RichText } from "./rich_text";
import { PlayingVideo } from "./video_body";
import { useMade } from "./use_made";
import { isMedia, NARROW } from "./use_media";
import { usePicture } from "./use_picture";
import { useViewModel } from "./use_view_model";
import { WHOLE, Zoomable, zoomed, type View } from "./zoomable";
import styles from "./viewer.module.css";
import buttons from "./parts/button.module.css";

export interface ViewerActions {
  closeViewer: () => void;
  saveMedia: (message: Message) => unknown;
  shareMedia: (message: Message) => unknown;
  goToMessage: (message: Message) => unknown;
  closeDetails: () => void;
}

interface ViewerProps {
  model: ViewerViewModel;
  actions: ViewerActions;
}

const KEY_ZOOM = 1.5;

interface ViewerPartProps {
  model: ConversationViewModel;
  /** The id of the message whose picture is shown first. */
  openedAt: string;
  actions: ViewerActions;
}

export function Viewer({ model, openedAt, actions }: ViewerPartProps) {
  const { closeViewer } = actions;
  const viewer = useMade(
    useCallback(() => model.part(ViewerViewModel, openedAt, closeViewer), [model, openedAt, closeViewer]),
  );
  useEffect(() => void viewer?.load(), [viewer]);
  return viewer !== undefined && <Pictures model={viewer} actions={actions} />;
}

function Pictures({ model, actions }: ViewerProps) {
  const { message, previous, next } = useViewModel(model);
  const [view, setView] = useState<{ of: string; view: View }>({ of: "", view: WHOLE });
  const id = message?.id ?? "";
  const shown = view.of === id ? view.view : WHOLE;
  const look = (to: View) => setView({ of: id, view: to });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLVideoElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const ahead = aheadOf(event.currentTarget);
    const acts: Partial<Record<string, () => void>> = {
      ArrowRight: () => model.step(ahead),
      ArrowLeft: () => model.step(ahead === 1 ? -1 : 1),
      "+": () => look(zoomed(shown, KEY_ZOOM, 0, 0)),
      "=": () => look(zoomed(shown, KEY_ZOOM, 0, 0)),
      "-": () => look(zoomed(shown, 1 / KEY_ZOOM, 0, 0)),
      "0": () => look(WHOLE),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <FullDialog label={say("viewer.label")} className={styles.viewer} part="viewer" onClose={actions.closeViewer}>
      <div className={styles.all} onKeyDown={onKeyDown}>
        <Head model={model} actions={actions} />
        <div className={styles.stage}>
          {message !== undefined && (
            <Shown
              key={id}
              message={message}
              view={shown}
              onView={look}
              actions={actions}
              fetching={model}
              onSwipe={model.step}
            />
          )}
          <Step icon="back" label={say("viewer.previous")} to={previous} onClick={() => model.step(-1)} />
          <Step icon="go" label={say("viewer.next")} to={next} onClick={() => model.step(1)} />
        </div>
        {message !== undefined && textOf(message) !== "" && (
          <div className={styles.caption} dir="auto">
            <RichText text={textOf(message)} />
          </div>
        )}
        {[previous, next].map((each) => each !== undefined && <Ready key={each.id} message={each} />)}
      </div>
    </FullDialog>
  );
}

function Head({ model, actions }: ViewerProps) {
  const { message, place, count } = useViewModel(model);
  const { media } = useMediaTools();
  const own = message === undefined ? undefined : mediaOf(message);
  const here = message !== undefined && own !== undefined && isOnDevice(standingOf(own, message));
  const name = message?.outgoing === true ? say("common.you") : (message?.sender?.name ?? "");
  const time = message === undefined ? "" : fullTimeText(millis(message.orderUs));
  return (
    <header className={styles.head}>
      <Tool icon="back" label={say("common.close")} onClick={actions.closeViewer} />
      <Avatar id={message?.sender?.accountId ?? ""} title={message?.sender?.name ?? ""} size="small" />
      <span className={styles.who}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.time} aria-live="polite">
          {place === 0 ? time : say("viewer.timeAndPlace", { time, place, count })}
        </span>
      </span>
      {message !== undefined && (
        <>
          <Tool icon="chats" label={say("viewer.goTo")} onClick={() => goTo(message, actions)} />
          {here && media.handing.canShare && (
            <Tool icon="share" label={say("viewer.share")} onClick={() => void actions.shareMedia(message)} />
          )}
          {here && <Tool icon="download" label={say("media.save")} onClick={() => void actions.saveMedia(message)} />}
        </>
      )}
    </header>
  );
}

function goTo(message: Message, actions: ViewerActions): void {
  if (isMedia(NARROW)) actions.closeDetails(); // the messages are below
  void actions.goToMessage(message);
}

function Tool({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <IconButton className={styles.tool} label={label} onClick={onClick}>
      <Icon name={icon} />
    </IconButton>
  );
}

interface StepProps {
  icon: "back" | "go";
  label: string;
  to: Message | undefined;
  onClick: () => void;
}

function Step({ icon, label, to, onClick }: StepProps) {
  if (to === undefined) return null;
  const isBack = icon === "back";
  return (
    <button
      type="button"
      className={`${buttons.iconButton} ${styles.step} ${isBack ? styles.previous : styles.next}`}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

interface ShownProps {
  message: Message;
  view: View;
  onView: (view: View) => void;
  actions: ViewerActions;
  fetching: Pick<ViewerViewModel, "fetch" | "cancel">;
  onSwipe: (step: 1 | -1) => void;
}

function Shown({ message, view, onView, actions, fetching, onSwipe }: ShownProps) {
  const { media: port } = useMediaTools();
  const [wanted, setWanted] = useState(false);
  const media = mediaOf(message);
  if (media === undefined) return null;
  const standing = standingOf(media, message);
  const early = media.kind === MediaKind.kVideo && canPlay(port.files, standing) && !isOnDevice(standing);
  if (media.kind === MediaKind.kVideo && (isOnDevice(standing) || (early && wanted)))
    return (
      <div className={styles.picture}>
        <PlayingVideo
          message={message}
          media={media}
          label={altOf(message, media)}
          onSave={() => void actions.saveMedia(message)}
          onCancel={() => {
            setWanted(false);
            void fetching.cancel(message);
          }}
        />
      </div>
    );
  const files: FileActions = {
    fetchMedia: fetching.fetch,
    cancelMedia: fetching.cancel,
    saveMedia: actions.saveMedia,
  };
  return (
    <Zoomable view={view} onView={onView} onSwipe={onSwipe} onDown={actions.closeViewer}>
      <div className={styles.picture} data-scale={view.scale}>
        <Picture
          whole
          message={message}
          media={media}
          actions={files}
          alt={altOf(message, media)}
          early={early}
          onOpen={early ? () => setWanted(true) : undefined}
        >
          {early && <VideoSign />}
        </Picture>
      </div>
    </Zoomable>
  );
}

/** The one beside is unpacked before somebody goes there. */
function Ready({ message }: { message: Message }) {
  const media = mediaOf(message);
  usePicture(
    message.id,
    media !== undefined && media.kind !== MediaKind.kVideo && isOnDevice(standingOf(media, message)),
  );
  return null;
}
