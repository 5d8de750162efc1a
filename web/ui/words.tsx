// SPDX-License-Identifier: AGPL-3.0-or-later

import { createElement, Fragment, type ReactNode } from "react";

import { sayInParts, type Marks, type TextId, type Values } from "../view-models/say";

const key = (children: ReactNode[]) => createElement("kbd", null, ...children);
const bold = (children: ReactNode[]) => createElement("b", null, ...children);
const MARKS: Marks<ReactNode> = { key, b: bold };

interface WordsProps {
  id: TextId;
  values?: Values;
  /** What else is marked in the text. */
  marks?: Marks<ReactNode>;
}

/** A text of the catalogue in which keys are drawn as keys, and <b> is bold. */
export function Words({ id, values, marks }: WordsProps) {
  return createElement(Fragment, null, ...sayInParts<ReactNode>(id, { ...MARKS, ...marks }, values));
}
