import type { Target } from "./target.ts";

// biome-ignore lint/suspicious/noExplicitAny: replies of many methods, looked at field by field
type Json = Record<string, any>;

export type Reply = { readonly status: number; readonly body: Json };

type Request = {
  readonly api?: "run" | "secretmanager" | "logging";
  readonly verb?: string;
  readonly body?: unknown;
};

const MOST_LOOKS = 100_000;
const LONGEST_WAIT_MS = 300_000;

/** REST calls to a target, and the same in words that do not differ from run to run. */
export class Conversation {
  readonly #target: Target;
  readonly #ids = new Map<string, string>();

  constructor(target: Target) {
    this.#target = target;
    this.says(target.project, "PROJECT");
    this.says(target.region, "REGION");
  }

  /** From now on texts say `word` for this. */
  says(text: string, word: string): void {
    this.#ids.set(text, word);
  }

  async call(path: string, { api = "run", verb, body }: Request = {}): Promise<Reply> {
    const response = await fetch(`${this.#target.origin(api)}${path}`, {
      method: verb ?? (body === undefined ? "GET" : "POST"),
      headers: {
        authorization: `Bearer ${await this.#target.token()}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const body_ = isJson ? ((await response.json()) as Json) : { text: await response.text() };
    return { status: response.status, body: body_ };
  }

  /** Calls, and waits for the operation that it answers. */
  async operation(path: string, request: Request = {}): Promise<Reply> {
    const started = await this.call(path, { body: {}, ...request });
    if (started.status !== 200) return started;
    return this.until(
      () => this.call(`/v2/${started.body.name}`),
      ({ body }) => body.done === true,
    );
  }

  /** Looks until it is so; the last look when it never is. */
  async until(look: () => Promise<Reply>, isSo: (reply: Reply) => boolean): Promise<Reply> {
    const deadline = Date.now() + LONGEST_WAIT_MS;
    for (let looks = 1; ; looks++) {
      const reply = await look();
      if (isSo(reply) || looks === MOST_LOOKS || Date.now() > deadline) return reply;
      await this.#target.pause();
    }
  }

  /** An answer in one line: its status, and what was wrong. */
  inWords({ status, body }: Reply): string {
    const { error } = body;
    if (error === undefined) return `${status}`;
    const kind = error.status ?? `code ${error.code}`;
    return this.normalised(`${status} ${kind}: ${error.message}`);
  }

  normalised(text: string): string {
    // The longest first: an execution's id begins with its job's.
    const ids = [...this.#ids].sort(([one], [other]) => other.length - one.length);
    const named = ids.reduce((said, [id, word]) => said.replaceAll(id, word), text);
    return named
      .replace(/projects\/\d+/g, "projects/NUMBER")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/"[\w+/]{20,}=*(?:\\"|")/g, "ETAG");
  }
}
