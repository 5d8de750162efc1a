// SPDX-License-Identifier: AGPL-3.0-or-later

import { useMemo } from "react";
import { encode } from "uqr";
import styles from "./contact_panel.module.css";

/** Bytes as a QR code, always dark on light, so that every camera reads it. */
export function QrCode({ bytes, label }: { bytes: Uint8Array; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode([...bytes], { ecc: "M", border: 0 });
    const dark = code.data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size: code.size, path: dark.join("") };
  }, [bytes]);
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d={path} />
    </svg>
  );
}
