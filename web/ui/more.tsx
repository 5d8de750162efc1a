// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useRef } from "react";

import { Spinner } from "./spinner";
import styles from "./more.module.css";

/** At the end of a list that is read as far as it is scrolled: asks for more when it is seen. */
export function More({ label, onSeen }: { label: string; onSeen: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const seen = useRef(onSeen);
  useEffect(() => {
    seen.current = onSeen;
  });
  useEffect(() => {
    if (end.current === null || typeof IntersectionObserver !== "function") return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting === true && seen.current(), {
      rootMargin: "400px",
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={end} className={styles.more}>
      <Spinner label={label} />
    </div>
  );
}
