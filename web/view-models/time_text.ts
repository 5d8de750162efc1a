// SPDX-License-Identifier: AGPL-3.0-or-later

// Times as people read them, in the language that is spoken. All take the present time, so that they can be tested.
import { say, spoken } from "./say";
import { timeZone } from "./time_zone";

const DAY_MS = 86_400_000;

export const millis = (micros: bigint): number => Number(micros / 1000n);

function startOfDay(ms: number): number {
  const date = new Date(ms);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

/** 0 today, 1 yesterday, … by the calendar of this place; negative in the future. */
export function daysAgo(ms: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(ms)) / DAY_MS);
}

/** Names a day: equal for equal days. */
export const dayKey = (ms: number): number => startOfDay(ms);

/** A format is dear to make, and keeps the language and the time zone it was made in. */
function inZone(options: Intl.DateTimeFormatOptions): { format(ms: number): string } {
  let made: { zone: string; locale: string; format: Intl.DateTimeFormat } | undefined;
  return {
    format(ms) {
      const zone = timeZone.snapshot();
      const locale = spoken.snapshot();
      if (made?.zone !== zone || made.locale !== locale)
        made = { zone, locale, format: new Intl.DateTimeFormat(locale, options) };
      return made.format.format(ms);
    },
  };
}

const clock = inZone({ timeStyle: "short" });
const weekday = inZone({ weekday: "long" });
const shortDate = inZone({ day: "2-digit", month: "2-digit", year: "2-digit" });
const longDate = inZone({ day: "numeric", month: "long", year: "numeric" });
const longDateThisYear = inZone({ weekday: "long", day: "numeric", month: "long" });
const month = inZone({ month: "long", year: "numeric" });
const dateAndTime = inZone({ dateStyle: "short", timeStyle: "short" });
const full = inZone({ dateStyle: "full", timeStyle: "medium" });

export const clockText = (ms: number): string => clock.format(ms);
export const longDateText = (ms: number): string => longDate.format(ms);
export const monthText = (ms: number): string => month.format(ms);
export const dateAndTimeText = (ms: number): string => dateAndTime.format(ms);
export const fullTimeText = (ms: number): string => full.format(ms);

/** For the conversation list: 14:03, Yesterday, Monday, 24/11/26. */
export function listTimeText(ms: number, now: number): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return clockText(ms);
  if (days === 1) return say("time.yesterday");
  return days < 7 ? weekday.format(ms) : shortDate.format(ms);
}

/** For the line between days. */
export function dayText(ms: number, now: number): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return say("time.today");
  if (days === 1) return say("time.yesterday");
  if (days < 7) return weekday.format(ms);
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? longDateThisYear.format(ms) : longDate.format(ms);
}

/** For messages that say on which day something was: their places `day`, a kind, `time` and `date`. */
export function dayParts(ms: number, now: number): { day: string; time: string; date: string } {
  const days = daysAgo(ms, now);
  const day = days === 0 ? "today" : days === 1 ? "yesterday" : days > 1 && days < 7 ? "week" : "date";
  return { day, time: clockText(ms), date: day === "week" ? weekday.format(ms) : shortDate.format(ms) };
}

/** "last seen today at 14:03". */
export function lastSeenText(ms: number, now: number): string {
  const days = daysAgo(ms, now);
  if (now - ms < 60_000) return say("time.lastSeenJustNow");
  if (days <= 0) return say("time.lastSeenToday", { time: clockText(ms) });
  if (days === 1) return say("time.lastSeenYesterday", { time: clockText(ms) });
  if (days < 7) return say("time.lastSeenDay", { day: weekday.format(ms), time: clockText(ms) });
  return say("time.lastSeenDate", { date: shortDate.format(ms) });
}

/** "a moment", "40 seconds", "5 minutes": how long to wait. */
export function waitText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 1) return say("time.moment");
  if (seconds < 90) return say("time.seconds", { count: seconds });
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? say("time.minutes", { count: minutes }) : say("time.hours", { count: Math.ceil(minutes / 60) });
}
