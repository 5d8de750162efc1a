// SPDX-License-Identifier: AGPL-3.0-or-later

// Above the field: what may be meant by what is typed. The field keeps the focus, and its keys choose.
import { useEffect, useRef, type ReactNode } from "react";

import type { CompletionViewModel } from "../view-models/completion";
import { COMPLETION_LIST_ID, completionId } from "./writing";
import { useViewModel } from "./use_view_model";
import styles from "./completion_list.module.css";

interface CompletionListProps<Item> {
  model: CompletionViewModel<Item>;
  label: string;
  keyOf: (item: Item) => string;
  onChoose: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

export function CompletionList<Item>({ model, label, keyOf, onChoose, children }: CompletionListProps<Item>) {
  const { found, active } = useViewModel(model);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Nothing is given back: a browser may answer with a promise, which is no end of an effect.
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul ref={list} id={COMPLETION_LIST_ID} className={styles.list} role="listbox" aria-label={label}>
      {found.map((item, at) => (
        <li
          key={keyOf(item)}
          id={completionId(at)}
          role="option"
          aria-selected={at === active}
          className={styles.option}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item)}
        >
          {children(item)}
        </li>
      ))}
    </ul>
  );
}
