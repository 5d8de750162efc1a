// SPDX-License-Identifier: AGPL-3.0-or-later

// One of a few by how it looks: a picture each, with its name below. They are radio buttons, and so are their keys.
import { useId, type ReactNode } from "react";

import styles from "./choice_tiles.module.css";
import groups from "./parts/group.module.css";

export interface Tile<Value extends string> {
  value: Value;
  label: string;
  /** What it looks like. */
  picture: ReactNode;
}

interface ChoiceTilesProps<Value extends string> {
  id: string;
  legend: string;
  hint?: string;
  tiles: readonly Tile<Value>[];
  value: Value;
  onChoose: (value: Value) => void;
}

export function ChoiceTiles<Value extends string>(props: ChoiceTilesProps<Value>) {
  const { id, legend, hint, tiles, value, onChoose } = props;
  const name = useId();
  return (
    <fieldset id={id} className={`${groups.group} ${styles.choice}`} role="radiogroup">
      <legend>{legend}</legend>
      {hint !== undefined && <p className={groups.explain}>{hint}</p>}
      <div className={styles.tiles}>
        {tiles.map((tile) => (
          <label key={tile.value} className={styles.tile}>
            <span className={styles.frame}>
              <input
                type="radio"
                name={name}
                value={tile.value}
                checked={tile.value === value}
                onChange={() => onChoose(tile.value)}
              />
              {tile.picture}
            </span>
            {tile.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
