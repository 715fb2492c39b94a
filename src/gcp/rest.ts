import { gaxios } from "google-auth-library";
import type { Caller } from "./call.ts";
import type { Clock } from "./clock.ts";
import { CODE } from "./google-call-error.ts";
import type { Session } from "./session.ts";
import { lacksQuotaProject } from "./sign-in-errors.ts";

/** One REST call that changes nothing, so that it may be repeated. */
export type RestRequest = {
  /** Continues "could not". */
  readonly goal: string;
  /** The resource that is asked about. */
  readonly subject: string;
  /** `run.googleapis.com` */
  readonly host: string;
  /** From the slash on; with a query, if there is one. */
  readonly path: string;
  /** Sent as JSON, by POST; without it the call is a GET. */
  readonly body?: object;
};

export type Json = { readonly [key: string]: unknown };

/** Google's REST APIs, for the few calls that need no client library of their own. */
export class Rest {
  readonly #session: Session;
  readonly #call: Caller;
  readonly #clock: Pick<Clock, "now">;
  readonly #fetch: typeof globalThis.fetch;
  readonly #answered = new Map<string, boolean>();
  #skewMs: number | undefined;

  constructor(
    session: Session,
    needs: {
      readonly call: Caller;
      readonly clock: Pick<Clock, "now">;
      readonly fetch?: typeof globalThis.fetch;
    },
  ) {
    this.#session = session;
    this.#call = needs.call;
    this.#clock = needs.clock;
    this.#fetch = needs.fetch ?? fetchByProxy(session.emulator === undefined);
  }

  /** By host: whether the API answered (true), or refused because the project has not enabled it. */
  get answered(): ReadonlyMap<string, boolean> {
    return this.#answered;
  }

  /** How far this machine's clock is ahead of Google's, in milliseconds, to a second; undefined before the first answer. */
  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  /** The answer's JSON object. @throws GoogleCallError */
  send(request: RestRequest): Promise<Json> {
    const { goal, subject } = request;
    const plan = { goal, subject, idempotent: true };
    return this.#call(plan, ({ timeout }) => this.#attempt(request, timeout ?? undefined));
  }

  async #attempt({ host, path, body }: RestRequest, timeoutMs = 30_000): Promise<Json> {
    const { auth, emulator, quotaProject } = this.#session;
    const url = new URL(path, emulator?.url ?? `https://${host}`);
    // Versions of the library differ in whether this is a Headers or a plain object.
    const headers = new Headers(await auth.getRequestHeaders(url.href));
    if (quotaProject !== undefined && !headers.has(QUOTA_PROJECT))
      headers.set(QUOTA_PROJECT, quotaProject);
    if (body !== undefined) headers.set("content-type", "application/json");
    const asked = this.#clock.now();
    const answer = await this.#fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers,
      // A token must never follow a redirect to another host.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw unreachable(host, cause);
    });
    this.#note(answer, asked);
    const content = await readJson(answer);
    if (answer.ok) {
      this.#answered.set(host, true);
      return content;
    }
    const refusal = refusalOf(answer.status, content);
    // Of a project of gcloud's own it says nothing about the one that is asked about.
    if (refusal.reason === "SERVICE_DISABLED" && !lacksQuotaProject(refusal.details))
      this.#answered.set(host, false);
    throw refusal;
  }

  /** HTTP tells the time to the second; the middle of the call is when it was said. */
  #note(answer: Response, asked: number): void {
    const said = Date.parse(answer.headers.get("date") ?? "");
    if (!Number.isNaN(said)) this.#skewMs = (asked + this.#clock.now()) / 2 - said;
  }
}

/** https://cloud.google.com/apis/docs/system-parameters */
const QUOTA_PROJECT = "x-goog-user-project";

/**
 * Like Node's fetch, which ignores HTTPS_PROXY, but by the HTTP client that signing in uses: whoever can sign in and run agents
 * behind a proxy can ask these APIs too. An emulator is on this machine, where a proxy has no part.
 */
const fetchByProxy =
  (mayUseProxy: boolean): typeof globalThis.fetch =>
  async (input, { method, headers, body, redirect, signal } = {}) => {
    const url = new URL(String(input));
    const sent = gaxios.request({
      url,
      ...(method === undefined ? {} : { method: method as "GET" | "POST" }),
      ...(headers === undefined ? {} : { headers: new Headers(headers) }),
      ...(body === undefined ? {} : { data: body }),
      ...(redirect === undefined ? {} : { redirect }),
      ...(signal ? { signal } : {}),
      ...(mayUseProxy ? {} : { noProxy: [url] }),
      retry: false,
      // Leaves the body in the answer, to be read by whoever asked.
      responseType: "stream",
      validateStatus: () => true,
    });
    return sent.catch(() => {
      // The client's error holds the request with its token, so that nothing of it may travel.
      throw signal?.aborted ? signal.reason : new TypeError("fetch failed");
    });
  };

/** A proxy or a captive portal may answer with a page. */
async function readJson(answer: Response): Promise<Json> {
  const content: unknown = await answer.json().catch(() => undefined);
  if (typeof content === "object" && content !== null && !Array.isArray(content))
    return { ...content };
  if (!answer.ok) return {};
  throw Object.assign(new Error("the answer is not JSON"), { code: CODE.unavailable });
}

type Refusal = Error & { readonly code: number; readonly details: string; reason?: string };

const refused = (code: number, text: string): Refusal =>
  Object.assign(new Error(text), { code, details: text });

function unreachable(host: string, cause: unknown): Refusal {
  const timedOut = cause instanceof Error && cause.name === "TimeoutError";
  return timedOut
    ? refused(CODE.deadlineExceeded, `${host} did not answer in time`)
    : refused(CODE.unavailable, `${host} cannot be reached`);
}

/** Google's error envelope (https://google.aip.dev/193), in the form of a gRPC error. */
function refusalOf(status: number, content: Json): Refusal {
  const error = object(content.error);
  const text = typeof error.message === "string" ? error.message : `HTTP status ${status}`;
  const refusal = refused(codeOf(status, error.status), text);
  const details = Array.isArray(error.details) ? error.details.map(object) : [];
  const reason = details.find((detail) => typeof detail.reason === "string")?.reason;
  if (typeof reason === "string") refusal.reason = reason;
  return refusal;
}

/** google.rpc.Code as HTTP writes it (google/rpc/code.proto). */
const CODE_OF_HTTP: Readonly<Record<number, number>> = {
  400: CODE.invalidArgument,
  401: CODE.unauthenticated,
  403: CODE.permissionDenied,
  404: CODE.notFound,
  409: CODE.aborted,
  429: CODE.resourceExhausted,
  501: CODE.unimplemented,
  503: CODE.unavailable,
  504: CODE.deadlineExceeded,
};

function codeOf(status: number, name: unknown): number {
  const camel = String(name)
    .toLowerCase()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const byName = Object.entries(CODE).find(([key]) => key === camel)?.[1];
  return byName ?? CODE_OF_HTTP[status] ?? (status >= 500 ? CODE.internal : CODE.unknown);
}

/** The value as an object; an empty one for anything else, since nothing here is certain of its form. */
export const object = (value: unknown): Json =>
  typeof value === "object" && value !== null ? { ...value } : {};

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
