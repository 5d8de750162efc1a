// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { playerUrl, youTubeOf } from "./youtube";

const ID = "dQw4w9WgXcQ";

describe("links to videos of YouTube [F16]", () => {
  it.each([
    `https://www.youtube.com/watch?v=${ID}`,
    `http://youtube.com/watch?feature=share&v=${ID}`,
    `https://m.youtube.com/watch?v=${ID}&list=PL123`,
    `https://music.youtube.com/watch?v=${ID}`,
    `https://youtu.be/${ID}`,
    `https://youtu.be/${ID}?si=abc`,
    `https://www.youtube.com/shorts/${ID}`,
    `https://www.youtube.com/live/${ID}?feature=share`,
    `https://www.youtube.com/embed/${ID}`,
    `https://www.youtube-nocookie.com/embed/${ID}`,
    `https://YOUTUBE.com/watch/?v=${ID}`,
  ])("%s", (href) => {
    expect(youTubeOf(href)).toEqual({ id: ID, start: 0 });
  });

  it.each([
    ["?t=90", 90],
    ["?t=90s", 90],
    ["?t=1h2m3s", 3723],
    ["?t=2m", 120],
    ["?start=15", 15],
    ["#t=30s", 30],
    ["?t=", 0],
    ["?t=-5", 0],
    ["?t=soon", 0],
    ["?t=999999", 0],
    ["?t=1e9", 0],
    ["?t=5&autoplay=0", 5],
  ])("https://youtu.be/… %s starts at %d seconds", (rest, start) => {
    expect(youTubeOf(`https://youtu.be/${ID}${rest}`)).toEqual({ id: ID, start });
  });

  it.each([
    "https://www.youtube.com/",
    "https://www.youtube.com/@kith",
    "https://www.youtube.com/results?search_query=kith",
    "https://www.youtube.com/playlist?list=PL123",
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/watch?v=../../../evil",
    `https://www.youtube.com/watch?v=${ID}%22onload`,
    `https://www.youtube.com.evil.example/watch?v=${ID}`,
    `https://evil.example/youtube.com/watch?v=${ID}`,
    `https://notyoutube.com/watch?v=${ID}`,
    `https://youtu.be.evil.example/${ID}`,
    `https://www.youtube.com@evil.example/watch?v=${ID}`,
    `https://someone@www.youtube.com/watch?v=${ID}`,
    `https://www.youtube.com:8443/watch?v=${ID}`,
    `https://www.youtube-nocookie.com/watch?v=${ID}`,
    `ftp://www.youtube.com/watch?v=${ID}`,
    `javascript:"https://youtu.be/${ID}"`,
    "no address",
    "",
  ])("but not %s", (href) => {
    expect(youTubeOf(href)).toBeUndefined();
  });

  it("play in a frame of the host that keeps no cookies, whatever the link says", () => {
    const of = (href: string) => playerUrl(youTubeOf(href) ?? { id: "", start: -1 });
    expect(of(`https://youtu.be/${ID}`)).toBe(
      `https://www.youtube-nocookie.com/embed/${ID}?autoplay=1&playsinline=1&rel=0`,
    );
    expect(of(`https://m.youtube.com/watch?v=${ID}&t=1m5s&origin=evil&enablejsapi=1`)).toBe(
      `https://www.youtube-nocookie.com/embed/${ID}?autoplay=1&playsinline=1&rel=0&start=65`,
    );
  });
});
