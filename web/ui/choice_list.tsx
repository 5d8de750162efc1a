// SPDX-License-Identifier: AGPL-3.0-or-later

// Above the field: what may be meant by what is typed. The field keeps the focus, and its keys choose.
import { useEffect, useRef, type ReactNode } from "react";

import type { ChoiceViewModel } from "../view-models/choice";
import { CHOICE_LIST_ID, choiceId } from "./writing";
import { useViewModel } from "./use_view_model";
import styles from "./choice_list.module.css";

interface ChoiceListProps<Item> {
  model: ChoiceViewModel<Item>;
  label: string;
  keyOf: (item: Item) => string;
  onChoose: (item: Item) => void;
  children: (item: Item) => ReactNode;
}

export function ChoiceList<Item>({ model, label, keyOf, onChoose, children }: ChoiceListProps<Item>) {
  const { found, active } = useViewModel(model);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Nothing is given back: a browser may answer with a promise, which is no end of an effect.
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul ref={list} id={CHOICE_LIST_ID} className={styles.list} role="listbox" aria-label={label}>
      {found.map((item, at) => (
        <li
          key={keyOf(item)}
          id={choiceId(at)}
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
