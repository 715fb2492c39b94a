import type { Identities } from "../iam/identities.ts";
import type { EmulatorClock } from "../platform.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { CLOUD_PLATFORM } from "./access-tokens.ts";
import { insufficientScope, invalidCredential, missingCredential } from "./auth-errors.ts";
import { readSignedToken } from "./signed-token.ts";

export type Credentials = {
  readonly authorization: string | undefined;
  readonly transport: "grpc" | "rest";
  /** The API that is called, e.g. `run.googleapis.com`. */
  readonly host: string;
};

/** Stands for everything being allowed; only over REST. */
export const OWNER = "owner";

type Needs = {
  readonly identities: Identities;
  readonly accessTokens: AccessTokens;
  /** The callers' own clock, which says when a token that they signed is over. */
  readonly clock: EmulatorClock;
  /** The emulator's clock, which says when a token that it gave out is over. */
  readonly tokenClock: EmulatorClock;
};

/** Tells who calls from the bearer token. */
export class Authenticator {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** The caller's e-mail, `principal://…` of a federated one, or `owner`; throws UNAUTHENTICATED. */
  principalOf({ authorization, transport, host }: Credentials): string {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) throw missingCredential(host);
    if (token === OWNER && transport === "rest") return OWNER;
    const { accessTokens, tokenClock } = this.#needs;
    const issued = accessTokens.find(token);
    if (issued === undefined) return this.#signer(token, host);
    if (issued.expiresAtMs <= tokenClock.now())
      throw invalidCredential(host, "ACCESS_TOKEN_EXPIRED");
    if (!issued.scopes.includes(CLOUD_PLATFORM)) throw insufficientScope(host);
    return issued.email;
  }

  // A self-signed token needs no token endpoint: sub repeats iss, and it names either one API or a scope
  // (google.aip.dev/auth/4111).
  #signer(token: string, host: string): string {
    const { identities, clock } = this.#needs;
    const signed = readSignedToken(token, {
      keysOf: (email, keyId) => identities.keysOf(email, keyId),
      knowsAccount: (email) => identities.knowsAccount(email),
      nowMs: clock.now(),
    });
    if (signed === "expired") throw invalidCredential(host, "ACCESS_TOKEN_EXPIRED");
    if (typeof signed === "string") throw invalidCredential(host, "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    const { email, claims } = signed;
    const scopes = String(claims.scope ?? "").split(" ");
    const isMeantForUs = claims.aud === `https://${host}/` || scopes.includes(CLOUD_PLATFORM);
    if (claims.sub !== email || !isMeantForUs)
      throw invalidCredential(host, "ACCESS_TOKEN_TYPE_UNSUPPORTED");
    return email;
  }
}
