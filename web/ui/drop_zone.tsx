// SPDX-License-Identifier: AGPL-3.0-or-later

// Files that are dragged over the conversation: it says that they can be dropped, and takes them.
import { useEffect, useState, type RefObject } from "react";

import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import styles from "./drop_zone.module.css";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

interface DropZoneProps {
  /** What they are dropped on. */
  on: RefObject<HTMLElement | null>;
  title: string;
  onFiles: (files: File[]) => void;
}

export function DropZone({ on, title, onFiles }: DropZoneProps) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const zone = on.current;
    if (zone === null) return;
    let depth = 0; // elements in it that the pointer is in
    const leave = () => {
      depth = 0;
      setOver(false);
    };
    const listeners: Partial<Record<string, (event: DragEvent) => void>> = {
      dragenter: (event) => {
        if (!hasFiles(event)) return;
        ++depth;
        setOver(true);
      },
      dragleave: (event) => {
        if (hasFiles(event) && --depth <= 0) leave();
      },
      drop: (event) => {
        if (!hasFiles(event)) return;
        leave();
        const files = [...(event.dataTransfer?.files ?? [])];
        onFiles(files);
      },
    };
    // Dropped beside it, a file would take the place of the page.
    const stay = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      const isIn = zone.contains(event.target as Node);
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = isIn ? "copy" : "none";
    };
    for (const [name, listener] of Object.entries(listeners)) zone.addEventListener(name, listener as EventListener);
    document.addEventListener("dragover", stay);
    document.addEventListener("drop", stay);
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        zone.removeEventListener(name, listener as EventListener);
      document.removeEventListener("dragover", stay);
      document.removeEventListener("drop", stay);
    };
  }, [on, onFiles]);
  if (!over) return null;
  return (
    <div className={styles.over} data-part="drop">
      <div className={styles.words}>
        <Icon name="plus" />
        <span>{say("attach.drop", { title })}</span>
      </div>
    </div>
  );
}
