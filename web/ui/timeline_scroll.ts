// SPDX-License-Identifier: AGPL-3.0-or-later

// Where the list of messages is scrolled to: it stays at the end when it is there, stays at what is being read when
// rows come or go above, and asks for more near either end. One for each list in the page; `end` ends it.
import { END, type Jump, type TimelineSnapshot, type TimelineViewModel } from "../view-models/timeline";
import { placesOf, showFound } from "./found_words";

/** The conversation whose messages are scrolled. */
export interface Scrolled {
  readonly timeline: Pick<TimelineViewModel, "snapshot" | "showOlder" | "showNewer">;
  /** Whether the view is at the end, and the last message on the screen; "" for none. */
  setView(pinned: boolean, onScreen: string): void;
}

const AT_END_PX = 48;
const NEAR_PX = 700;
/** Between the top of the list and the line of unread messages, when a conversation is opened there. */
const ABOVE_PX = 80;
/** Of a message this much has to be in view for it to be seen. */
const SEEN_PX = 32;

interface Anchor {
  key: string;
  top: number;
}

/** What can be seen of the messages. What stands between them is not the same row after older ones came. */
interface InView {
  /** The first one, and where it is. */
  anchor: Anchor | undefined;
  /** The id of the last one of which enough is seen; "" for none. */
  last: string;
}

/** From the end, where the list mostly is: no row above the view is measured. */
function inView(scroller: HTMLElement, rows: HTMLElement): InView {
  const { top, bottom } = scroller.getBoundingClientRect();
  const seen: InView = { anchor: undefined, last: "" };
  for (let row = rows.lastElementChild; row !== null; row = row.previousElementSibling) {
    const box = row.getBoundingClientRect();
    if (box.bottom <= top) break;
    const { message, key = "" } = (row as HTMLElement).dataset;
    if (message === undefined) continue;
    seen.anchor = { key, top: box.top - top };
    const isSeen = box.height > 0 && box.top + Math.min(box.height, SEEN_PX) <= bottom;
    if (seen.last === "" && isSeen) seen.last = key;
  }
  return seen;
}

/** An album is a row of several messages, by the last of which it goes. */
const idsOf = ({ dataset: { key = "", members = key } }: HTMLElement): string[] => members.split(" ");

function rowOf(rows: HTMLElement, key: string): HTMLElement | undefined {
  for (const row of rows.children) if (idsOf(row as HTMLElement).includes(key)) return row as HTMLElement;
  return undefined;
}

/** Shows which message was meant. */
function flash(row: HTMLElement): void {
  const colour = getComputedStyle(row).getPropertyValue("--apricot");
  row.animate(
    [{ backgroundColor: colour }, { backgroundColor: colour, offset: 0.4 }, { backgroundColor: "transparent" }],
    { duration: 1800, easing: "ease-out" },
  );
}

export class TimelineScroll {
  private pinned = true;
  private anchor: Anchor | undefined;
  private jumped = 0;
  /** What was looked for, where the list has jumped to, and elsewhere. */
  private here: Pick<Jump, "to" | "found"> | undefined;
  private marks: TimelineSnapshot["marks"] = new Map();
  private widening = false;
  private covered = false;
  private ended = false;
  private readonly sizes = new ResizeObserver(() => {
    if (this.pinned) this.toEnd();
    this.look();
  });

  /** `rows` are what `frame` scrolls. `onAway` hears whether the end is out of sight. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly rows: HTMLElement,
    private readonly model: Scrolled,
    private readonly onAway: (away: boolean) => void,
  ) {
    this.sizes.observe(frame);
    this.sizes.observe(rows);
  }

  end(): void {
    this.ended = true;
    this.sizes.disconnect();
  }

  /** The rows are those of a new snapshot. `covered`: something lies over the messages, nobody sees them. */
  follow({ loaded, jump, atNewest, marks }: TimelineSnapshot, covered: boolean): void {
    this.covered = covered;
    if (!loaded) return;
    const next = jump !== undefined && jump.round !== this.jumped ? jump : undefined;
    this.showMarks(marks, next);
    if (next !== undefined) {
      this.jumped = next.round;
      this.jumpTo(next);
    } else if (this.pinned && atNewest) {
      this.toEnd();
    } else if (this.anchor !== undefined) {
      this.bring(this.anchor);
    }
    this.look();
  }

  /** Takes note of where the list is, and asks for more when an end is near. */
  look(): void {
    if (this.ended) return;
    const { frame, rows, model } = this;
    const { atNewest, olderThere } = model.timeline.snapshot();
    const below = frame.scrollHeight - frame.scrollTop - frame.clientHeight;
    this.pinned = atNewest && below < AT_END_PX;
    const { anchor, last } = inView(frame, rows);
    this.anchor = anchor;
    model.setView(this.pinned, this.covered ? "" : last);
    this.onAway(!atNewest || below > frame.clientHeight / 2);
    if (this.widening) return;
    if (frame.scrollTop < (this.pinned ? 1 : NEAR_PX) && olderThere) this.widen(model.timeline.showOlder);
    else if (!atNewest && below < NEAR_PX) this.widen(model.timeline.showNewer);
  }

  /** After the next frame: what there is to see is seen first. */
  private widen(step: () => Promise<void>): void {
    this.widening = true;
    const widened = () => {
      this.widening = false;
      this.look();
    };
    requestAnimationFrame(() => setTimeout(() => void step().finally(widened)));
  }

  private jumpTo({ to, highlight, found }: Jump): void {
    if (to === END) {
      this.pinned = true;
      return this.toEnd();
    }
    const row = rowOf(this.rows, to);
    if (row === undefined) return;
    // without a highlight in one step: near the end it can't be that far up, and then the end is where the list is
    if (!highlight) return this.bring({ key: to, top: ABOVE_PX });
    const [hit] = placesOf(row, found);
    if (hit === undefined) row.scrollIntoView({ block: "center" });
    else
      this.bring({
        key: to,
        top: this.frame.clientHeight / 2 - (hit.getBoundingClientRect().top - row.getBoundingClientRect().top),
      });
    flash(row);
  }

  /** Rows come and go: what is marked in them is found anew. `jump` is one that has not been made yet. */
  private showMarks(marks: TimelineSnapshot["marks"], jump: Jump | undefined): void {
    const isOver = marks.size === 0 && this.marks.size > 0;
    if (isOver) this.here = undefined;
    if (jump?.highlight === true) this.here = jump;
    this.marks = marks;
    if (marks.size === 0 && !isOver && jump?.highlight !== true) return;
    const elsewhere: Range[] = [];
    const here: Range[] = [];
    for (const row of this.rows.children) {
      for (const id of idsOf(row as HTMLElement))
        if (id === this.here?.to) here.push(...placesOf(row as HTMLElement, this.here.found));
        else elsewhere.push(...placesOf(row as HTMLElement, marks.get(id) ?? []));
    }
    showFound(here, elsewhere);
  }

  private toEnd(): void {
    this.frame.scrollTop = this.frame.scrollHeight;
  }

  private bring({ key, top }: Anchor): void {
    const row = rowOf(this.rows, key);
    if (row === undefined) return;
    this.frame.scrollTop += row.getBoundingClientRect().top - this.frame.getBoundingClientRect().top - top;
  }
}
