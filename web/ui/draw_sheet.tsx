// SPDX-License-Identifier: AGPL-3.0-or-later

// Lines are drawn on a picture, by finger, pen or mouse. Fetched when somebody wants that.
import { memo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

import type { Attached, AttachmentsViewModel } from "../view-models/attachments";
import {
  frameOf,
  MARKS_MAX,
  pathOf,
  PEN_COLOURS,
  PEN_WIDTHS,
  POINTS_MAX,
  strokesOf,
  type Mark,
  type PenColour,
  type PenWidth,
  type Stroke,
} from "../view-models/drawing";
import { say, type TextId } from "../view-models/say";
import { Sheet } from "./sheet";
import { Spinner } from "./spinner";
import { usePreview } from "./use_preview";
import styles from "./draw_sheet.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import sheets from "./parts/sheet.module.css";

interface DrawSheetProps {
  item: Attached;
  model: AttachmentsViewModel;
  onClose: () => void;
}

const COLOURS: readonly { colour: PenColour; label: TextId }[] = [
  { colour: "red", label: "draw.red" },
  { colour: "orange", label: "draw.orange" },
  { colour: "yellow", label: "draw.yellow" },
  { colour: "green", label: "draw.green" },
  { colour: "blue", label: "draw.blue" },
  { colour: "violet", label: "draw.violet" },
  { colour: "black", label: "draw.black" },
  { colour: "white", label: "draw.white" },
];
const WIDTHS: readonly { width: PenWidth; label: TextId }[] = [
  { width: "thin", label: "draw.thin" },
  { width: "medium", label: "draw.medium" },
  { width: "thick", label: "draw.thick" },
];

export function DrawSheet({ item, model, onClose }: DrawSheetProps) {
  const address = usePreview(model.plainPreview, item.id, model.forgetPreview);
  const [marks, setMarks] = useState<readonly Mark[]>(item.edits.marks);
  const [colour, setColour] = useState<PenColour>("red");
  const [width, setWidth] = useState<PenWidth>("medium");
  const isFull = marks.length >= MARKS_MAX;
  const undo = () => setMarks(marks.slice(0, -1));
  const done = () => {
    void model.edit(item.id, { ...item.edits, marks });
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    undo();
  };
  return (
    <Sheet title={say("attach.draw")} part="draw" answer={say("crop.done")} onAnswer={done} onClose={onClose}>
      <div className={styles.all} onKeyDown={onKeyDown}>
        <div className={sheets.area}>
          {address === "" ? (
            <Spinner label={say("attach.looking", { name: item.name })} />
          ) : (
            <Paper
              address={address}
              item={item}
              marks={marks}
              pen={isFull ? undefined : { colour: PEN_COLOURS[colour], width: PEN_WIDTHS[width] }}
              onStroke={(stroke) => setMarks((before) => [...before, stroke])}
            />
          )}
        </div>
        {isFull && (
          <p className={fields.notice} role="status">
            {say("draw.full")}
          </p>
        )}
        <Tools marks={marks} colour={colour} width={width} onColour={setColour} onWidth={setWidth} onMarks={setMarks} />
      </div>
    </Sheet>
  );
}

interface ToolsProps {
  marks: readonly Mark[];
  colour: PenColour;
  width: PenWidth;
  onColour: (colour: PenColour) => void;
  onWidth: (width: PenWidth) => void;
  onMarks: (marks: readonly Mark[]) => void;
}

function Tools({ marks, colour, width, onColour, onWidth, onMarks }: ToolsProps) {
  return (
    <div className={styles.tools}>
      <Choice name={say("draw.colour")}>
        {COLOURS.map(({ colour: each, label }) => (
          <button
            key={each}
            type="button"
            className={styles.pen}
            aria-label={say(label)}
            title={say(label)}
            aria-pressed={each === colour}
            onClick={() => onColour(each)}
          >
            <span className={styles.colour} style={{ background: PEN_COLOURS[each] }} />
          </button>
        ))}
      </Choice>
      <Choice name={say("draw.width")}>
        {WIDTHS.map(({ width: each, label }) => (
          <button
            key={each}
            type="button"
            className={styles.pen}
            aria-label={say(label)}
            title={say(label)}
            aria-pressed={each === width}
            onClick={() => onWidth(each)}
          >
            <span className={`${styles.dot} ${styles[each]}`} />
          </button>
        ))}
      </Choice>
      <span className={styles.back}>
        <button
          type="button"
          className={`${buttons.button} ${buttons.small}`}
          disabled={marks.length === 0}
          onClick={() => onMarks(marks.slice(0, -1))}
        >
          {say("draw.undo")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.small}`}
          disabled={strokesOf(marks).length === 0}
          onClick={() => onMarks([...marks, "cleared"])}
        >
          {say("draw.clear")}
        </button>
      </span>
    </div>
  );
}

function Choice({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.choice} role="group" aria-label={name}>
      {children}
    </div>
  );
}

interface PaperProps {
  address: string;
  item: Attached;
  marks: readonly Mark[];
  /** undefined: nothing can be drawn any more. `width` is in parts of what is shown. */
  pen: { colour: string; width: number } | undefined;
  onStroke: (stroke: Stroke) => void;
}

function Paper({ address, item, marks, pen, onStroke }: PaperProps) {
  const { width, height } = item.looked ?? { width: 1, height: 1 };
  const frame = frameOf({ width, height }, item.edits);
  const picture = useRef<SVGGElement>(null);
  const [drawing, setDrawing] = useState<Stroke>();
  /** In parts of the picture, whatever is done with it on its way to the screen. */
  const placeOf = ({ clientX, clientY }: { clientX: number; clientY: number }): [number, number] => {
    const place = new DOMPoint(clientX, clientY).matrixTransform(picture.current?.getScreenCTM()?.inverse());
    return [place.x / width, place.y / height];
  };
  const begin = (event: PointerEvent<SVGSVGElement>) => {
    if (pen === undefined || !event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const shown = pen.width * Math.max(frame.width, frame.height);
    setDrawing({ colour: pen.colour, width: shown / Math.max(width, height), points: [placeOf(event)] });
  };
  const goOn = (event: PointerEvent<SVGSVGElement>) => {
    if (drawing === undefined || !event.isPrimary || drawing.points.length >= POINTS_MAX) return;
    const between = event.nativeEvent.getCoalescedEvents?.() ?? [];
    const added = (between.length === 0 ? [event] : between).map(placeOf);
    setDrawing({ ...drawing, points: [...drawing.points, ...added].slice(0, POINTS_MAX) });
  };
  const end = ({ isPrimary }: PointerEvent<SVGSVGElement>) => {
    if (drawing === undefined || !isPrimary) return;
    onStroke(drawing);
    setDrawing(undefined);
  };
  const strokes = [...strokesOf(marks), ...(drawing === undefined ? [] : [drawing])];
  return (
    <svg
      className={styles.paper}
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      role="img"
      aria-label={say("draw.paper", { name: item.name, count: strokes.length })}
      data-part="paper"
      onPointerDown={begin}
      onPointerMove={goOn}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <image href={address} width={frame.width} height={frame.height} preserveAspectRatio="none" />
      <g ref={picture} transform={frame.transform}>
        {strokes.map((stroke, at) => (
          <Line key={at} stroke={stroke} width={width} height={height} />
        ))}
      </g>
    </svg>
  );
}

/** Those that are there are not drawn anew with each move of the pen. */
const Line = memo(function Line({ stroke, width, height }: { stroke: Stroke; width: number; height: number }) {
  return <path d={pathOf(stroke, width, height)} fill={stroke.colour} />;
});
