import type { CallContext, Json, StreamHandler } from "../handler.ts";
import { asGoogleError } from "./answer.ts";
import type { FaultRule } from "./faults.ts";
import { injectedError } from "./injected.ts";
import type { OpenEntry } from "./journal.ts";
import type { Pending } from "./pending.ts";
import { resourceOf } from "./resource-of.ts";

/** A stream as its transport offers it; nothing is lost before `onRequest` is called. */
export type StreamWire = {
  onRequest(listener: (request: Json) => void): void;
  onClose(listener: () => void): void;
  send(reply: Json): void;
  isBehind(): boolean;
  end(error?: Error): void;
  /** Drops the connection without a word. */
  reset(): void;
};

type ServedStream = {
  readonly wire: StreamWire;
  readonly handler: StreamHandler;
  readonly context: CallContext;
  readonly entry: OpenEntry;
  readonly rule: FaultRule | undefined;
  readonly pending: Pending;
  readonly gone: AbortSignal;
  /** Throws when the first request's project may not use the API. */
  admit(resource: string): void;
  log(line: string): void;
};

/** Opens a stream, or lets the fault rule have it: `after` breaks an open stream `afterMs` later. */
export function serveStream(stream: ServedStream): void {
  const { rule, pending, gone } = stream;
  if (rule === undefined) start(stream);
  else if ("delayMs" in rule.action) pending.later(rule.action.delayMs, () => start(stream));
  else if (rule.when === "before") breakOff(stream, rule);
  else {
    start(stream);
    pending.later(rule.afterMs, () => {
      if (!gone.aborted) breakOff(stream, rule);
    });
  }
}

function start({ wire, handler, context, entry, admit, log }: ServedStream): void {
  let isOpen = true;
  let isAdmitted = false;
  const end = (error?: Error): void => {
    if (!isOpen) return;
    isOpen = false;
    const refusal = error === undefined ? undefined : asGoogleError(error, log);
    entry.end(refusal?.status ?? "OK");
    wire.end(refusal);
  };
  const guarded =
    <Args extends unknown[]>(listener: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        listener(...args);
      } catch (error) {
        end(asGoogleError(error, log));
      }
    };
  const listen = guarded(handler);
  listen({
    context,
    onRequest: (listener) => {
      const guardedListener = guarded((request: Json) => {
        if (!isAdmitted) admit(resourceOf(request));
        isAdmitted = true;
        listener(request);
      });
      wire.onRequest((request) => {
        entry.resource(resourceOf(request));
        guardedListener(request);
      });
    },
    onClose: (listener) => wire.onClose(guarded(listener)),
    send: (reply) => {
      if (isOpen) wire.send(reply);
    },
    isBehind: () => wire.isBehind(),
    end,
  });
}

function breakOff({ wire, entry, pending }: ServedStream, { action }: FaultRule): void {
  const drop = (): void => {
    entry.end("UNAVAILABLE");
    wire.reset();
  };
  if ("status" in action) {
    entry.end(action.status);
    wire.end(injectedError(action.status));
  } else if ("hangMs" in action) pending.later(action.hangMs, drop);
  else drop();
}
