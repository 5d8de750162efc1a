// SPDX-License-Identifier: AGPL-3.0-or-later

import { Select as Choice, SelectItem, SelectPopover, SelectProvider } from "@ariakit/react/select";
import { useState } from "react";

import { Icon } from "./part_icons";
import { useOverlay } from "./keys";
import styles from "./select.module.css";
import fields from "./parts/field.module.css";
import popups from "./parts/popup.module.css";

export interface SelectOption {
  value: string;
  label: string;
}

interface SelectProps {
  /** The ids of the elements that name and describe it. */
  labelledBy: string;
  describedBy: string;
  value: string;
  options: readonly SelectOption[];
  onChange: (value: string) => void;
}

/** One of a few, in the app's own hand. */
export default function Select({ labelledBy, describedBy, value, options, onChange }: SelectProps) {
  const [open, setOpen] = useState(false);
  useOverlay(open, () => setOpen(false));
  return (
    <SelectProvider value={value} setValue={onChange} open={open} setOpen={setOpen}>
      <Choice
        className={`${fields.input} ${styles.choice}`}
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
      >
        {options.find((each) => each.value === value)?.label}
        <Icon name="caret" />
      </Choice>
      <SelectPopover
        gutter={4}
        portal
        preserveTabOrder={false}
        sameWidth={false}
        className={popups.popup}
        aria-labelledby={labelledBy}
      >
        {options.map((each) => (
          <SelectItem key={each.value} value={each.value} className={`${popups.item} ${styles.value}`}>
            {each.label}
            {each.value === value && <Icon name="check" />}
          </SelectItem>
        ))}
      </SelectPopover>
    </SelectProvider>
  );
}
