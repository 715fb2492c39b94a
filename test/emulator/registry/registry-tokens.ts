import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { type AccessTokens, CLOUD_PLATFORM } from "../core/auth/access-tokens.ts";
import type { Authenticator } from "../core/auth/authenticator.ts";
import type { Json } from "../core/handler.ts";
import type { Identities } from "../core/iam/identities.ts";
import type { EmulatorClock } from "../core/platform.ts";
import { parseJson } from "../core/wire/json-text.ts";

/** How long a token of the registry lives, in seconds. */
export const TOKEN_LIFE_S = 3600;

const HOST = "artifactregistry.googleapis.com";

type Needs = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly clock: EmulatorClock;
};

/** Who is behind `Authorization` here: Basic with a token or a key file, the registry's own tokens, or any token of Google's. */
export class RegistryTokens {
  readonly #needs: Needs;
  /** To the credential that stands behind. */
  readonly #issued = new Map<string, string>();

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** The registry's own token for a credential; throws UNAUTHENTICATED. */
  exchange(authorization: string | undefined): string {
    const bearer = this.bearerOf(authorization);
    this.check(bearer);
    const token = randomBytes(32).toString("base64url");
    this.#issued.set(token, bearer ?? "");
    return token;
  }

  /** Throws UNAUTHENTICATED unless the header names somebody. */
  check(authorization: string | undefined): void {
    this.#needs.authenticator.principalOf({ authorization, transport: "rest", host: HOST });
  }

  /** The header with which the same caller would call an API; what cannot be one stays worthless. */
  bearerOf(authorization: string | undefined): string | undefined {
    const [, scheme = "", value = ""] = /^(\S+) +(\S+)$/.exec(authorization ?? "") ?? [];
    if (scheme.toLowerCase() === "bearer") return this.#issued.get(value) ?? authorization;
    if (scheme.toLowerCase() !== "basic") return undefined;
    const [user = "", ...rest] = Buffer.from(value, "base64").toString("utf8").split(":");
    const password = rest.join(":");
    switch (user) {
      case "oauth2accesstoken":
      case "_dcgcloud_token":
        return `Bearer ${password}`;
      case "_json_key":
        return this.#bearerOfKey(parseJson(password));
      case "_json_key_base64":
        return this.#bearerOfKey(parseJson(Buffer.from(password, "base64").toString("utf8")));
      default:
        return undefined;
    }
  }

  // A key file signs in by itself; the token that stands for it never leaves the emulator.
  #bearerOfKey(key: unknown): string | undefined {
    const { client_email: email, private_key_id: keyId, private_key: pem } = (key ?? {}) as Json;
    if (typeof email !== "string" || typeof pem !== "string") return undefined;
    const publicKey = publicKeyOf(pem);
    const isKnown = this.#needs.identities
      .keysOf(email, typeof keyId === "string" ? keyId : undefined)
      .some((known) => publicKey?.equals(known) === true);
    if (!isKnown) return undefined;
    const expiresAtMs = this.#needs.clock.now() + TOKEN_LIFE_S * 1000;
    const scopes = [CLOUD_PLATFORM];
    return `Bearer ${this.#needs.accessTokens.issue({ email, scopes, expiresAtMs })}`;
  }
}

/** Undefined for a text that is no private key; the complaint could quote it. */
function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
