import type { IncomingMessage, ServerResponse } from "node:http";
import type { ImageStore } from "../artifact-registry/image-store.ts";
import type { AccessTokens } from "../core/auth/access-tokens.ts";
import { Authenticator } from "../core/auth/authenticator.ts";
import type { Dispatcher } from "../core/calls/dispatcher.ts";
import type { EmulatorClock, Platform } from "../core/platform.ts";
import { parseRegistryPath } from "./registry-path.ts";
import { RegistryTokens } from "./registry-tokens.ts";
import { serveRegistry } from "./serve-registry.ts";

type Needs = {
  readonly dispatcher: Dispatcher;
  readonly platform: Platform;
  readonly store: ImageStore;
  readonly accessTokens: AccessTokens;
  readonly signInClock: EmulatorClock;
};

type Call = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
};

/** The registry's door: serves what is under its paths, and answers undefined for what is not. */
export function makeRegistry({
  signInClock: clock,
  ...needs
}: Needs): (call: Call) => Promise<void> | undefined {
  const { accessTokens, platform } = needs;
  const { identities } = platform;
  const authenticator = new Authenticator({
    ...{ identities, accessTokens, clock, tokenClock: platform.clock },
  });
  const tokens = new RegistryTokens({
    ...{ identities, accessTokens, authenticator, clock: platform.clock },
  });
  return (call) => {
    const target = parseRegistryPath(call.url.pathname);
    return target === undefined
      ? undefined
      : serveRegistry({ ...call, target }, { ...needs, tokens });
  };
}
