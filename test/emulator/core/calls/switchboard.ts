import type { AccessTokens } from "../auth/access-tokens.ts";
import { Authenticator } from "../auth/authenticator.ts";
import { exchangeToken, type TokenAnswer } from "../auth/token-endpoint.ts";
import type { Identities } from "../iam/identities.ts";
import type { EmulatorClock, Platform } from "../platform.ts";
import type { Admission } from "./admission.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Pending } from "./pending.ts";

/** What every call passes through, wired together. */
export type Switchboard = {
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly pending: Pending;
  token(form: URLSearchParams): TokenAnswer;
};

export type SwitchboardNeeds = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  /** The clients' own clock: tokens are not to expire because a test has moved the emulator's. */
  readonly signInClock: EmulatorClock;
  readonly admit: Admission;
  readonly latencyMs: number;
  log(line: string): void;
};

export function makeSwitchboard(platform: Platform, needs: SwitchboardNeeds): Switchboard {
  const { clock } = platform;
  const { identities, accessTokens, admit, latencyMs, log } = needs;
  const signIn = { identities, accessTokens, clock: needs.signInClock };
  const journal = new Journal(clock);
  const faults = new Faults();
  const pending = new Pending(clock);
  const authenticator = new Authenticator(signIn);
  return {
    dispatcher: new Dispatcher({
      ...{ authenticator, journal, faults, pending, platform, admit, latencyMs, log },
    }),
    journal,
    faults,
    pending,
    token: (form) => exchangeToken(form, signIn),
  };
}
