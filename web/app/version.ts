// SPDX-License-Identifier: AGPL-3.0-or-later

// Which version of the app this page is of, when the server may have another one by now.

const RELOAD_AGAIN_MS = 60_000;
const KEY = "kith-reloaded";

/**
 * Whether the server has another version: it has the page's own script no more, and says so or answers with the page.
 * HEAD, which the service worker lets pass: it keeps files of versions that are gone. Rejects when the server can't be
 * reached.
 */
export async function hasNewVersion(): Promise<boolean> {
  const own = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src;
  if (own === undefined) return false;
  const { status, headers } = await fetch(own, { method: "HEAD", cache: "no-store" });
  return status === 404 || (status === 200 && /^text\/html/.test(headers.get("Content-Type") ?? ""));
}

/** The page begins anew. Not over and over, when that does not help: then false, and nothing. */
export function reloadOnce(now = Date.now(), reload = () => location.reload()): boolean {
  try {
    if (now - Number(sessionStorage.getItem(KEY) ?? 0) < RELOAD_AGAIN_MS) return false;
    sessionStorage.setItem(KEY, String(now));
  } catch {
    return false; // forbidden: nothing would tell that it was done already
  }
  reload();
  return true;
}
