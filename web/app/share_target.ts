// SPDX-License-Identifier: AGPL-3.0-or-later

// What the service worker does when another program shares something with this one: the browser posts it to /share
// (public/manifest.webmanifest), as a form would. It is kept for the page (shared_kept.ts), and the page is opened
// where one chooses whom it is for. Nothing is sent by that.
//
// Any page of the web can have a form with that address. One that says where it comes from gets nothing kept; one that
// hides it, as every page can, looks as the browser's own share does: what it can have is that page, with what it
// chose, for whoever sits there to send or to leave.
import { keepShared } from "./shared_kept";

export const SHARE_PATH = "/share";

/** Shows nothing but the page with that name; none: what was shared did not come through. */
export const shareAddress = (name: string): string => `/#/share${name === "" ? "" : `/${name}`}`;

const redirect = (address: string): Response => new Response(null, { status: 303, headers: { Location: address } });

/** A window that is opened, and not a frame or a script of somebody's; and not by a page that says it is another's. */
function mayShare({ mode, destination, headers }: Request, own: string): boolean {
  const from = headers.get("origin") ?? "null";
  const site = headers.get("sec-fetch-site") ?? "none"; // as far as a worker is shown it
  const isOthers = (from !== "null" && from !== own) || site === "cross-site" || site === "same-site";
  return mode === "navigate" && destination === "document" && !isOthers;
}

export async function answerShare(request: Request, own: string): Promise<Response> {
  if (!mayShare(request, own)) return redirect("/");
  try {
    return redirect(shareAddress(await keepShared(await request.formData(), Date.now())));
  } catch {
    return redirect(shareAddress(""));
  }
}
