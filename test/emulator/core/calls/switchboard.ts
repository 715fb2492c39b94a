import type { AccessTokens } from "../auth/access-tokens.ts";
import { Authenticator } from "../auth/authenticator.ts";
import type { TokenAnswer } from "../auth/token-answer.ts";
import { exchangeToken } from "../auth/token-endpoint.ts";
import { exchangeSubjectToken } from "../auth/token-exchange.ts";
import type { Users } from "../auth/users.ts";
import type { WorkloadPools } from "../auth/workload-pools.ts";
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
  /** The token endpoints: `/token` of oauth2.googleapis.com, `/v1/token` of sts.googleapis.com. */
  token(path: string, form: URLSearchParams): TokenAnswer | undefined;
};

export type SwitchboardNeeds = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  readonly users: Users;
  readonly pools: WorkloadPools;
  /** The clients' own clock: tokens are not to expire because a test has moved the emulator's. */
  readonly signInClock: EmulatorClock;
  readonly admit: Admission;
  readonly latencyMs: number;
  log(line: string): void;
};

export function makeSwitchboard(platform: Platform, needs: SwitchboardNeeds): Switchboard {
  const { clock } = platform;
  const { identities, accessTokens, admit, latencyMs, log } = needs;
  const { users, pools } = needs;
  const clocks = { clock: needs.signInClock, tokenClock: clock };
  const signIn = { identities, accessTokens, users, pools, ...clocks };
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
    token: (path, form) => {
      if (path === "/token") return exchangeToken(form, signIn);
      return path === "/v1/token" ? exchangeSubjectToken(form, signIn) : undefined;
    },
  };
}
