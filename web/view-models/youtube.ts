// SPDX-License-Identifier: AGPL-3.0-or-later

// Which links are of videos of YouTube, and where those are played: nowhere before somebody wants that.

export interface YouTubeVideo {
  /** 11 signs of letters, digits, "-" and "_". */
  id: string;
  /** Seconds from its beginning, where it is to start. */
  start: number;
}

const HOSTS = new Set(["youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"]);
/** Shared by the frame for others' pages. */
const FRAME_HOSTS = new Set(["youtube-nocookie.com", "www.youtube-nocookie.com"]);
const SHORT_HOSTS = new Set(["youtu.be", "www.youtu.be"]);
const ID = /^[\w-]{11}$/;
/** Longer is no video. */
const START_MAX = 24 * 60 * 60;

/** "90", "90s", "1h2m3s"; 0 for anything else. */
function secondsOf(time: string): number {
  const [whole, hours = "0", minutes = "0", seconds = "0"] = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(
    time,
  ) ?? [""];
  if (whole === "") return 0;
  const start = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return start <= START_MAX ? start : 0;
}

function idIn({ hostname, pathname, searchParams }: URL): string {
  const [first = "", second = ""] = pathname.split("/").filter((part) => part !== "");
  if (SHORT_HOSTS.has(hostname)) return first;
  if (FRAME_HOSTS.has(hostname)) return first === "embed" ? second : "";
  if (!HOSTS.has(hostname)) return "";
  if (first === "watch") return searchParams.get("v") ?? "";
  return ["shorts", "embed", "live", "v"].includes(first) ? second : "";
}

/** The video that a link leads to; undefined for any other link, also one to a channel, a list or a search. */
export function youTubeOf(href: string): YouTubeVideo | undefined {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (!isWeb || url.port !== "" || url.username !== "" || url.password !== "") return undefined;
  const id = idIn(url);
  if (!ID.test(id)) return undefined;
  const inHash = /^#t=(\w+)$/.exec(url.hash)?.[1];
  const time = url.searchParams.get("t") ?? url.searchParams.get("start") ?? inHash ?? "";
  return { id, start: secondsOf(time) };
}

/** Where it plays at once: the only page of others that the app's policy lets into a frame (net/static_files.cc). */
export function playerUrl({ id, start }: YouTubeVideo): string {
  const from = start > 0 ? `&start=${start}` : "";
  return `https://www.youtube-nocookie.com/embed/${id}?autoplay=1&playsinline=1&rel=0${from}`;
}
