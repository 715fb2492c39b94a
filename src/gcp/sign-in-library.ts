import {
  type AuthClient,
  ExternalAccountClient,
  type ExternalAccountClientOptions,
  type gaxios,
  UserRefreshClient,
  type UserRefreshClientOptions,
} from "google-auth-library";
import type { AlError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { unreachable } from "./sign-in-errors.ts";
import type { AccessToken } from "./sign-in-tokens.ts";

/** A client of Google's library, as far as it is used: once, for one token. */
export type TokenFetcher = Pick<AuthClient, "getAccessToken" | "credentials">;

/** The parts of Google's library that talk to a network; tests put others in their place. */
export type Library = {
  user(options: UserRefreshClientOptions): TokenFetcher;
  /** Null for an object that is no `external_account`; throws for a source that is malformed. */
  external(options: ExternalAccountClientOptions): TokenFetcher | null;
};

export const googleLibrary: Library = {
  user: (options) => new UserRefreshClient(options),
  external(options) {
    const client = ExternalAccountClient.fromJSON(options);
    // The library makes the exchange itself by another transporter, without end and by any proxy
    // (google-auth-library 10.5, baseexternalclient.js: `new sts.StsCredentials`).
    if (client !== null)
      Object.assign(Reflect.get(client, "stsCredential") ?? {}, {
        transporter: client.transporter,
      });
    return client;
  },
};

/** What is read of an error of the library: never the request, which holds keys and tokens. */
export type LibraryFailure = {
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** RFC 6749: `invalid_grant` and the like. */
  readonly error: string | undefined;
  readonly description: string;
  /** Whether anything was sent at all. */
  readonly wasSent: boolean;
};

const LIFETIME_MS = 3_600_000;

/** For the library's requests: an end to waiting, and no proxy of the environment before an emulator on this machine. */
export const transporterOptions = (
  emulator: string | undefined,
  answerWithinMs: number,
): gaxios.GaxiosOptions => ({
  timeout: answerWithinMs,
  ...(emulator !== undefined && { noProxy: [new URL(emulator)] }),
});

/** A fresh token. The library's own errors end here. */
export async function fetchToken(
  client: TokenFetcher,
  { clock, explain }: { clock: Clock; explain: (failure: LibraryFailure) => AlError },
): Promise<AccessToken> {
  const answer = await client.getAccessToken().catch((error: unknown) => {
    throw explain(readLibraryFailure(error));
  });
  if (typeof answer.token !== "string" || answer.token === "")
    throw unreachable("the token service", "its answer holds no token");
  const expiresAtMs = client.credentials.expiry_date ?? clock.now() + LIFETIME_MS;
  return { value: answer.token, expiresAtMs };
}

function readLibraryFailure(error: unknown): LibraryFailure {
  const response = field(error, "response");
  const status = field(response, "status");
  const data = field(response, "data");
  const name = field(data, "error");
  return {
    status: typeof status === "number" ? status : undefined,
    error: typeof name === "string" ? name : undefined,
    description: String(field(data, "error_description") ?? ""),
    wasSent: field(error, "config") !== undefined,
  };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (value as { readonly [key: string]: unknown })[name]
    : undefined;
