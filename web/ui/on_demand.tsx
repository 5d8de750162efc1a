// SPDX-License-Identifier: AGPL-3.0-or-later

// Parts of the page whose code, and words, are fetched when they are first shown. One that can't be fetched says so in
// its place, and why: without a connection it can be tried again; when the server has another version of the app by
// now, without this part of the old one, the page begins anew with that.
//
//   shown ──► fetching ──► there
//                │  ▲
//                ▼  │ "Try again"; when that fails though the server is there, the page begins anew
//             missing ──► does the server have another version? ──► the page begins anew
import {
  createContext,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type ComponentType,
  type ReactNode,
} from "react";

import { learnPartTexts } from "../view-models/language";
import { say } from "../view-models/say";
import { Confirm } from "./dialog";
import { MediaContext } from "./media_context";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import groups from "./parts/group.module.css";

export interface Version {
  /** Whether the server has another version of the app than the page is of. */
  isNew: () => Promise<boolean>;
  reload: () => void;
  /** The same, but not over and over: false when it was done just now. */
  reloadOnce: () => boolean;
}

/** The page's version: a page that knows nothing of it has what the server has. */
export const VersionContext = createContext<Version>({
  isNew: () => Promise.resolve(false),
  reload: () => undefined,
  reloadOnce: () => false,
});

/** What to say and to offer in the place of a part that is missing. */
export interface Missing {
  words: string;
  /** What the button says. */
  answer: string;
  onAnswer: () => void;
}

interface Views<Props> {
  /** Until it is there. */
  waiting?: (props: Props) => ReactNode;
  missing?: (missing: Missing, props: Props) => ReactNode;
  /** It shows files, or does something with them: what it needs for that is fetched with it. */
  files?: boolean;
}

/** Why it is not there. */
type Trouble = "load" | "newer";

/** Makes a component that fetches its code: `fetch` is called when it is first shown, and again after a failure. */
export function onDemand<Props extends object>(
  fetch: () => Promise<ComponentType<Props>>,
  { waiting = () => null, missing = (what) => <MissingPart {...what} />, files = false }: Views<Props> = {},
): ComponentType<Props> {
  let fetched: ComponentType<Props> | undefined;
  return function OnDemand(props: Props) {
    const version = useContext(VersionContext);
    const { tools, fetchTools } = useContext(MediaContext);
    const [part, setPart] = useState(() => fetched);
    const Part = files && tools === undefined ? undefined : part;
    const [trouble, setTrouble] = useState<Trouble>();
    const shown = useRef(false);
    const load = async (again = false) => {
      setTrouble(undefined);
      try {
        [fetched] = await Promise.all([fetch(), learnPartTexts(), files ? fetchTools() : undefined]);
        if (shown.current) setPart(() => fetched);
      } catch (error) {
        if (!shown.current) return;
        console.debug(`kith: a part of the page is missing: ${String(error)}`);
        setTrouble("load");
        const isNew = await version.isNew().catch(() => undefined);
        if (isNew === true) {
          setTrouble("newer");
          version.reloadOnce();
        } else if (isNew === false && again) {
          version.reload(); // the server is there, but a browser does not fetch twice what it could not
        }
      }
    };
    const onShown = useEffectEvent(() => {
      if (Part === undefined) void load();
    });
    useEffect(() => {
      shown.current = true;
      onShown();
      return () => void (shown.current = false);
    }, []);
    if (Part !== undefined) return <Part {...props} />;
    if (trouble === undefined) return waiting(props);
    const said: Missing =
      trouble === "newer"
        ? { words: say("onDemand.newer"), answer: say("onDemand.reload"), onAnswer: version.reload }
        : { words: say("unavailable.load"), answer: say("screens.tryAgain"), onAnswer: () => void load(true) };
    return missing(said, props);
  };
}

/** In the place of the part. */
export function MissingPart({ words, answer, onAnswer }: Missing) {
  return (
    <div className={groups.group} role="alert">
      <p className={fields.error}>{words}</p>
      <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onAnswer}>
        {answer}
      </button>
    </div>
  );
}

/** For a part that has no place in the page, as a menu. */
export function MissingPopup({ words, answer, onAnswer, onClose }: Missing & { onClose: () => void }) {
  return (
    <Confirm title={say("onDemand.title")} confirm={answer} onCancel={onClose} onConfirm={onAnswer}>
      {words}
    </Confirm>
  );
}
