// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: what another program has shared, and the conversations that it can go to. Fetched when
// something is shared.
import { useCallback } from "react";

import { fileName } from "../view-models/file_name";
import { sizeText } from "../view-models/media_plan";
import { say } from "../view-models/say";
import { ShareViewModel } from "../view-models/share";
import { ConversationChoices } from "./conversation_choices";
import { Icon } from "./part_icons";
import { RowsPane } from "./rows_pane";
import { Spinner } from "./spinner";
import { useMade } from "./use_made";
import { useViewModel } from "./use_view_model";
import choices from "./people_choice.module.css";
import styles from "./share_pane.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";

interface SharePaneProps {
  /** The same function from one rendering to the next. */
  makeModel: (Model: typeof ShareViewModel) => ShareViewModel;
}

export function SharePane({ makeModel }: SharePaneProps) {
  const model = useMade(useCallback(() => makeModel(ShareViewModel), [makeModel]));
  return model === undefined ? null : <Shown model={model} />;
}

function Shown({ model }: { model: ShareViewModel }) {
  const { loaded, trouble, text, files, busy, error } = useViewModel(model);
  const { chosen } = useViewModel(model.choice);
  const nothing = loaded && text === "" && files.length === 0;
  return (
    <RowsPane title={say("share.title")} onBack={model.leave} takesFocus={nothing}>
      {!loaded && <Spinner label={say("share.fetching")} />}
      {trouble !== "" && (
        <p className={`${forms.panelWords} ${fields.error}`} role="alert">
          {trouble}
        </p>
      )}
      {loaded && !nothing && (
        <>
          {!model.sendsHere && <What model={model} />}
          <ConversationChoices choice={model.choice} busy={busy} none={say("share.none")} />
          <form
            className={choices.foot}
            aria-busy={busy}
            onSubmit={(event) => {
              event.preventDefault();
              void model.goOn();
            }}
          >
            {model.sendsHere && (
              <textarea
                className={`${fields.input} ${styles.text}`}
                aria-label={say("share.text")}
                rows={3}
                dir="auto"
                readOnly={busy}
                value={text}
                onChange={({ target }) => model.setText(target.value)}
              />
            )}
            {error !== "" && (
              <p className={fields.error} role="alert">
                {error}
              </p>
            )}
            <button
              type="submit"
              className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
              disabled={busy || chosen.length === 0}
            >
              {model.sendsHere
                ? say("share.send", { count: chosen.length })
                : say("share.next", { count: chosen.length })}
            </button>
          </form>
        </>
      )}
    </RowsPane>
  );
}

/** What was shared: whoever did not share anything sees here that something of somebody's came in. */
function What({ model }: { model: ShareViewModel }) {
  const { text, files } = useViewModel(model);
  const size = sizeText(files.reduce((sum, each) => sum + each.size, 0));
  const names = files.map(({ name }) => fileName(name)).join(", ");
  return (
    <div className={styles.what} data-part="shared">
      <Icon name={files.length > 0 ? "file" : "share"} />
      <span className={styles.words}>
        {files.length > 0 && <bdi dir="auto">{names}</bdi>}
        {files.length > 0 && <small>{say("share.files", { count: files.length, size })}</small>}
        {text !== "" && (
          <span className={styles.excerpt} dir="auto">
            {text}
          </span>
        )}
      </span>
    </div>
  );
}
