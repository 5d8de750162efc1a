// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState, type ReactNode } from "react";

import { failureText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { Dialog } from "./dialog";
import { Spinner } from "./spinner";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";

interface AskedDialogProps<T> {
  title: string;
  /** While it is asked for. */
  loading: string;
  /** Once, when it opens. Rejects with a failure, which is shown. */
  ask: () => Promise<T>;
  /** Called with undefined until there is something. */
  children: (asked: T | undefined) => ReactNode;
  onClose: () => void;
}

/** Shows what it asks for when it is opened, as of then. */
export function AskedDialog<T>({ title, loading, ask, children, onClose }: AskedDialogProps<T>) {
  const [once] = useState(() => ask);
  const [asked, setAsked] = useState<T>();
  const [error, setError] = useState("");
  useEffect(() => {
    let shown = true;
    once().then(
      (answer) => shown && setAsked(answer),
      (failure: unknown) => shown && setError(failureText(failure)),
    );
    return () => void (shown = false);
  }, [once]);
  const close = (
    <button type="button" className={buttons.button} autoFocus onClick={onClose}>
      {say("common.close")}
    </button>
  );
  return (
    <Dialog title={title} answers={close} onCancel={onClose}>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
      {asked === undefined && error === "" && <Spinner label={loading} />}
      {children(asked)}
    </Dialog>
  );
}
