import { type Mock, vi } from "vitest";
import type { SignInRequest } from "../../src/gcp/sign-in.ts";
import type { Library, TokenFetcher } from "../../src/gcp/sign-in-library.ts";
import type { SignInNeeds } from "../../src/gcp/sign-in-needs.ts";
import type { SendRequest, SignInAnswer } from "../../src/gcp/sign-in-request.ts";
import { FakeClock } from "./fake-google.ts";

/** Nothing is said anywhere. */
export const NOTHING: SignInRequest = {
  key: undefined,
  impersonate: undefined,
  project: undefined,
  emulator: undefined,
  settings: {
    applicationCredentials: undefined,
    gcloudDirectory: "/home/ada/.config/gcloud",
    project: undefined,
    quotaProject: undefined,
    metadataHost: undefined,
    allowExecutables: false,
  },
};

export const EMULATOR = {
  url: "http://127.0.0.1:9470",
  host: "localhost",
  port: 9470,
  ca: "obviously fake",
};

export type FakeNeeds = SignInNeeds & {
  readonly send: Mock<SendRequest>;
  readonly library: {
    readonly user: Mock<Library["user"]>;
    readonly external: Mock<Library["external"]>;
  };
  readonly clock: FakeClock;
};

/** A machine with these files, and a network that gives these answers in turn; then silence. */
export function fakeNeeds(given: {
  readonly files?: Readonly<Record<string, unknown>>;
  readonly answers?: readonly (SignInAnswer | undefined)[];
  /** What Google's library gives: a token, or an error. */
  readonly token?: string | Error;
}): FakeNeeds {
  const answers = [...(given.answers ?? [])];
  const fetcher = (): TokenFetcher => ({
    credentials: { expiry_date: 3_600_000 },
    async getAccessToken() {
      if (given.token instanceof Error) throw given.token;
      return { token: given.token ?? "ya29.obviouslyFakeSourceToken" };
    },
  });
  return {
    send: vi.fn<SendRequest>(async () => answers.shift()),
    library: {
      user: vi.fn<Library["user"]>(fetcher),
      external: vi.fn<Library["external"]>(fetcher),
    },
    clock: new FakeClock(0.5),
    answerWithinMs: 30_000,
    async readFile(path) {
      const file = given.files?.[path];
      if (file instanceof Error) throw file;
      if (file === undefined) throw Object.assign(new Error("no file"), { code: "ENOENT" });
      return typeof file === "string" ? file : JSON.stringify(file);
    },
  };
}

export const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SignInAnswer => ({
  status,
  text: typeof body === "string" ? body : JSON.stringify(body),
  header: (name) => headers[name],
});

/** An answer of a metadata server. */
export const metadata = (body: unknown, status = 200): SignInAnswer =>
  answer(status, body, { "metadata-flavor": "Google" });

/** What gaxios rejects with: the whole request, with its secrets, hangs on it. */
export const gaxiosError = (status: number | undefined, data?: unknown): Error =>
  Object.assign(new Error("ya29.leaked in a message"), {
    config: { headers: { authorization: "Bearer ya29.leaked" }, data: "refresh_token=1//leaked" },
    ...(status === undefined ? { code: "ECONNREFUSED" } : { response: { status, data } }),
  });
