// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: the topics of the settings, and each topic as a page.
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from "react";

import type { Acting } from "../view-models/acting";
import type { Message, State } from "../view-models/core";
import type { DevicesViewModel } from "../view-models/devices";
import { handleOf } from "../view-models/handle";
import type { NotificationsViewModel } from "../view-models/notifications";
import { parentOf, wayTo, type Place, type SettingsSection } from "../view-models/route";
import { say, type TextId } from "../view-models/say";
import type { SettingsViewModel } from "../view-models/settings";
import { StarredViewModel } from "../view-models/starred";
import { moveFocusByArrows } from "./arrow_keys";
import { Hero } from "./hero";
import { isEscape } from "./keys";
import { Icon, type IconName } from "./part_icons";
import { AppearancePage } from "./settings_appearance";
import { DevicesPage } from "./settings_devices";
import { LanguagePage } from "./settings_language";
import { NotificationsPage } from "./settings_notifications";
import { AboutPage, DevicePage, ProfilePage } from "./settings_pages";
import { PrivacyPage } from "./settings_privacy";
import { SecurityPage } from "./settings_security";
import { StoragePage } from "./settings_storage";
import { onDemand } from "./on_demand";
import { StarredList } from "./starred_list";
import { Topic } from "./topic";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import panes from "./parts/pane.module.css";
import groups from "./parts/group.module.css";

const LinkPage = onDemand(() => import("./settings_link").then(({ default: page }) => page));

interface SettingsPaneProps {
  model: SettingsViewModel;
  devices: DevicesViewModel;
  notifications: NotificationsViewModel;
  state: State | undefined;
  profile: string;
  section: SettingsSection | "";
  /** "" is the list of topics. */
  onSection: (section: SettingsSection | "") => void;
  /** Goes to where a message stands. */
  onMessage: (message: Message) => void;
  /** From a page to the one that it is a page of, from the topics to the list. */
  onBack: () => void;
}

interface Page {
  title: TextId;
  hint: TextId;
  icon: IconName;
  /** What it is about; none: oneself. Of that alone it says what went wrong or was done. */
  about?: "devices";
  page: (props: SettingsPaneProps) => ReactNode;
}

const TOPICS: Record<SettingsSection, Page> = {
  starred: {
    title: "starred.title",
    hint: "starred.hintOfAll",
    icon: "star",
    page: ({ model, onMessage }) => <StarredList makeModel={() => model.part(StarredViewModel)} onOpen={onMessage} />,
  },
  profile: {
    title: "settings.profile",
    hint: "settings.profileHint",
    icon: "person",
    page: ({ model }) => <ProfilePage model={model} />,
  },
  devices: {
    title: "devices.title",
    hint: "devices.hint",
    icon: "laptop",
    about: "devices",
    page: ({ devices, state, onSection }) => (
      <DevicesPage model={devices} state={state} onLink={() => onSection("link")} />
    ),
  },
  link: {
    title: "devices.link",
    hint: "devices.hint",
    icon: "qr",
    about: "devices",
    page: ({ devices, state, onSection }) => (
      <LinkPage model={devices} isFirst={state?.firstDevice === true} onDone={() => onSection("devices")} />
    ),
  },
  privacy: {
    title: "settings.privacy",
    hint: "settings.privacyHint",
    icon: "shield",
    page: ({ model, state }) => <PrivacyPage model={model} state={state} />,
  },
  security: {
    title: "settings.security",
    hint: "common.registrationPin",
    icon: "lock",
    page: ({ model }) => <SecurityPage model={model} />,
  },
  notifications: {
    title: "common.notifications",
    hint: "settings.notificationsHint",
    icon: "chats",
    page: ({ notifications }) => <NotificationsPage model={notifications} />,
  },
  appearance: {
    title: "appearance.title",
    hint: "appearance.hint",
    icon: "moon",
    page: () => <AppearancePage />,
  },
  storage: {
    title: "storage.title",
    hint: "storage.hint",
    icon: "disk",
    page: ({ model }) => <StoragePage model={model} />,
  },
  language: {
    title: "language.title",
    hint: "language.hint",
    icon: "globe",
    page: () => <LanguagePage />,
  },
  device: {
    title: "settings.thisDevice",
    hint: "settings.deviceHint",
    icon: "settings",
    page: ({ state, profile }) => <DevicePage state={state} profile={profile} />,
  },
  about: {
    title: "settings.aboutKith",
    hint: "settings.aboutHint",
    icon: "info",
    page: () => <AboutPage />,
  },
};

const placeOf = (section: SettingsSection | ""): Place => ({ panel: "settings", section });
/** Those in the list; the others are pages of one of them. */
const TOPICS_LISTED = (Object.entries(TOPICS) as [SettingsSection, Page][]).filter(
  ([section]) => parentOf(placeOf(section)).section === "",
);

export function SettingsPane(props: SettingsPaneProps) {
  const { model, section, onBack } = props;
  const topic = section === "" ? undefined : TOPICS[section];
  const { error, notice, busy } = useViewModel<Acting>(topic?.about === "devices" ? props.devices : model);
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef<SettingsSection | "">("");
  useEffect(() => {
    // Else the focus returns to what had opened the page.
    const goesBack = wayTo(placeOf(before.current)).some((each) => each.section === section);
    if (!goesBack || before.current === section) button.current?.focus();
    before.current = section;
  }, [section]);
  useEffect(() => model.forgetSaid, [model, section]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    moveFocusByArrows(event, "[data-row]");
    if (!isEscape(event)) return;
    event.stopPropagation();
    onBack();
  };
  return (
    <section className={panes.pane} data-pane="left" aria-label={say("common.settings")} onKeyDown={onKeyDown}>
      <header className={panes.header}>
        <button
          key={section}
          ref={button}
          type="button"
          className={buttons.iconButton}
          aria-label={say("common.back")}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <h1>{say(topic?.title ?? "common.settings")}</h1>
      </header>
      <div className={panes.body} aria-busy={busy}>
        {error !== "" && (
          <p className={`${groups.group} ${fields.error}`} role="alert">
            {error}
          </p>
        )}
        {notice !== "" && (
          <p className={`${groups.group} ${fields.notice}`} role="status">
            {notice}
          </p>
        )}
        {topic === undefined ? <Topics {...props} /> : topic.page(props)}
      </div>
    </section>
  );
}

function Topics({ model, state, onSection }: SettingsPaneProps) {
  const { profile } = useViewModel(model);
  const name = profile?.name ?? state?.name ?? "";
  return (
    <>
      <Hero id={state?.accountId ?? ""} name={name} handle={handleOf(state)} />
      <ul className={`${groups.group} ${groups.ofRows}`}>
        {TOPICS_LISTED.map(([section, { title, hint, icon }]) => (
          <li key={section}>
            <Topic
              id={`topic-${section}`}
              icon={icon}
              title={say(title)}
              hint={say(hint)}
              onClick={() => onSection(section)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
