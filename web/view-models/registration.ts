// SPDX-License-Identifier: AGPL-3.0-or-later

// Registration in the order in which people think: number or e-mail address, code, the PIN when there is one, and the
// name.
//
// A code is tried as soon as it is whole, so that nobody types a name for nothing: the device is registered with the
// handle in the place of the name (hasName is false of it), until the name is there. A page that is closed in between
// asks for the name when it is opened again, or for the code that was asked for: whoever leaves the page to get it
// finds the field again.
import { FailureCode, NAME_CHARACTERS_MAX, failureOf, hasCode, type Core, type State } from "./core";
import { failureText } from "./failure_text";
import { looksLikePhone } from "./phone";
import { say } from "./say";
import { ViewModel } from "./view_model";

export type RegistrationStep = "handle" | "code" | "name" | "pin";
/** What somebody registers with. */
export type HandleKind = "phone" | "email";

export interface RegistrationSnapshot {
  step: RegistrationStep;
  /** As it is typed. */
  handle: string;
  kind: HandleKind;
  code: string;
  name: string;
  pin: string;
  /** The code came with the server's answer: a development server. */
  codeGiven: boolean;
  digits: number;
  busy: boolean;
  /** Words for people; "" for none. */
  error: string;
  /** When the next code may be asked for, in milliseconds since 1970. */
  resendAt: number;
}

/** A code that was asked for and can still be used. */
export interface AskedCode {
  handle: string;
  digits: number;
  /** The code itself, from a development server; "" when somebody else has it. */
  given: string;
  /** In milliseconds since 1970. */
  expiresAt: number;
}

/** Keeps the code that was asked for while the page is away. */
export interface AskedCodePort {
  load(): AskedCode | undefined;
  /** Undefined: there is none any more. */
  save(asked: AskedCode | undefined): void;
}

export interface RegistrationOptions {
  server: string;
  deviceName: string;
  /** A number or address that is typed in already: the one that was here before. */
  handle?: string;
  name?: string;
  /** All but the name is done. */
  registered?: boolean;
  /** This device was one of an account, which has removed it. */
  removed?: boolean;
  asked?: AskedCodePort;
  /** Where there is something to go back to from the first step. */
  onLeave?: (() => void) | undefined;
  /** This device may become one of an account that another device has already. */
  onLink?: () => void;
  onRegistered: () => void;
}

/** Whether somebody has said their name: a number, however it was typed, is none, nor is what they are found by. */
export const hasName = ({ name, handles }: Pick<State, "name" | "handles">): boolean =>
  name !== "" && !looksLikePhone(name) && !handles.some(({ text }) => text === name.toLowerCase());

const kindOf = (handle: string): HandleKind => (handle.includes("@") ? "email" : "phone");
const NOTHING_TYPED: Record<HandleKind, () => string> = {
  phone: () => say("common.typePhone"),
  email: () => say("registration.typeEmail"),
};
const IMPOSSIBLE: Record<HandleKind, () => string> = {
  phone: () => say("registration.impossiblePhone"),
  email: () => say("registration.impossibleEmail"),
};

const RESEND_MS = 30_000;
const CODE_DIGITS = 6;

export class RegistrationViewModel extends ViewModel<RegistrationSnapshot> {
  readonly canLeave: boolean;
  readonly removed: boolean;
  /** The code that was given stood in the field, and is no longer there. */
  private codeRefused = false;

  constructor(
    private readonly core: Core,
    private readonly options: RegistrationOptions,
  ) {
    const asked = options.registered === true ? undefined : options.asked?.load();
    const usable = asked !== undefined && asked.expiresAt > Date.now() ? asked : undefined;
    const handle = usable?.handle ?? options.handle ?? "";
    super({
      step: options.registered === true ? "name" : usable !== undefined ? "code" : "handle",
      handle,
      kind: kindOf(handle),
      code: usable?.given ?? "",
      name: options.name ?? "",
      pin: "",
      codeGiven: (usable?.given ?? "") !== "",
      digits: usable?.digits ?? CODE_DIGITS,
      busy: false,
      error: "",
      resendAt: 0,
    });
    this.canLeave = options.onLeave !== undefined;
    this.removed = options.removed === true;
  }

  readonly setHandle = (handle: string): void => this.update({ handle, error: "" });
  /** To register with the other kind: what is typed stays with the kind that it is of. */
  readonly setKind = (kind: HandleKind): void => {
    const { handle } = this.snapshot();
    this.update({ kind, handle: handle !== "" && kindOf(handle) === kind ? handle : "", error: "" });
  };
  /** However it is written: "323 841", "323-841", "３２３８４１". One that is whole is tried at once. */
  readonly setCode = (typed: string): void => {
    const { digits, busy, codeGiven } = this.snapshot();
    const shown = [...typed.replace(/\P{Nd}/gu, "")].slice(0, digits);
    this.update({ code: shown.join(""), error: "" });
    if (shown.length === digits && !busy && (!codeGiven || this.codeRefused)) void this.next();
  };
  readonly setName = (name: string): void => this.update({ name, error: "" });
  readonly setPin = (pin: string): void => this.update({ pin, error: "" });

  readonly link = (): void => {
    if (!this.snapshot().busy) this.options.onLink?.();
  };

  readonly back = (): void => {
    if (this.snapshot().busy) return;
    if (this.snapshot().step === "handle") return this.options.onLeave?.();
    if (this.snapshot().step === "code") this.options.asked?.save(undefined);
    const before: Record<RegistrationStep, RegistrationStep> = {
      handle: "handle",
      code: "handle",
      pin: "code",
      name: "name", // the device is registered: there is no way back
    };
    this.update({ step: before[this.snapshot().step], error: "" });
  };

  /** Takes what was typed at the present step and goes on. */
  readonly next = async (): Promise<void> => {
    if (this.snapshot().busy) return;
    switch (this.snapshot().step) {
      case "handle":
        return this.requestCode();
      case "code":
        return this.takeCode();
      case "name":
        return this.takeName();
      case "pin":
        return this.takePin();
    }
  };

  readonly resend = (): Promise<void> => this.requestCode();

  /** Somebody has a code already: it is not made anew, which would make that one useless. */
  readonly haveCode = (): void => {
    const handle = this.typedHandle();
    if (handle !== "") this.update({ step: "code", handle, code: "", codeGiven: false, error: "" });
  };

  /** "", and said, when there is none. */
  private typedHandle(): string {
    const { handle, kind } = this.snapshot();
    if (handle.trim() === "") this.update({ error: NOTHING_TYPED[kind]() });
    return handle.trim();
  }

  private async requestCode(): Promise<void> {
    const handle = this.typedHandle();
    if (handle === "") return;
    this.update({ busy: true, error: "" });
    try {
      const answer = await this.core.call("requestCode", { server: this.options.server, handle });
      const { code } = answer;
      const digits = answer.digits === 0 ? CODE_DIGITS : answer.digits;
      this.codeRefused = false;
      this.options.asked?.save({ handle, digits, given: code, expiresAt: Date.now() + answer.expiresInS * 1000 });
      this.update({
        busy: false,
        step: "code",
        handle,
        code,
        codeGiven: code !== "",
        digits,
        resendAt: Date.now() + RESEND_MS,
      });
    } catch (error) {
      const words = hasCode(error, FailureCode.kInvalidHandle)
        ? IMPOSSIBLE[this.snapshot().kind]()
        : failureText(error);
      this.update({ busy: false, error: words, resendAt: Date.now() + failureOf(error).retryAfterMs });
    }
  }

  private async takeCode(): Promise<void> {
    const { code, digits } = this.snapshot();
    if ([...code].length !== digits) return this.update({ error: say("registration.codeLength", { digits }) });
    return this.register();
  }

  private async takeName(): Promise<void> {
    const name = this.snapshot().name.trim();
    if (name === "") return this.update({ error: say("registration.noName") });
    if ([...name].length > NAME_CHARACTERS_MAX)
      return this.update({ error: say("common.nameTooLong", { most: NAME_CHARACTERS_MAX }) });
    this.update({ name, busy: true, error: "" });
    try {
      await this.core.call("setProfile", { name });
      this.options.onRegistered();
    } catch (error) {
      this.update({ busy: false, error: failureText(error) });
    }
  }

  private async takePin(): Promise<void> {
    if (this.snapshot().pin === "") return this.update({ error: say("registration.noPin") });
    return this.register();
  }

  private async register(): Promise<void> {
    const { handle, code, pin } = this.snapshot();
    const name = this.snapshot().name.trim() || handle;
    this.update({ busy: true, error: "" });
    try {
      const { server, deviceName } = this.options;
      await this.core.call("register", { server, handle, code, name, pin, deviceName });
      this.options.asked?.save(undefined);
      this.update({ busy: false, step: "name" });
    } catch (error) {
      this.update({ busy: false, ...this.afterRefusal(error) });
    }
  }

  /** Where the refusal sends the person back to. */
  private afterRefusal(error: unknown): Partial<RegistrationSnapshot> {
    if (hasCode(error, FailureCode.kPinRequired)) return { step: "pin", error: "" };
    if (hasCode(error, FailureCode.kWrongPin)) return { step: "pin", pin: "", error: failureText(error) };
    this.codeRefused = hasCode(error, FailureCode.kWrongCode, FailureCode.kCodeExpired);
    if (this.codeRefused) return { step: "code", code: "", error: failureText(error) };
    if (hasCode(error, FailureCode.kInvalidHandle)) return { step: "handle", error: failureText(error) };
    return { error: failureText(error) };
  }
}
