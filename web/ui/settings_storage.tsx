// SPDX-License-Identifier: AGPL-3.0-or-later

// The page of the settings about files on this device: what comes by itself, how much is kept, and what takes room.
import { useEffect, useState } from "react";

import type { AutoFetch, StorageUse } from "../view-models/core";
import { sizeText } from "../view-models/media_plan";
import { say, type TextId } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { Confirm } from "./dialog";
import { onDemand } from "./on_demand";
import { hintOf, Option, Switch } from "./switch";
import { useViewModel } from "./use_view_model";
import styles from "./settings_storage.module.css";
import buttons from "./parts/button.module.css";
import groups from "./parts/group.module.css";
import words from "./parts/words.module.css";

const Select = onDemand(() => import("./select").then(({ default: select }) => select));

type Fetched = "photos" | "voice" | "videos" | "documents";
const FETCHED: readonly { of: Fetched; label: TextId; hint: TextId }[] = [
  { of: "photos", label: "storage.photos", hint: "storage.photosHint" },
  { of: "voice", label: "storage.voice", hint: "storage.voiceHint" },
  { of: "videos", label: "storage.videos", hint: "storage.videosHint" },
  { of: "documents", label: "storage.documents", hint: "storage.documentsHint" },
];
const KEPT = [256, 512, 1000, 2000, 5000, 10_000].map((megabytes) => BigInt(megabytes) * 1_000_000n);

export function StoragePage({ model }: { model: SettingsViewModel }) {
  const { settings, storage } = useViewModel(model);
  useEffect(() => void model.loadStorage(), [model]);
  const auto = settings?.autoFetch;
  return (
    <>
      {settings !== undefined && (
        <>
          <section className={groups.group}>
            <h3>{say("storage.fetched")}</h3>
            {FETCHED.map(({ of, label, hint }) => (
              <Switch
                key={of}
                id={`fetch-${of}`}
                label={say(label)}
                hint={say(hint)}
                on={auto?.[of] === true}
                onChange={(on) => model.setAutoFetch({ ...fetchedOf(auto), [of]: on })}
              />
            ))}
          </section>
          <section className={groups.group}>
            <h3>{say("storage.kept")}</h3>
            <Kept value={settings.keptFilesMax} onChange={(most) => void model.setKeptFilesMax(most)} />
          </section>
        </>
      )}
      <section className={groups.group}>
        <h3>{say("storage.use")}</h3>
        <p className={groups.explain} role="status">
          {storage === undefined ? "…" : say("storage.all", { size: sizeText(Number(storage.bytes)) })}
        </p>
        <ul className={styles.uses}>
          {storage?.conversations.map((use) => (
            <li key={use.conversation}>
              <Use use={use} onRemove={() => void model.removeFiles(use.conversation)} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

const fetchedOf = (auto: AutoFetch | undefined): Record<Fetched, boolean> => ({
  photos: auto?.photos === true,
  voice: auto?.voice === true,
  videos: auto?.videos === true,
  documents: auto?.documents === true,
});

function Kept({ value, onChange }: { value: bigint; onChange: (most: bigint) => void }) {
  const sizes = KEPT.includes(value) ? KEPT : [...KEPT, value].sort((a, b) => (a < b ? -1 : 1));
  return (
    <Option id="kept-label" label={say("storage.keptMost")} hint={say("storage.keptHint")}>
      <Select
        labelledBy="kept-label"
        describedBy={hintOf("kept-label")}
        value={String(value)}
        options={sizes.map((size) => ({ value: String(size), label: sizeText(Number(size)) }))}
        onChange={(size) => onChange(BigInt(size))}
      />
    </Option>
  );
}

function Use({ use, onRemove }: { use: StorageUse; onRemove: () => void }) {
  const [asking, setAsking] = useState(false);
  const { title, bytes, files } = use;
  const size = sizeText(Number(bytes));
  return (
    <div className={styles.use}>
      <span className={words.words}>
        <bdi>{title}</bdi>
        <small>{say("storage.filesAndSize", { count: files, size })}</small>
      </span>
      <button
        type="button"
        className={`${buttons.button} ${buttons.small}`}
        aria-label={say("storage.freeOf", { title })}
        onClick={() => setAsking(true)}
      >
        {say("storage.free")}
      </button>
      {asking && (
        <Confirm
          danger
          title={say("storage.freeQuestion", { title })}
          confirm={say("storage.free")}
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            onRemove();
          }}
        >
          {say("storage.freeHint")}
        </Confirm>
      )}
    </div>
  );
}
