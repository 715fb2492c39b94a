import type { v2 } from "@google-cloud/logging-api";
import { type Caller, readFailure } from "./call.ts";
import type { CallFailure } from "./google-call-error.ts";
import type { LogEntry } from "./types.ts";

/** An open stream of entries. */
export type Tail = {
  /** Ends the stream; no listener is called afterwards. */
  close(): void;
};

export type TailListener = {
  entries(entries: readonly LogEntry[]): void;
  /** Google left entries out of the stream; they can still be listed. */
  suppressed(): void;
  /** The stream ended by itself: by an error, or because its longest time was over. */
  ended(failure: CallFailure | undefined): void;
};

/** Reading a project's log entries. */
export class Logging {
  readonly #client: v2.LoggingServiceV2Client;
  readonly #project: string;
  readonly #call: Caller;

  constructor(client: v2.LoggingServiceV2Client, project: string, call: Caller) {
    this.#client = client;
    this.#project = project;
    this.#call = call;
  }

  /** All entries that the filter takes, oldest first, a page at a time. A page may be empty and yet not be the last. */
  async *list(filter: string): AsyncGenerator<readonly LogEntry[]> {
    const subject = `projects/${this.#project}`;
    const plan = { goal: "read the logs", subject, idempotent: true };
    const request = { resourceNames: [subject], filter, orderBy: "timestamp asc", pageSize: 1000 };
    for (let pageToken = ""; ; ) {
      const [entries, , reply] = await this.#call(plan, (options) =>
        this.#client.listLogEntries({ ...request, pageToken }, { ...options, autoPaginate: false }),
      );
      yield entries;
      pageToken = reply?.nextPageToken ?? "";
      if (pageToken === "") return;
    }
  }

  /** Streams entries as they arrive, unordered and at once: the reader orders them. */
  tail(filter: string, listener: TailListener): Tail {
    const stream = this.#client.tailLogEntries();
    let open = true;
    const end = (failure: CallFailure | undefined): void => {
      if (!open) return;
      open = false;
      listener.ended(failure);
    };
    stream.on("data", (reply: TailReply) => {
      if (!open) return;
      if ((reply.suppressionInfo ?? []).length > 0) listener.suppressed();
      if ((reply.entries ?? []).length > 0) listener.entries(reply.entries ?? []);
    });
    stream.on("error", (error: unknown) => end(readFailure(error)));
    stream.on("end", () => end(undefined));
    stream.write({
      resourceNames: [`projects/${this.#project}`],
      filter,
      bufferWindow: { seconds: 0, nanos: 0 },
    });
    return {
      close() {
        open = false;
        stream.cancel();
      },
    };
  }
}

type TailReply = {
  readonly entries?: readonly LogEntry[] | null;
  readonly suppressionInfo?: readonly unknown[] | null;
};
