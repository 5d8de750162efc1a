// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that somebody has chosen, before they are sent: each large, all in a row, what is written under them, and what
// is to be done to them first. Fetched when somebody attaches the first file.
import { useEffect, useRef, useState } from "react";

import type { Attached, AttachmentsViewModel } from "../view-models/attachments";
import type { ConversationViewModel } from "../view-models/conversation";
import { MediaKind, titleOf } from "../view-models/core";
import { extensionOf } from "../view-models/file_name";
import { refusalText, sizeText, type Plan } from "../view-models/media_plan";
import { durationText, kindName } from "../view-models/media_text";
import { numberText } from "../view-models/intl_text";
import { say } from "../view-models/say";
import { Writing } from "./writing";
import { FullDialog } from "./full_dialog";
import { Icon, type IconName } from "./part_icons";
import { MissingPopup, onDemand } from "./on_demand";
import { Once } from "./once_switch";
import { ProgressRing } from "./progress_ring";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import styles from "./attach_sheet.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import sheets from "./parts/sheet.module.css";

const CropSheet = onDemand(() => import("./crop_sheet").then(({ CropSheet: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});
const DrawSheet = onDemand(() => import("./draw_sheet").then(({ DrawSheet: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});
const TrimSheet = onDemand(() => import("./trim_sheet").then(({ TrimSheet: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

interface AttachSheetProps {
  model: AttachmentsViewModel;
  conversationModel: ConversationViewModel;
}

export function AttachSheet({ model, conversationModel }: AttachSheetProps) {
  const { items, shown, once, error } = useViewModel(model);
  const { conversation } = useViewModel(conversationModel);
  const field = useRef<HTMLTextAreaElement>(null);
  const title = model.titleOf(titleOf(conversation));
  const item = items.find(({ id }) => id === shown);
  const pictured = items.some(({ plan }) => plan?.kind === MediaKind.kPhoto);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, []);
  return (
    <FullDialog
      label={say("attach.sendTo", { title })}
      className={`${sheets.sheet} ${styles.sheet}`}
      part="attach"
      onClose={conversationModel.stopAttaching}
    >
      <header className={styles.head}>
        <button
          type="button"
          className={buttons.iconButton}
          aria-label={say("common.cancel")}
          title={say("common.cancel")}
          onClick={conversationModel.stopAttaching}
        >
          <Icon name="close" />
        </button>
        <h2 dir="auto">{say("attach.sendTo", { title })}</h2>
        {model.mayBeOnce && <Once on={once} onChange={model.setOnce} />}
        {pictured && <High model={model} />}
      </header>
      <Large item={item} model={model} />
      <Strip model={model} onAdd={(files) => void conversationModel.attach(files)} />
      {error !== "" && (
        <p className={`${fields.error} ${styles.error}`} role="alert">
          {error}
        </p>
      )}
      <form
        className={styles.writing}
        onSubmit={(event) => {
          event.preventDefault();
          model.send();
        }}
      >
        <Writing
          model={conversationModel}
          field={field}
          label={say("attach.caption")}
          placeholder={say("attach.caption")}
          onEnter={model.send}
        />
        <button
          type="submit"
          className={styles.send}
          disabled={!model.isReady}
          aria-label={say("attach.send", { count: items.length })}
          title={say("composer.send")}
        >
          <Icon name="send" />
          {items.length > 1 && <span className={styles.count}>{numberText(items.length)}</span>}
        </button>
      </form>
    </FullDialog>
  );
}

function High({ model }: { model: AttachmentsViewModel }) {
  const { high } = useViewModel(model);
  return (
    <button
      type="button"
      role="switch"
      aria-checked={high}
      className={`${styles.high} ${high ? styles.on : ""}`}
      aria-label={say("attach.high")}
      title={say("attach.highHint")}
      onClick={() => model.setHigh(!high)}
    >
      {say("attach.hd")}
    </button>
  );
}

/** The one that is shown, and what can be done with it. */
function Large({ item, model }: { item: Attached | undefined; model: AttachmentsViewModel }) {
  const [editing, setEditing] = useState(false);
  const [drawing, setDrawing] = useState(false);
  if (item === undefined) return <div className={styles.large} />;
  const { id, looked, plan, edits, asFile } = item;
  const isPhoto = plan?.kind === MediaKind.kPhoto && plan.refusal === undefined;
  const isVideo = plan?.kind === MediaKind.kVideo && looked?.video !== undefined && looked.trouble === "";
  const turn = () => void model.edit(id, { ...edits, turn: (edits.turn + 90) % 360, cut: undefined });
  const stopEditing = () => setEditing(false);
  return (
    <div className={styles.large}>
      <div className={styles.stage}>
        <Shown item={item} />
        {isVideo && <Progress item={item} onCancel={() => model.stopVideo(id)} />}
      </div>
      {plan?.refusal !== undefined && <Refused plan={plan} model={model} id={id} onTrim={() => setEditing(true)} />}
      <div className={styles.tools}>
        {isPhoto && (
          <>
            <Tool icon="turn" label={say("attach.turn")} onClick={turn} />
            <Tool icon="crop" label={say("attach.crop")} onClick={() => setEditing(true)} />
            <Tool icon="edit" label={say("attach.draw")} onClick={() => setDrawing(true)} />
          </>
        )}
        {isVideo && <Tool icon="trim" label={say("attach.trim")} onClick={() => setEditing(true)} />}
        {isVideo && <Becomes item={item} />}
        {model.mayBeFile(item) && (
          <label className={styles.asFile}>
            <input type="checkbox" checked={asFile} onChange={() => model.setAsFile(id, !asFile)} />
            {say("attach.asFile")}
          </label>
        )}
      </div>
      {editing && isPhoto && <CropSheet item={item} model={model} onClose={stopEditing} />}
      {drawing && isPhoto && <DrawSheet item={item} model={model} onClose={() => setDrawing(false)} />}
      {editing && isVideo && <TrimSheet item={item} model={model} onClose={stopEditing} />}
    </div>
  );
}

interface RefusedProps {
  plan: Plan;
  model: AttachmentsViewModel;
  id: string;
  onTrim: () => void;
}

/** Why it can't go, and what would help. */
function Refused({ plan, model, id, onTrim }: RefusedProps) {
  const { refusal, asFileHelps, trimHelps, smallerHelps } = plan;
  if (refusal === undefined) return null;
  const help = (label: string, onClick: () => void) => (
    <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onClick}>
      {label}
    </button>
  );
  return (
    <div className={styles.refused}>
      <p className={fields.error} role="alert">
        {refusalText(refusal, asFileHelps)}
      </p>
      {trimHelps && help(say("attach.trim"), onTrim)}
      {smallerHelps && help(say("attach.smaller"), () => model.editVideo(id, { smaller: true }))}
      {refusal.why === "stopped" && help(say("attach.again"), () => model.makeVideoAgain(id))}
    </div>
  );
}

/** Of a video that is being made ready. */
function Progress({ item: { plan, work }, onCancel }: { item: Attached; onCancel: () => void }) {
  if (plan?.refusal !== undefined || work.made !== undefined) return null;
  const percent = Math.floor(100 * work.done);
  return (
    <div className={styles.making} data-part="making">
      <ProgressRing done={work.done} label={say("attach.making")} onCancel={onCancel} />
      <span role="progressbar" aria-label={say("attach.making")} aria-valuenow={percent}>
        {say("attach.makingOf", { percent })}
      </span>
    </div>
  );
}

/** How long and how large a video is that goes. */
function Becomes({ item: { plan, work } }: { item: Attached }) {
  if (work.made === undefined || plan?.refusal !== undefined) return null;
  const { durationMs, file } = work.made;
  return (
    <small className={styles.becomes} data-part="becomes">
      {say("voice.lengthAndSize", { length: durationText(durationMs), size: sizeText(file.size) })}
    </small>
  );
}

function Tool({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" className={buttons.iconButton} aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function Shown({ item }: { item: Attached }) {
  const { looked, plan, preview, name, size } = item;
  if (looked === undefined || plan === undefined) return <Spinner label={say("attach.looking", { name })} />;
  const asPicture = plan.kind !== MediaKind.kDocument && preview !== "";
  if (asPicture && looked.kind === "video")
    return <video className={styles.preview} src={preview} aria-label={name} controls playsInline />;
  if (asPicture) return <img className={styles.preview} src={preview} alt={say("attach.preview", { name })} />;
  const length = looked.durationMs === 0 ? "" : durationText(looked.durationMs);
  return (
    <div className={styles.document}>
      {looked.kind === "other" && preview !== "" ? (
        <img className={styles.page} src={preview} alt={say("attach.preview", { name })} />
      ) : (
        <span className={styles.type} aria-hidden="true">
          {extensionOf(name) === "" ? <Icon name="file" /> : extensionOf(name).slice(1, 6).toUpperCase()}
        </span>
      )}
      <bdi className={styles.name} dir="auto">
        {name}
      </bdi>
      <small>{length === "" ? sizeText(size) : say("voice.lengthAndSize", { length, size: sizeText(size) })}</small>
    </div>
  );
}

function Strip({ model, onAdd }: { model: AttachmentsViewModel; onAdd: (files: File[]) => void }) {
  const { items, shown } = useViewModel(model);
  const input = useRef<HTMLInputElement>(null);
  return (
    <ul className={styles.strip} aria-label={say("attach.files", { count: items.length })}>
      {items.map((item) => (
        <li key={item.id} className={`${styles.item} ${item.id === shown ? styles.chosen : ""}`}>
          <button
            type="button"
            className={`${styles.thumb} ${item.plan?.refusal === undefined ? "" : styles.unfit}`}
            aria-label={item.name === "" ? kindName({ kind: item.plan?.kind ?? MediaKind.kDocument }) : item.name}
            aria-current={item.id === shown}
            onClick={() => model.show(item.id)}
          >
            <Thumb item={item} />
          </button>
          <button
            type="button"
            className={styles.remove}
            aria-label={say("attach.remove", { name: item.name })}
            title={say("attach.remove", { name: item.name })}
            onClick={() => model.remove(item.id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li className={styles.item}>
        <button
          type="button"
          className={`${styles.thumb} ${styles.add}`}
          aria-label={say("attach.more")}
          title={say("attach.more")}
          onClick={() => input.current?.click()}
        >
          <Icon name="plus" />
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          data-choose="more"
          onChange={({ target }) => {
            onAdd([...(target.files ?? [])]);
            target.value = "";
          }}
        />
      </li>
    </ul>
  );
}

function Thumb({ item: { looked, plan, preview } }: { item: Attached }) {
  if (looked === undefined) return <Spinner />;
  if (plan?.refusal !== undefined) return <Icon name="info" />;
  if (preview !== "" && looked.kind !== "video") return <img src={preview} alt="" />;
  return <Icon name={looked.kind === "video" ? "video" : looked.kind === "audio" ? "music" : "file"} />;
}
