// SPDX-License-Identifier: AGPL-3.0-or-later

// The browser's notifications, the sound, and what is wanted of both on this device.
import type { NotificationPort, NotificationPreferences, Permission } from "../view-models/notifications";
import { keptAs } from "./kept";

/** Two soft tones, made here: no file to be loaded, and none that a policy could refuse. */
const TONES: readonly { hertz: number; at: number }[] = [
  { hertz: 659, at: 0 },
  { hertz: 880, at: 0.12 },
];
const LOUDNESS = 0.08;
const TONE_SECONDS = 0.35;

function permissionNow(): Permission {
  if (!("Notification" in window)) return "unsupported";
  return Notification.permission === "default" ? "undecided" : Notification.permission;
}

/** A browser lets a page be heard only after somebody has touched it. */
class Sound {
  private context: AudioContext | undefined;

  play(): void {
    if (!("AudioContext" in window)) return;
    if (!navigator.userActivation?.hasBeenActive) return;
    this.context ??= new AudioContext();
    const { context } = this;
    void context.resume().then(() => {
      for (const { hertz, at } of TONES) {
        const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
        const begin = context.currentTime + at;
        const loudness = new GainNode(context, { gain: 0 });
        loudness.gain.setValueAtTime(0, begin);
        loudness.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
        loudness.gain.exponentialRampToValueAtTime(0.0001, begin + TONE_SECONDS);
        tone.connect(loudness).connect(context.destination);
        tone.start(begin);
        tone.stop(begin + TONE_SECONDS);
      }
    });
  }
}

/** Calls the listener with the conversation of a notification that was clicked, where the service worker shows them. */
export function onNotificationClick(listener: (conversation: string) => void): void {
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== "object" || data === null || !("kind" in data) || data.kind !== "open-conversation") return;
    if ("conversation" in data && typeof data.conversation === "string") listener(data.conversation);
  });
}

export function pageNotifications(profile: string): NotificationPort {
  const key = `kith/${profile}/notifications`;
  const kept = keptAs(key);
  const shown = new Map<string, Notification>();
  const shownByWorker = new Set<string>();
  const sound = new Sound();
  // One after the other: asked what is shown while a notification is on its way to the screen, Chromium forgets that
  // one, and what is to be closed may not be shown yet.
  let lastOfWorker: Promise<unknown> = Promise.resolve();
  const byWorker = (task: (worker: ServiceWorkerRegistration) => Promise<unknown>) => {
    lastOfWorker = lastOfWorker
      .then(() => navigator.serviceWorker?.ready)
      .then((worker) => worker && task(worker))
      .catch(() => undefined); // no longer allowed: nothing to be shown, nothing to be closed
  };
  return {
    permission: permissionNow,
    ask: async () => {
      if ("Notification" in window) await Notification.requestPermission();
      return permissionNow();
    },
    show: ({ tag, title, body }, onClick) => {
      try {
        const notification = new Notification(title, { tag, body, icon: "/icon-192.png", silent: true });
        notification.onclick = () => {
          window.focus();
          notification.close();
          onClick();
        };
        shown.set(tag, notification);
      } catch {
        // Telephones let only a service worker show them, which hears of the click then, also when this page is no
        // more.
        const data = { address: location.pathname + location.search, conversation: tag };
        shownByWorker.add(tag);
        byWorker((worker) => worker.showNotification(title, { tag, body, icon: "/icon-192.png", silent: true, data }));
      }
    },
    close: (tag) => {
      shown.get(tag)?.close();
      shown.delete(tag);
      if (!shownByWorker.delete(tag)) return;
      byWorker(async (worker) => {
        for (const notification of await worker.getNotifications({ tag })) notification.close();
      });
    },
    // Of the tabs of a profile one is heard.
    sound: () =>
      void navigator.locks.request(`${key}/sound`, { ifAvailable: true }, async (lock) => {
        if (lock === null) return;
        sound.play();
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }),
    load: () => (kept.load() ?? {}) as Partial<NotificationPreferences>,
    save: kept.save,
  };
}
