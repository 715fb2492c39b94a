import { createCaller } from "../../src/gcp/call.ts";
import { Rest } from "../../src/gcp/rest.ts";
import type { Session } from "../../src/gcp/session.ts";
import { FakeClock, session } from "./fake-google.ts";

/** One request as it went out. */
type Sent = {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
  readonly authorization: string | null;
  /** `x-goog-user-project`, where it is there. */
  readonly billed?: string;
};

export type Reply = {
  readonly status?: number;
  /** An object is sent as JSON. */
  readonly body?: unknown;
  readonly date?: string;
};

const TOKEN = "fake-token";

/** Signs nothing; its header is what the tests look for. */
export const signedIn = (emulatorUrl?: string): Session => ({
  ...session,
  auth: {
    getRequestHeaders: async () => new Headers({ authorization: `Bearer ${TOKEN}` }),
  } as unknown as Session["auth"],
  emulator:
    emulatorUrl === undefined
      ? undefined
      : { url: emulatorUrl, host: "127.0.0.1", port: 1, ca: "" },
});

/** REST calls that are answered with these replies, one a call; an Error is a connection that fails. */
export function restAnswering(
  replies: readonly (Reply | Error)[],
  emulatorUrl?: string,
  more: Partial<Session> = {},
) {
  const sent: Sent[] = [];
  const clock = new FakeClock();
  const open = [...replies];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { method = "GET", headers, body } = init ?? {};
    const billed = new Headers(headers).get("x-goog-user-project");
    sent.push({
      ...{ method, url: String(input) },
      authorization: new Headers(headers).get("authorization"),
      ...(billed === null ? {} : { billed }),
      ...(body === undefined ? {} : { body: JSON.parse(String(body)) }),
    });
    const reply = open.shift() ?? new Error("called more often than there are answers");
    if (reply instanceof Error) throw reply;
    const content = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
    return new Response(content, {
      status: reply.status ?? 200,
      headers: reply.date === undefined ? {} : { date: reply.date },
    });
  };
  const signed = { ...signedIn(emulatorUrl), ...more };
  const call = createCaller(signed, clock, () => undefined);
  return { rest: new Rest(signed, { call, clock, fetch }), sent, clock };
}

/** Google's error envelope. */
export const refusal = (
  code: number,
  status: string,
  message = "Google's text",
  reason?: string,
) => ({
  status: code,
  body: {
    error: {
      ...{ code, message, status },
      ...(reason === undefined
        ? {}
        : { details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }] }),
    },
  },
});
