import { randomBytes } from "node:crypto";

export type AccessToken = {
  /** Whom the token stands for: an e-mail address, or `principal://…` of a federated caller. */
  readonly email: string;
  readonly scopes: readonly string[];
  /** On the emulator's clock. */
  readonly expiresAtMs: number;
};

/** The only scope that the emulated APIs share (their `oauth_scopes` annotations). */
export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** Opaque access tokens that the emulator gave out. */
export class AccessTokens {
  readonly #tokens = new Map<string, AccessToken>();

  issue(token: AccessToken): string {
    // Google's access tokens begin like this; nothing but the emulator may read anything into the rest.
    const text = `ya29.emulator-${randomBytes(24).toString("base64url")}`;
    this.#tokens.set(text, token);
    return text;
  }

  /** Makes a token worthless before its time. */
  revoke(text: string): void {
    this.#tokens.delete(text);
  }

  find(text: string): AccessToken | undefined {
    return this.#tokens.get(text);
  }
}
