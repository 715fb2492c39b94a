import { AuthClient, type gaxios } from "google-auth-library";
import type { Clock } from "./clock.ts";

/** An access token and the time at which Google stops taking it, in milliseconds since the epoch. */
export type AccessToken = { readonly value: string; readonly expiresAtMs: number };

/** Google's own libraries renew as early; it leaves a slow call room (google-auth-library, eagerRefreshThresholdMillis). */
const RENEW_BEFORE_MS = 5 * 60_000;
/** While a token still holds, a renewal that failed is not tried again at every call. */
const RENEW_AGAIN_AFTER_MS = 30_000;

/** The current access token of one identity: fetched when it is needed, renewed before it expires, one request at a time. */
export class AccessTokens {
  readonly #fetch: () => Promise<AccessToken>;
  readonly #clock: Pick<Clock, "now">;
  #current: AccessToken | undefined;
  #pending: Promise<AccessToken> | undefined;
  #restUntilMs = 0;

  constructor(fetch: () => Promise<AccessToken>, clock: Pick<Clock, "now">) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Calls at the same time share one request. Throws what the request throws, unless the token at hand still holds. */
  async get(): Promise<string> {
    const current = this.#current;
    const leftMs = (current?.expiresAtMs ?? 0) - this.#clock.now();
    if (current === undefined || leftMs <= 0) return (await this.#renew()).value;
    if (leftMs > RENEW_BEFORE_MS || this.#clock.now() < this.#restUntilMs) return current.value;
    try {
      return (await this.#renew()).value;
    } catch {
      // The old token is good for some minutes yet; whatever is wrong may have passed by then, or is told then.
      this.#restUntilMs = this.#clock.now() + RENEW_AGAIN_AFTER_MS;
      return current.value;
    }
  }

  /** Google no longer takes this token; one that was fetched meanwhile stays. */
  forget(value: string): void {
    if (this.#current?.value === value) this.#current = undefined;
  }

  #renew(): Promise<AccessToken> {
    this.#pending ??= this.#fetch()
      .then((token) => {
        this.#current = token;
        return token;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }
}

/**
 * Makes an attempt with a token at hand. One that Google refuses for its token had no effect, so it is made once more with a
 * new one. Throws what fetching a token throws, and what the attempt rejects with.
 */
export async function withToken<T>(
  tokens: AccessTokens | undefined,
  isRefused: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  if (tokens === undefined) return attempt();
  const used = await tokens.get();
  try {
    return await attempt();
  } catch (error) {
    if (!isRefused(error)) throw error;
    tokens.forget(used);
    await tokens.get();
    return attempt();
  }
}

/** What Google's clients sign in with: a header from the tokens, and the project that is billed where a person signs in. */
export class TokenClient extends AuthClient {
  readonly tokens: AccessTokens;

  constructor(tokens: AccessTokens, quotaProject?: string) {
    super(quotaProject === undefined ? {} : { quotaProjectId: quotaProject });
    this.tokens = tokens;
  }

  override async getAccessToken(): Promise<{ token: string }> {
    return { token: await this.tokens.get() };
  }

  override async getRequestHeaders(): Promise<Headers> {
    const headers = new Headers({ authorization: `Bearer ${await this.tokens.get()}` });
    return this.addSharedMetadataHeaders(headers);
  }

  override async request<T>(options: gaxios.GaxiosOptions): Promise<gaxios.GaxiosResponse<T>> {
    const headers = new Headers(options.headers);
    for (const [name, value] of await this.getRequestHeaders()) headers.set(name, value);
    return this.transporter.request<T>({ ...options, headers });
  }
}
