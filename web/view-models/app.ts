// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole app: which screen is shown, what is open in it, and the connection.
import {
  forgetShared,
  hasDetails,
  isConnected,
  isDone,
  isRefused,
  NOTHING_OPEN,
  type AppOptions,
  type AppSnapshot,
} from "./app_snapshot";
import { Arrangement } from "./arrangement";
import { ContactPanelViewModel } from "./contact_panel";
import { ContactsViewModel } from "./contacts";
import { ConversationViewModel } from "./conversation";
import { ConversationListViewModel } from "./conversation_list";
import {
  directOf,
  groupOf,
  madeOnce,
  titleOf,
  type Conversation,
  type Core,
  type Message,
  type Person,
  type Quote,
  type State,
} from "./core";
import { DevicesViewModel, noLinking, type LinkingPort } from "./devices";
import { EntityStore, type Changes, type WithCore } from "./entity_store";
import { failureText } from "./failure_text";
import { GroupInfoViewModel } from "./group_info";
import { handleOf } from "./handle";
import { JoinViewModel } from "./join";
import { LinkThisViewModel } from "./link_this";
import type { MediaPort } from "./media_port";
import type { MediaTools } from "./media_tools";
import { NewGroupViewModel } from "./new_group";
import { NotificationsViewModel } from "./notifications";
import { hasName, RegistrationViewModel } from "./registration";
import type { GroupTopic, LeftPanel, Route, SettingsSection } from "./route";
import { backFrom, HOME, parentOf, sharedTopic } from "./route";
import { say } from "./say";
import { SearchViewModel } from "./search";
import { SettingsViewModel } from "./settings";
import type { ShareHost, SharedPort } from "./share";
import { ViewModel } from "./view_model";

export class AppViewModel extends ViewModel<AppSnapshot> {
  readonly store: EntityStore;
  readonly list: ConversationListViewModel;
  readonly arrangement: Arrangement;
  readonly search: SearchViewModel;
  readonly contacts: ContactsViewModel;
  readonly newGroup: NewGroupViewModel;
  readonly join: JoinViewModel;
  readonly settings: SettingsViewModel;
  readonly devices: DevicesViewModel;
  readonly notifications: NotificationsViewModel;
  private readonly kept: LinkingPort;
  /** The registration takes back a number: this device is registered, but the server doesn't take it. */
  private takingBack = false;
  private onNoticeOver: (() => void) | undefined;
  /** Until there is somebody here whom it could let in. */
  private groupLink: string;

  constructor(
    private readonly core: Core,
    private readonly options: AppOptions,
  ) {
    super(NOTHING_OPEN);
    this.store = new EntityStore(core);
    this.onDispose(() => this.store.dispose());
    this.onDispose(this.store.subscribe((changes) => this.take(changes)));
    this.list = new ConversationListViewModel(this.store);
    this.onDispose(this.subscribe(() => this.list.isOpen(this.snapshot().open?.id ?? "")));
    this.arrangement = new Arrangement(core, this.store, this.tell);
    this.search = new SearchViewModel(core, this.store);
    this.contacts = new ContactsViewModel(core, this.store, (conversation) => this.showOpened(conversation));
    this.newGroup = new NewGroupViewModel(core, this.store, (conversation) => this.showOpened(conversation));
    this.join = new JoinViewModel(
      core,
      (conversation) => this.showOpened(conversation),
      (id) => this.showThere(id),
    );
    this.groupLink = options.groupLink ?? "";
    this.kept = options.kept ?? noLinking;
    this.settings = new SettingsViewModel(core, this.store, this.tell, this.media);
    this.devices = new DevicesViewModel(core, this.store, this.kept, this.tell);
    const { attention, notifications: port } = options;
    const open = (id: string) => void this.openConversation(id);
    this.notifications = new NotificationsViewModel(this.store, attention, port, open);
    const { list, search, contacts, newGroup, join, settings, devices, notifications } = this;
    for (const part of [list, search, contacts, newGroup, join, settings, devices, notifications])
      this.onDispose(() => part.dispose());
    this.onDispose(attention.subscribe((attentive) => this.tellAvailable(attentive)));
    this.onDispose(() => this.close());
  }

  /** What is open: the same as `go` was last called with, but for what has been opened and closed since. */
  get route(): Route {
    const { leftPanel: panel, section, shared, open, topic, viewing } = this.snapshot();
    const details = hasDetails(this.snapshot());
    return { panel, section, shared, conversation: open?.id ?? "", details, topic, viewing };
  }

  /** Reads the state and shows the screen that fits, with what `route` says open, as far as it is here. */
  async start(route: Route = HOME): Promise<void> {
    const { registration } = this.snapshot();
    try {
      const state = await this.core.call("getState");
      this.store.putState(state);
      this.update({ state });
      if (this.snapshot().registration !== registration && !isConnected(state)) return; // begun meanwhile: that stays
      const mayShare = state.registered && hasName(state) && !isRefused(state);
      if (route.panel === "share" && !mayShare) forgetShared(this.options);
      if (isRefused(state)) {
        this.update({ phase: "ended", refusal: state.connection });
        this.askAgain();
        return;
      }
      if (!state.registered && this.devices.snapshot().given !== "") return this.update({ phase: "stray" });
      if (route.panel === "share" && !mayShare) return this.update({ phase: "unshared" });
      if (!state.registered || !hasName(state)) {
        this.beginRegistration();
        if (!state.registered && this.kept.load().joining === true) this.beginLinking(true);
        return;
      }
      await this.enter(route);
    } catch (error) {
      this.update({ phase: "broken", failure: failureText(error) });
    }
  }

  /** Whether the server knows this device again: it may have been another one, or have lied. */
  readonly askAgain = (): void => void this.core.call("connect").catch(() => undefined);

  /** Somebody does not want to wait until the core looks for the server again. */
  readonly tryNow = (): void => {
    this.askAgain();
    this.core.tryNow();
  };

  /** Registers this device anew, which the server doesn't take: what is known of it is typed in already. */
  readonly register = (): void => {
    this.takingBack = true;
    this.beginRegistration();
  };

  /** Opens a conversation, at a message when one is named, and at what was `found` in that. */
  readonly openConversation = async (id: string, message = "", found: readonly string[] = []): Promise<void> => {
    if (this.snapshot().open?.id !== id) {
      const conversation = this.store.conversation(id);
      if (conversation === undefined) return this.tell(say("app.noConversation"));
      const state = () => this.snapshot().state;
      const files = { tools: this.mediaTools, limits: () => state()?.mediaLimits, state };
      const opened = new ConversationViewModel(this.core, conversation, this.store, this.options.attention, files);
      this.close();
      this.update({ open: opened });
      await opened.load();
    }
    if (message !== "") await this.jumpTo(message, found);
  };

  /** Opens the conversation with a member of a group, which begins with that if there was none. */
  readonly openPerson = async ({ accountId }: Person): Promise<void> => {
    try {
      this.showOpened(await this.core.call("openConversation", { accountId }));
    } catch (error) {
      this.tell(failureText(error));
    }
  };

  /** Answers a message of the open group to its author alone, in the conversation with them. */
  readonly replyPrivately = async (message: Message): Promise<void> => {
    const group = this.snapshot().open?.snapshot().conversation;
    if (group === undefined || message.sender === undefined) return;
    await this.openPerson(message.sender);
    const open = this.snapshot().open;
    if (open !== undefined && directOf(open.snapshot().conversation)?.partner?.accountId === message.sender.accountId)
      open.composer.quote(message, titleOf(group));
  };

  /** Goes to what a message quotes, also into the group that it is of. */
  readonly openQuoted = async ({ messageId, group }: Quote): Promise<void> => {
    if (group === undefined) return this.jumpTo(messageId);
    if (group.conversation === "") return this.tell(say("app.noMessage"));
    await this.openConversation(group.conversation, messageId);
  };

  readonly openMessage = (message: Message, found: readonly string[] = []): Promise<void> =>
    this.openConversation(message.conversation, message.id, found);

  /** Brings a message of the open conversation into view. */
  readonly jumpTo = async (message: string, found: readonly string[] = []): Promise<void> => {
    const isHere = await this.snapshot().open?.timeline.jumpTo(message, found);
    if (isHere === false) this.tell(say("app.noMessage"));
  };

  readonly closeConversation = (): void => {
    if (this.snapshot().open === undefined) return;
    this.close();
    this.update({ open: undefined });
    this.core.call("watchPresence", { conversations: [] }).catch(() => undefined);
  };

  /** Opens and closes until what is open is what the route says; a conversation that is not here is left out. */
  readonly go = ({ panel, section, shared, conversation, details, topic, viewing }: Route): void => {
    const now = this.route;
    if (panel !== now.panel || section !== now.section || shared !== now.shared) this.showLeft(panel, section, shared);
    const known = this.store.conversation(conversation) !== undefined;
    if (!known) this.closeConversation();
    else void this.openConversation(conversation);
    if (known && details) this.showTopic(topic);
    else this.closeDetails();
    if (known && viewing !== "") this.update({ viewing });
    else this.closeViewer();
  };

  readonly showLeft = (leftPanel: LeftPanel, section: SettingsSection | "" = "", shared = ""): void => {
    const before = this.snapshot().leftPanel;
    this.update({ leftPanel, section, shared });
    if (leftPanel === "new-chat" || before === "new-chat") this.contacts.reset();
    if (leftPanel === "new-chat") void this.contacts.load();
    if (leftPanel === "new-group" || before === "new-group") this.newGroup.reset();
    if (leftPanel === "new-group") void this.newGroup.people.load();
    if (leftPanel !== "join" && before === "join") this.join.reset();
    if (leftPanel === "settings" && before !== "settings") void this.settings.load();
  };

  /** From a page at the left to the one that it is a page of, and from there to the list. */
  readonly leaveLeft = (): void => {
    const { panel, section } = parentOf(this.route);
    this.showLeft(panel, section);
  };

  /** Closes what is open innermost. */
  readonly goBack = (): void => this.go(backFrom(this.route));

  /** The field of the search, wherever one was. */
  readonly openSearch = (): void => {
    this.showLeft("list");
    this.search.want();
  };

  /** Opens the conversation with whoever has a handle, where its failure can be seen. */
  readonly writeTo = (handle: string): void => {
    this.showLeft("new-chat");
    this.contacts.setQuery(handle);
    void this.contacts.openTyped();
  };

  /** What a link to a group leads to. */
  readonly openGroupLink = (link: string): void => {
    this.groupLink = link;
    if (this.snapshot().phase !== "chats") return;
    this.groupLink = "";
    this.showLeft("join");
    void this.join.look(link);
  };

  readonly sharedPort = async (): Promise<SharedPort | undefined> => this.options.shared?.();
  /** A model of what was shared, for the view that its class came with, which disposes of it. */
  readonly shareModel = <Model>(Model: new (core: Core, store: EntityStore, host: ShareHost) => Model): Model =>
    new Model(this.core, this.store, this);

  /** What a part of the page that was fetched does with the core: what it makes of it is its own. */
  readonly withCore: WithCore = (make) => make(this.core, this.store);

  readonly closeDetails = (): void => {
    if (!this.route.details) return;
    const { contactPanel, groupInfo } = this.snapshot();
    contactPanel?.dispose();
    groupInfo?.dispose();
    this.update({ contactPanel: undefined, groupInfo: undefined, noteInfo: false, topic: "" });
  };

  readonly toggleDetails = (): void => (this.route.details ? this.closeDetails() : this.openDetails());

  readonly openDetails = (): void => this.showTopic("");

  /** Who the partner is, or what the group is, and a page of that. */
  readonly showTopic = (topic: GroupTopic | ""): void => {
    const conversation = this.snapshot().open?.snapshot().conversation;
    if (conversation === undefined) return;
    if (groupOf(conversation) !== undefined) return this.openGroupInfo(conversation.id, topic);
    const ofAny = sharedTopic(topic);
    const direct = directOf(conversation);
    if (direct === undefined) return this.update({ noteInfo: conversation.peer.case === "self", topic: ofAny });
    const { contactPanel } = this.snapshot();
    const panel = contactPanel ?? new ContactPanelViewModel(this.core, this.store, conversation.id, direct, this.tell);
    this.update({ contactPanel: panel, topic: ofAny });
    if (contactPanel === undefined) void panel.load();
  };

  private openGroupInfo(conversation: string, topic: GroupTopic | ""): void {
    const { groupInfo, topic: before } = this.snapshot();
    const info = groupInfo ?? new GroupInfoViewModel(this.core, this.store, conversation, this.tell, this.media);
    if (groupInfo === undefined) void info.load();
    if (topic !== before) info.forgetSaid();
    if (topic === "add" && before !== "add") info.startAdding();
    this.update({ groupInfo: info, topic });
  }

  /** Shows the picture of a message of the open conversation alone. */
  readonly viewMedia = ({ id }: Message): void => this.update({ viewing: id });

  readonly closeViewer = (): void => {
    if (this.snapshot().viewing !== "") this.update({ viewing: "" });
  };

  /** From the picture to where it stands. */
  readonly goToMessage = async (message: Message): Promise<void> => {
    this.closeViewer();
    await this.jumpTo(message.id);
  };

  private readonly media = async (): Promise<MediaPort> => (await this.mediaTools()).media;

  /** What is done with files, from now on in the snapshot. Rejects when its code can't be fetched. */
  readonly mediaTools = madeOnce(async (): Promise<MediaTools> => {
    const media = this.options.media ?? (() => import("./no_media").then(({ noMedia }) => noMedia));
    const [{ MediaTools: Tools }, port] = await Promise.all([import("./media_tools"), media()]);
    const tools = new Tools(this.core, port, (message) => this.putSent(message));
    this.onDispose(() => tools.dispose());
    this.onDispose(this.store.subscribe(tools.player.take));
    this.update({ tools });
    return tools;
  });

  /** Gives its file to the browser's downloads. */
  readonly saveMedia = (message: Message): Promise<void> => this.hand((tools) => tools.handing.save(message));

  /** Gives its file to another program. */
  readonly shareMedia = (message: Message): Promise<void> => this.hand((tools) => tools.handing.share(message));

  private async hand(act: (tools: MediaTools) => unknown): Promise<void> {
    const tools = await this.mediaTools().catch(() => undefined);
    if (tools === undefined) return this.tell(say("unavailable.load"));
    await act(tools);
  }

  readonly clearNotice = (): void => this.tell("");
  /** A short word on what was done, with a way to take it back; `onOver` when there is none any more. */
  readonly tell = (notice: string, undo?: () => void, onOver?: () => void): void => {
    const before = this.onNoticeOver;
    this.onNoticeOver = onOver;
    this.update({ notice, undo });
    before?.();
  };

  /** The core is gone for good: its Worker ended. */
  readonly breakDown = (failure: string): void => this.update({ phase: "broken", failure });

  private beginRegistration(): void {
    const { state, registration } = this.snapshot();
    registration?.dispose();
    const { server, deviceName, asked } = this.options;
    const handle = handleOf(state);
    const name = state !== undefined && hasName(state) ? state.name : "";
    const registered = state?.registered === true && !this.takingBack;
    const onLeave = this.takingBack ? () => this.leaveRegistration() : undefined;
    const onRegistered = () => void this.start();
    const onLink = () => this.beginLinking();
    const removed = state?.removed === true;
    const options = { server, deviceName, handle, name, registered, removed, asked, onLeave, onLink, onRegistered };
    this.update({ phase: "registration", registration: new RegistrationViewModel(this.core, options) });
  }

  /** There is no account here that the link of another device could be let into, or that could send what was shared. */
  readonly leaveStray = (): void => {
    this.devices.cancel();
    this.beginRegistration();
  };

  private beginLinking(again = false): void {
    const { server, deviceName } = this.options;
    const onLeave = () => this.leaveLinking();
    const linking = new LinkThisViewModel(this.core, this.store, { server, deviceName, onLeave });
    this.update({ phase: "linking", linking });
    this.kept.save({ joining: true });
    void (again ? linking.resume(this.snapshot().state?.linking) : linking.start());
  }

  private leaveLinking(): void {
    this.snapshot().linking?.dispose();
    this.kept.save({});
    this.update({ phase: "registration", linking: undefined });
  }

  private leaveRegistration(): void {
    this.snapshot().registration?.dispose();
    this.takingBack = false;
    this.update({ phase: "ended", registration: undefined });
  }

  private async enter(route: Route): Promise<void> {
    this.takingBack = false;
    if (this.snapshot().linking !== undefined) this.kept.save({});
    this.snapshot().linking?.dispose();
    this.update({ phase: "chats", registration: undefined, linking: undefined });
    await this.core.call("connect");
    void this.store.loadLists().catch(() => undefined); // they are read when one changes, or events were lost
    await this.store.loadConversations();
    this.tellAvailable(this.options.attention.attentive);
    this.go(route);
    if (this.groupLink !== "") this.openGroupLink(this.groupLink);
    this.update({ entered: true });
  }

  private showOpened(conversation: Conversation): void {
    this.store.putConversation(conversation);
    this.showThere(conversation.id);
  }

  private putSent(message: Message): void {
    const { open } = this.snapshot();
    if (open?.id === message.conversation) open.timeline.putOwn(message);
  }

  private showThere(id: string): void {
    this.showLeft("list");
    void this.openConversation(id);
  }

  private close(): void {
    if (this.onNoticeOver !== undefined) this.clearNotice();
    this.closeViewer();
    this.closeDetails();
    this.snapshot().open?.dispose();
  }

  private tellAvailable(available: boolean): void {
    if (this.snapshot().phase === "chats") this.core.call("setAvailable", { available }).catch(() => undefined);
  }

  private take({ state, resync, conversations }: Changes): void {
    if (state !== undefined) this.takeState(state);
    const { open } = this.snapshot();
    if (open !== undefined && conversations.has(open.id) && this.store.conversation(open.id) === undefined)
      void this.followMerged(open);
    if (resync)
      void this.core.call("getState").then((state) => {
        this.store.putState(state);
        this.takeState(state);
      });
  }

  /**
   * The open conversation is no more: the handle that was written to without a connection is that of somebody with whom
   * there is one already. There the messages are now, and there one goes on with what is being written.
   */
  private async followMerged(open: ConversationViewModel): Promise<void> {
    const written = open.timeline.read.at(-1);
    const now =
      written === undefined ? undefined : await this.core.call("getMessage", { id: written.id }).catch(() => undefined);
    if (this.snapshot().open !== open) return;
    if (now === undefined || this.store.conversation(now.conversation) === undefined) return this.closeConversation();
    const opening = this.openConversation(now.conversation);
    // What is typed from here on is typed there.
    this.snapshot().open?.composer.takeOver(open.composer.draft, open.snapshot().conversation.draft);
    await opening;
  }

  /** Nothing of the account that this device was of is shown to whoever is next. */
  private forgetAccount(): void {
    forgetShared(this.options);
    this.closeConversation();
    this.snapshot().tools?.forget();
    this.showLeft("list");
    this.search.clear();
    for (const part of [this.contacts, this.newGroup, this.join, this.settings, this.devices]) part.reset();
    this.options.appearance?.forgetConversations();
    this.store.forget();
    this.takingBack = false;
    this.clearNotice();
    this.update({ entered: false });
  }

  private takeState(state: State): void {
    this.update(isRefused(state) ? { state, refusal: state.connection } : { state });
    const { phase } = this.snapshot();
    if (state.removed && (phase === "chats" || phase === "ended")) {
      this.forgetAccount();
      this.beginRegistration();
    } else if (isRefused(state) && phase === "chats") {
      this.closeConversation();
      this.snapshot().tools?.player.stop(); // nothing could be seen of it
      this.update({ phase: "ended" });
    } else if (phase === "stray" && state.registered) {
      void this.start({ ...HOME, panel: "settings", section: "link" }); // registered in another tab of this profile
    } else if (isDone(this.snapshot(), state, this.takingBack)) {
      void this.start();
    }
  }
}
