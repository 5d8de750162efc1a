// SPDX-License-Identifier: AGPL-3.0-or-later

import { useMemo } from "react";
import { encode } from "uqr";

import styles from "./qr_code.module.css";

/** Of light modules around it, without which cameras don't find it: ISO/IEC 18004. */
const QUIET = 4;

/** A text, or bytes, as a QR code. */
export function QrCode({ content, label }: { content: string | Uint8Array; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(typeof content === "string" ? content : [...content], { ecc: "M", border: 0 });
    const dark = code.data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size: code.size, path: dark.join("") };
  }, [content]);
  return (
    <svg
      className={styles.qr}
      viewBox={`${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d={path} />
    </svg>
  );
}
