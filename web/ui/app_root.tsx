// SPDX-License-Identifier: AGPL-3.0-or-later

// Chooses the screen, and lays out the panes of the main one.
import { useEffect, useMemo, useState } from "react";

import type { AppViewModel } from "../view-models/app";
import { Connection } from "../view-models/core";
import { invitationText } from "../view-models/contacts";
import { handleOf } from "../view-models/handle";
import { say, type TextId } from "../view-models/say";
import { useFocusReturn } from "./focus_return";
import { watchKeys } from "./keys";
import { ConversationPane } from "./conversation_pane";
import { Icon, Logo } from "./icons";
import { passOn } from "./invite";
import { ListPane } from "./list_pane";
import { MediaContext } from "./media_context";
import { MissingPart, MissingPopup, onDemand, type Missing } from "./on_demand";
import { OwnAccount } from "./own_account";
import { PageBoundary } from "./page_boundary";
import { Rail } from "./rail";
import { FailureScreen, StartingScreen } from "./screens";
import { useShortcuts } from "./shortcuts";
import { useLocale } from "./use_locale";
import { useViewModel } from "./use_view_model";
import { Words } from "./words";
import styles from "./app_root.module.css";
import panes from "./parts/pane.module.css";

/** In the place of a pane at the left that is called so. */
const atLeft = (name: TextId) => ({
  waiting: () => <section className={panes.pane} data-pane="left" aria-label={say(name)} />,
  missing: (missing: Missing) => (
    <section className={panes.pane} data-pane="left" aria-label={say(name)}>
      <MissingPart {...missing} />
    </section>
  ),
});
/** In the place of the details that are called so. */
const atDetails = (name: TextId) => ({
  waiting: () => <aside className={panes.pane} data-pane="details" />,
  missing: (missing: Missing) => (
    <aside className={panes.pane} data-pane="details" aria-label={say(name)}>
      <MissingPart {...missing} />
    </aside>
  ),
});
const SettingsPane = onDemand(
  () => import("./settings_pane").then(({ SettingsPane: pane }) => pane),
  atLeft("common.settings"),
);
const ArchivedPane = onDemand(
  () => import("./archived_pane").then(({ ArchivedPane: pane }) => pane),
  atLeft("archived.title"),
);
const NewChatPane = onDemand(
  () => import("./new_chat_pane").then(({ NewChatPane: pane }) => pane),
  atLeft("common.newChat"),
);
const NewGroupPane = onDemand(
  () => import("./new_group_pane").then(({ NewGroupPane: pane }) => pane),
  atLeft("newGroup.title"),
);
const SharePane = onDemand(() => import("./share_pane").then(({ SharePane: pane }) => pane), atLeft("share.title"));
const JoinPane = onDemand(() => import("./join_pane").then(({ JoinPane: pane }) => pane), atLeft("join.title"));
const GroupInfo = onDemand(
  () => import("./group_info").then(({ GroupInfo: panel }) => panel),
  atDetails("common.groupInfo"),
);
const NoteDetails = onDemand(
  () => import("./note_details").then(({ NoteDetails: panel }) => panel),
  atDetails("common.noteInfo"),
);
const PlayerBar = onDemand(() => import("./player_bar").then(({ PlayerBar: bar }) => bar), {
  files: true,
  missing: (missing) => (
    <div className={styles.missing}>
      <MissingPart {...missing} />
    </div>
  ),
});
const Viewer = onDemand(() => import("./viewer").then(({ Viewer: part }) => part), {
  files: true,
  missing: (missing, { actions }) => <MissingPopup {...missing} onClose={actions.closeViewer} />,
});
const ContactPanel = onDemand(
  () => import("./contact_panel").then(({ ContactPanel: panel }) => panel),
  atDetails("common.contactDetails"),
);
/** Fetched when somebody first does what can be taken back. */
const Undo = onDemand(() => import("./undo").then(({ Undo: button }) => button), { missing: () => null });
// What is seen once, by who has no account here yet.
const screen = {
  waiting: () => <StartingScreen />,
  missing: ({ words, answer, onAnswer }: Missing) => (
    <FailureScreen title={say("onDemand.title")} retry={answer} onRetry={onAnswer}>
      {words}
    </FailureScreen>
  ),
};
const RegistrationScreen = onDemand(
  () => import("./registration_screen").then(({ RegistrationScreen: part }) => part),
  screen,
);
const EndedScreen = onDemand(() => import("./ended_screen").then(({ EndedScreen: part }) => part), screen);
const LinkThisScreen = onDemand(() => import("./link_this_screen").then(({ LinkThisScreen: part }) => part), screen);
const UnsharedScreen = onDemand(() => import("./unshared_screen").then(({ UnsharedScreen: part }) => part), screen);
const StrayLinkScreen = onDemand(() => import("./stray_link_screen").then(({ StrayLinkScreen: part }) => part), screen);

interface AppRootProps {
  app: AppViewModel;
  server: string;
  /** "" for the first one of this browser. */
  profile: string;
  onNewProfile: () => void;
  onReload: () => void;
}

export function AppRoot(props: AppRootProps) {
  useLocale();
  useEffect(watchKeys, []);
  return (
    <PageBoundary onReload={props.onReload}>
      <Phase {...props} />
    </PageBoundary>
  );
}

function Phase({ app, server, profile, onNewProfile, onReload }: AppRootProps) {
  const snapshot = useViewModel(app);
  switch (snapshot.phase) {
    case "starting":
      return <StartingScreen />;
    case "registration":
      return (
        snapshot.registration && <RegistrationScreen model={snapshot.registration} server={server} profile={profile} />
      );
    case "linking":
      return snapshot.linking && <LinkThisScreen model={snapshot.linking} server={server} />;
    case "stray":
      return <StrayLinkScreen onGoOn={app.leaveStray} />;
    case "unshared":
      return <UnsharedScreen onGoOn={app.leaveStray} />;
    case "ended":
      return (
        <EndedScreen
          handle={handleOf(snapshot.state)}
          refusal={snapshot.refusal}
          asking={snapshot.state?.connection === Connection.kConnecting}
          onRegister={app.register}
          onRetry={app.askAgain}
          onNewProfile={onNewProfile}
        />
      );
    case "broken":
      return (
        <FailureScreen title={say("appRoot.cantGoOn")} onRetry={onReload}>
          {snapshot.failure}
        </FailureScreen>
      );
    case "chats":
      return <Chats app={app} server={server} profile={profile} />;
  }
}

interface ChatsProps {
  app: AppViewModel;
  server: string;
  profile: string;
}

function Chats({ app, server, profile }: ChatsProps) {
  const snapshot = useViewModel(app);
  const { open, contactPanel, groupInfo, noteInfo, topic, leftPanel, state, viewing, tools } = snapshot;
  const media = useMemo(() => ({ tools, fetchTools: app.mediaTools }), [tools, app]);
  useShortcuts(app);
  useFocusReturn(app);

  const list = useViewModel(app.list);
  const first = list.loaded && list.conversations.length + list.archived.length === 0;
  const details = open !== undefined && app.route.details;
  return (
    <OwnAccount value={state?.accountId ?? ""}>
      <MediaContext value={media}>
        <div
          className={`${styles.app} ${open !== undefined ? styles.reading : ""} ${details ? styles.withDetails : ""}`}
        >
          <Rail unread={list.unread} panel={leftPanel} self={state} onPanel={app.showLeft} />
          <Left app={app} server={server} profile={profile} />
          {open === undefined ? (
            <NothingOpen first={first} />
          ) : (
            <ConversationPane model={open} details={details} actions={app} />
          )}
          {details && contactPanel !== undefined && (
            <ContactPanel model={contactPanel} conversationModel={open} topic={topic} actions={app} />
          )}
          {details && groupInfo !== undefined && (
            <GroupInfo model={groupInfo} conversationModel={open} topic={topic} actions={app} />
          )}
          {details && noteInfo && <NoteDetails conversationModel={open} topic={topic} actions={app} />}
          {open !== undefined && viewing !== "" && <Viewer model={open} openedAt={viewing} actions={app} />}
          {tools !== undefined && <PlayerBar openId={open?.id ?? ""} />}
          <Toast app={app} />
        </div>
      </MediaContext>
    </OwnAccount>
  );
}

/** What is at the left of the conversation, one of these at a time. */
function Left({ app, server, profile }: ChatsProps) {
  const { open, leftPanel, section, shared, state } = useViewModel(app);
  const invite = () => void passOn(invitationText(server, state)).then((words) => words !== "" && app.tell(words));
  return (
    <>
      {leftPanel === "list" && (
        <ListPane
          models={app}
          state={state}
          openId={open?.id ?? ""}
          profile={profile}
          actions={app}
          onInvite={invite}
        />
      )}
      {leftPanel === "archived" && (
        <ArchivedPane model={app.list} openId={open?.id ?? ""} actions={app} onBack={app.leaveLeft} />
      )}
      {leftPanel === "new-chat" && (
        <NewChatPane
          model={app.contacts}
          self={state}
          onBack={app.leaveLeft}
          onInvite={invite}
          onGroup={() => app.showLeft("new-group")}
          onJoin={() => app.showLeft("join")}
        />
      )}
      {leftPanel === "new-group" && <NewGroupPane model={app.newGroup} onBack={app.leaveLeft} />}
      {leftPanel === "share" && <SharePane key={shared} makeModel={app.shareModel} />}
      {leftPanel === "join" && <JoinPane model={app.join} onBack={app.leaveLeft} />}
      {leftPanel === "settings" && (
        <SettingsPane
          model={app.settings}
          devices={app.devices}
          notifications={app.notifications}
          state={state}
          profile={profile}
          section={section}
          onSection={(topic) => app.showLeft("settings", topic)}
          onMessage={(message) => void app.openMessage(message)}
          onBack={app.leaveLeft}
        />
      )}
    </>
  );
}

/** How long a notice stays; longer when it can be answered. */
const NOTICE_MS = 4_000;
const UNDO_MS = 6_000;

/** It stays as long as somebody points at it, or is in it. */
function Toast({ app }: { app: AppViewModel }) {
  const { notice, undo } = useViewModel(app);
  const [pointed, setPointed] = useState(false);
  const [entered, setEntered] = useState(false);
  const held = pointed || entered;
  useEffect(() => {
    if (notice === "" || held) return;
    const timer = setTimeout(app.clearNotice, undo === undefined ? NOTICE_MS : UNDO_MS);
    return () => clearTimeout(timer);
  }, [app, notice, undo, held]);
  const takeBack = () => {
    undo?.();
    app.clearNotice();
    setPointed(false);
    setEntered(false);
  };
  return (
    <div
      className={notice === "" ? undefined : styles.toast}
      role="status"
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setEntered(true)}
      onBlur={() => setEntered(false)}
    >
      {notice}
      {undo !== undefined && <Undo className={styles.undo} onUndo={takeBack} />}
    </div>
  );
}

/** `first`: there is no conversation yet. */
function NothingOpen({ first }: { first: boolean }) {
  return (
    <main className={`${panes.pane} ${panes.well}`} data-pane="conversation">
      <div className={styles.emptyPane}>
        <Logo className={styles.logo} />
        {first ? (
          <>
            <h2>{say("appRoot.welcome")}</h2>
            <p>{say("appRoot.welcomeHint")}</p>
          </>
        ) : (
          <>
            <h2>{say("appRoot.chooseAConversation")}</h2>
            <p>
              <Words id="appRoot.orPress" />
            </p>
          </>
        )}
        <span className={styles.lock}>
          <Icon name="lock" />
          {say("appRoot.encrypted")}
        </span>
      </div>
    </main>
  );
}
