// SPDX-License-Identifier: AGPL-3.0-or-later

// What can be looked at closely: by the wheel, two fingers, a double click, and keys; moved about while it is large;
// and pushed aside, or down, while it is not.
import { useRef, useState, type PointerEvent, type ReactNode, type WheelEvent } from "react";

import { aheadOf } from "./arrow_keys";
import styles from "./zoomable.module.css";

export interface View {
  scale: number;
  x: number;
  y: number;
}
export const WHOLE: View = { scale: 1, x: 0, y: 0 };
const CLOSE = 2.5;
const CLOSEST = 8;
const SWIPE_PX = 60;

/** With a point of the element kept where it is; `x` and `y` are from the element's middle. */
export function zoomed(view: View, by: number, x: number, y: number): View {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale * by));
  if (scale === 1) return WHOLE;
  const grown = scale / view.scale;
  return { scale, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown };
}

/** As far as there is something to see. */
export function within(view: View, width: number, height: number): View {
  const most = (size: number) => (size * (view.scale - 1)) / 2;
  const clamp = (value: number, size: number) => Math.min(most(size), Math.max(-most(size), value));
  return { scale: view.scale, x: clamp(view.x, width), y: clamp(view.y, height) };
}

interface ZoomableProps {
  view: View;
  onView: (view: View) => void;
  /** Pushed aside: 1 for what is next in reading, -1 for what was before. */
  onSwipe: (step: 1 | -1) => void;
  /** Pushed down. */
  onDown: () => void;
  children: ReactNode;
}

export function Zoomable({ view, onView, onSwipe, onDown, children }: ZoomableProps) {
  const frame = useRef<HTMLDivElement>(null);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const pushed = useRef({ x: 0, y: 0 });
  const [push, setPush] = useState({ x: 0, y: 0 });
  const middle = () => {
    const box = frame.current?.getBoundingClientRect() ?? new DOMRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2, width: box.width, height: box.height };
  };
  const look = (next: View) => {
    const { width, height } = middle();
    onView(within(next, width, height));
  };
  const zoomAt = (by: number, clientX: number, clientY: number) => {
    const { x, y } = middle();
    look(zoomed(view, by, clientX - x, clientY - y));
  };
  const setPushed = (to: { x: number; y: number }) => {
    pushed.current = to;
    setPush(to);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...fingers.current].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    fingers.current.set(event.pointerId, now);
    if (other !== undefined) {
      const apart = (a: typeof now) => Math.hypot(a.x - other.x, a.y - other.y);
      setPushed({ x: 0, y: 0 });
      return zoomAt(apart(now) / Math.max(1, apart(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
    }
    const [x, y] = [now.x - before.x, now.y - before.y];
    if (view.scale > 1) look({ ...view, x: view.x + x, y: view.y + y });
    else setPushed({ x: pushed.current.x + x, y: pushed.current.y + y });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    if (!fingers.current.delete(event.pointerId) || fingers.current.size > 0) return;
    const { x, y } = pushed.current;
    setPushed({ x: 0, y: 0 });
    const ahead = x * aheadOf(event.currentTarget) < 0;
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > Math.abs(y)) onSwipe(ahead ? 1 : -1);
    else if (y > 2 * SWIPE_PX && event.pointerType === "touch") onDown();
  };
  const aside = view.scale > 1 ? { x: 0, y: 0 } : { x: push.x, y: Math.max(0, push.y) };
  const translate = `${view.x + aside.x}px, ${view.y + aside.y}px`;
  return (
    <div
      ref={frame}
      className={`${styles.frame} ${view.scale > 1 ? styles.large : ""}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onWheel={(event: WheelEvent) => zoomAt(Math.exp(-event.deltaY / 300), event.clientX, event.clientY)}
      onDoubleClick={(event) => (view.scale > 1 ? onView(WHOLE) : zoomAt(CLOSE, event.clientX, event.clientY))}
    >
      <div className={styles.moved} style={{ transform: `translate(${translate}) scale(${view.scale})` }}>
        {children}
      </div>
    </div>
  );
}
