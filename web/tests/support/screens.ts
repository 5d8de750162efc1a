// SPDX-License-Identifier: AGPL-3.0-or-later

// What the gallery shows, by what somebody does there.
import type { Page } from "playwright-core";

import { openConversation } from "./actions";
import type { Start } from "./gallery";

export const FRIEND = "Mireille";

export interface Screen {
  start?: Start;
  go?: (page: Page) => Promise<void>;
}

const press = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).first().click();
const inConversation = (then: (page: Page) => Promise<void>) => async (page: Page) => {
  await openConversation(page, FRIEND);
  await then(page);
};

const inDevices = (button?: string) => async (page: Page) => {
  await press("Settings")(page);
  await page.getByRole("button", { name: /^Linked devices/ }).click();
  await page.getByRole("list", { name: "Your devices" }).waitFor();
  if (button !== undefined) await press(button)(page);
};

export const SCREENS: Record<string, Screen> = {
  "the first screen": { start: "registration" },
  "an ended device": { start: "ended" },
  "no conversations yet": { start: "empty" },
  "the conversations": {},
  "conversations that are pinned, muted and archived": { start: "arranged" },
  "the menu of a conversation": {
    start: "arranged",
    go: async (page) => {
      await page.locator("[data-row]", { hasText: FRIEND }).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Unpin" }).waitFor();
    },
  },
  "the question for how long to mute": {
    start: "arranged",
    go: async (page) => {
      await page.locator("[data-row]", { hasText: "Jonas" }).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Mute" }).click();
      await page.getByRole("radio", { name: "1 week" }).waitFor();
    },
  },
  "the conversations of a list": {
    start: "arranged",
    go: async (page) => {
      await press("Family")(page);
      await page.getByRole("button", { name: "Edit the list “Family”" }).waitFor();
    },
  },
  "a list with nothing in it": {
    start: "arranged",
    go: async (page) => {
      await press("العائلة")(page);
      await page.getByText("No chats here.").waitFor();
    },
  },
  "the menu of a list": {
    start: "arranged",
    go: async (page) => {
      await page.getByRole("button", { name: "Family", exact: true }).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Edit list" }).waitFor();
    },
  },
  "a new list": {
    start: "arranged",
    go: async (page) => {
      await press("New list")(page);
      await page.getByRole("checkbox", { name: new RegExp(FRIEND) }).click();
    },
  },
  "the lists of a conversation": {
    start: "arranged",
    go: async (page) => {
      await page.locator("[data-row]", { hasText: FRIEND }).click({ button: "right" });
      await page.getByRole("menuitem", { name: "Lists" }).click();
      await page.getByRole("checkbox", { name: "Family" }).waitFor();
    },
  },
  "what is archived": {
    start: "arranged",
    go: async (page) => {
      await page.getByRole("button", { name: /^Archived/ }).click();
      await page.getByRole("heading", { name: "Archived" }).waitFor();
    },
  },
  "the conversations without a connection": { start: "offline" },
  "a conversation": { go: (page) => openConversation(page, FRIEND) },
  "the beginning of a conversation": {
    go: inConversation(async (page) => {
      await page.locator("[data-timeline]").evaluate((element) => (element.scrollTop = 0));
      await page.getByText("end-to-end encrypted").waitFor();
    }),
  },
  "a reply": {
    go: inConversation(async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("r");
    }),
  },
  "the menu of a message": {
    go: inConversation(async (page) => {
      await page.locator("[data-message] [data-bubble]").last().click({ button: "right" });
      await page.getByRole("menuitem", { name: "Reply" }).waitFor();
    }),
  },
  "editing a message": {
    go: inConversation(async (page) => {
      await page.keyboard.press("ArrowUp");
      await page.locator("[data-part=composer-edit]").waitFor();
    }),
  },
  "what an edited message said": {
    go: inConversation(async (page) => {
      await press("Edited")(page);
      await page.getByRole("dialog", { name: "Edit history" }).getByRole("listitem").first().waitFor();
    }),
  },
  "the question before deleting": {
    go: inConversation(async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("Delete");
      await page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).waitFor();
    }),
  },
  "a message that was just deleted": {
    go: inConversation(async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("Delete");
      await page.getByRole("dialog").getByRole("button", { name: "Delete for me" }).click();
      await page.getByRole("button", { name: "Undo" }).hover(); // it stays
    }),
  },
  "choosing messages": {
    go: inConversation(async (page) => {
      await page.locator("[data-message] [data-bubble]").last().click({ button: "right" });
      await page.getByRole("menuitem", { name: "Select" }).click();
      await page.getByRole("checkbox").nth(-2).click();
      await page.getByRole("toolbar").getByText("2 chosen").waitFor();
    }),
  },
  "what is starred": {
    go: inConversation(async (page) => {
      await press("Contact details")(page);
      await page.getByRole("button", { name: /^Starred messages/ }).click();
      await page.locator("[data-part=starred] [data-row]").first().waitFor();
    }),
  },
  "the wallpaper of a conversation": {
    go: inConversation(async (page) => {
      await press("Contact details")(page);
      await page.getByRole("button", { name: /^Wallpaper/ }).click();
      await page.getByRole("radio", { name: "Sage" }).check();
    }),
  },
  appearance: {
    go: async (page) => {
      await press("Settings")(page);
      await page.getByRole("button", { name: /^Appearance/ }).click();
      await page.getByRole("slider", { name: "Text size" }).waitFor();
    },
  },
  "what is starred in all chats": {
    go: async (page) => {
      await press("Settings")(page);
      await page.getByRole("button", { name: /^Starred messages/ }).click();
      await page.locator("[data-part=starred] [data-row]").first().waitFor();
    },
  },
  "the emoji to react with": {
    go: inConversation(async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("e");
      await page.getByRole("menuitemradio").first().waitFor();
    }),
  },
  "all emoji to react with": {
    go: inConversation(async (page) => {
      await page.locator("[data-message]").last().focus();
      await page.keyboard.press("e");
      await page.getByRole("menuitem", { name: "Another emoji" }).click();
      await page.getByRole("button", { name: "grinning face", exact: true }).waitFor();
    }),
  },
  "who has reacted": {
    go: inConversation(async (page) => {
      await page
        .getByRole("button", { name: /^Reactions/ })
        .last()
        .click();
      await page.getByRole("dialog").getByText("Press to take it back").waitFor();
    }),
  },
  "the emoji": {
    go: inConversation(async (page) => {
      await press("Emoji")(page);
      await page.getByRole("button", { name: "grinning face", exact: true }).waitFor();
    }),
  },
  "the search in a chat": {
    go: inConversation(async (page) => {
      await page.locator("#open-chat-menu").click();
      await page.getByRole("menuitem", { name: "Search in this chat" }).click();
      await page.getByRole("searchbox", { name: "Search in this chat" }).fill("train");
      await page.getByText(/^1 of/).waitFor();
    }),
  },
  "contact details": { go: inConversation(press("Contact details")) },
  "the question before blocking": {
    go: inConversation(async (page) => {
      await press("Contact details")(page);
      await page.getByRole("button", { name: /^Block / }).click();
    }),
  },
  "a search": {
    go: async (page) => {
      await page.getByLabel("Search conversations and messages").fill("train");
      await page.getByRole("region", { name: "Messages" }).waitFor();
    },
  },
  "a new chat": { go: press("New chat") },
  "a new contact": {
    go: async (page) => {
      await press("New chat")(page);
      await page.getByRole("button", { name: "Add a contact" }).click();
    },
  },
  settings: { go: press("Settings") },
  "linking this device": {
    start: "registration",
    go: async (page) => {
      await page.getByRole("button", { name: /Link this one$/ }).click();
      await page.getByRole("img", { name: "Code that links this device" }).waitFor();
    },
  },
  "the devices": { go: inDevices() },
  "linking another device": { go: inDevices("Link a device") },
  "the number of another device": {
    go: async (page) => {
      await inDevices("Link a device")(page);
      await page.getByLabel("Link", { exact: true }).fill("kith-link:a");
      await page.keyboard.press("Enter");
      await page.getByText("480 216").waitFor();
    },
  },
  "a choice in the settings": {
    go: async (page) => {
      await press("Settings")(page);
      await page.getByRole("button", { name: /^Privacy/ }).click();
      await page.getByRole("combobox", { name: "Last seen and online" }).click();
      await page.getByRole("option", { name: "Nobody" }).waitFor();
    },
  },
};
