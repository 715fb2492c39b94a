import { AccessTokens } from "../auth/access-tokens.ts";
import { Authenticator } from "../auth/authenticator.ts";
import { exchangeToken, type TokenAnswer } from "../auth/token-endpoint.ts";
import type { Identities } from "../iam/identities.ts";
import type { Platform } from "../platform.ts";
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

export function makeSwitchboard(
  platform: Platform,
  { identities, log }: { identities: Identities; log(line: string): void },
): Switchboard {
  const { clock } = platform;
  const signIn = { identities, accessTokens: new AccessTokens(), clock };
  const journal = new Journal(clock);
  const faults = new Faults();
  const pending = new Pending(clock);
  const authenticator = new Authenticator(signIn);
  return {
    dispatcher: new Dispatcher({ authenticator, journal, faults, pending, platform, log }),
    journal,
    faults,
    pending,
    token: (form) => exchangeToken(form, signIn),
  };
}
