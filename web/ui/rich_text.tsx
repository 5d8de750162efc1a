// SPDX-License-Identifier: AGPL-3.0-or-later

// Text of messages with its styles, links and mentions. Text is text: nothing in it is taken for HTML.
import { memo, useContext, useMemo, type ReactNode } from "react";

import type { Person } from "../view-models/core";
import { formatted, type Block, type Inline, type Style } from "../view-models/formatting";
import type { ShownMention } from "../view-models/mentions";
import { say } from "../view-models/say";
import { OwnAccount } from "./own_account";
import { useLocale } from "./use_locale";
import styles from "./rich_text.module.css";

interface RichTextProps {
  text: string;
  mentions?: readonly ShownMention[];
  /** What is shown of the text ends in a block of code. */
  codeGoesOn?: boolean;
  onPerson?: (person: Person) => void;
}

/** All of a message's text. */
export const RichText = memo(function RichText({ text, mentions, codeGoesOn, onPerson }: RichTextProps) {
  useLocale();
  const blocks = useMemo(() => formatted(text, mentions, codeGoesOn), [text, mentions, codeGoesOn]);
  return blocks.map((block, at) => (
    <Shown key={at} block={block} show={(inside) => <Inside inside={inside} onPerson={onPerson} />} />
  ));
});

/** Each line, and each item, has the direction of its own first letter. */
function Shown({ block, show }: { block: Block; show: (inside: readonly Inline[]) => ReactNode }) {
  switch (block.kind) {
    case "lines":
      return show(block.inside);
    case "codeBlock":
      return (
        <pre className={styles.codeBlock} dir="auto">
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return (
        <blockquote className={styles.quote} dir="auto">
          {show(block.inside)}
        </blockquote>
      );
    case "list":
      return (
        <List numbered={block.items[0]?.number !== undefined}>
          {block.items.map(({ number, inside }, at) => (
            <li key={at} className={styles.item} dir="auto" value={number}>
              {show(inside)}
            </li>
          ))}
        </List>
      );
  }
}

function List({ numbered, children }: { numbered: boolean; children: ReactNode }) {
  return numbered ? <ol className={styles.list}>{children}</ol> : <ul className={styles.list}>{children}</ul>;
}

const ELEMENTS: Record<Style, "strong" | "em" | "s"> = { bold: "strong", italic: "em", strike: "s" };

interface InsideProps {
  inside: readonly Inline[];
  onPerson: ((person: Person) => void) | undefined;
}

function Inside({ inside, onPerson }: InsideProps): ReactNode {
  return inside.map((each, at) => {
    switch (each.kind) {
      case "text":
        return each.text;
      case "code":
        return (
          <code key={at} className={styles.code} dir="auto">
            {each.text}
          </code>
        );
      case "link": // read from left to right, whatever is around it
        return (
          <a key={at} dir="ltr" href={each.href} target="_blank" rel="noopener noreferrer">
            {each.text}
          </a>
        );
      case "mention":
        return <Mention key={at} who={each.who} text={each.text} onPerson={onPerson} />;
      default: {
        const Styled = ELEMENTS[each.kind];
        return (
          <Styled key={at}>
            <Inside inside={each.inside} onPerson={onPerson} />
          </Styled>
        );
      }
    }
  });
}

function Mention({ who, text, onPerson }: { who: Person; text: string; onPerson: InsideProps["onPerson"] }) {
  const self = useContext(OwnAccount);
  if (who.accountId === self || onPerson === undefined)
    return (
      <span dir="auto" className={`${styles.mention} ${who.accountId === self ? styles.self : ""}`}>
        {text}
      </span>
    );
  return (
    <button
      type="button"
      dir="auto"
      className={styles.mention}
      title={say("messageRow.openPerson", { name: who.name })}
      onClick={() => onPerson(who)}
    >
      {text}
    </button>
  );
}

/** One line about a message: nothing in it leads anywhere. */
export function OneLine({ line }: { line: readonly Inline[] }): ReactNode {
  return line.map((each, at) => {
    if (each.kind === "code") return <code key={at}>{each.text}</code>;
    if (!("inside" in each)) return each.text;
    const Styled = ELEMENTS[each.kind];
    return (
      <Styled key={at}>
        <OneLine line={each.inside} />
      </Styled>
    );
  });
}
