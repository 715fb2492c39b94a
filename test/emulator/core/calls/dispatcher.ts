import type { Authenticator } from "../auth/authenticator.ts";
import { GoogleError } from "../google-error.ts";
import type { Json, Service, StreamHandler, UnaryHandler } from "../handler.ts";
import type { Platform } from "../platform.ts";
import type { ApiMethod } from "../wire/api-definitions.ts";
import type { Admission } from "./admission.ts";
import { type Answer, type Arrival, asGoogleError, statusOf } from "./answer.ts";
import { type Caller, callContext, checkPermissionWasAsked } from "./call-context.ts";
import type { FaultRule, Faults } from "./faults.ts";
import { injectedError } from "./injected.ts";
import type { Journal, OpenEntry } from "./journal.ts";
import type { Pending } from "./pending.ts";
import { resourceOf } from "./resource-of.ts";
import { type StreamWire, serveStream } from "./stream-call.ts";

export type DispatcherNeeds = {
  readonly authenticator: Authenticator;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly pending: Pending;
  readonly platform: Platform;
  /** What is checked after sign-in, before any handler. */
  readonly admit: Admission;
  /** How long each unary call takes at least. */
  readonly latencyMs: number;
  log(line: string): void;
};

/** The one way of every call, whichever transport it came by: journal, sign-in, faults, handler. */
export class Dispatcher {
  readonly #needs: DispatcherNeeds;
  #unary: Readonly<Record<string, UnaryHandler>> = {};
  #streams: Readonly<Record<string, StreamHandler>> = {};

  constructor(needs: DispatcherNeeds) {
    this.#needs = needs;
  }

  /** Replaces the services: what they count for themselves (quotas) begins anew. */
  use(services: readonly Service[]): void {
    this.#unary = Object.assign({}, ...services.map(({ unary }) => unary));
    this.#streams = Object.assign({}, ...services.map(({ streams }) => streams));
  }

  /** The full names of everything that is served. */
  get methods(): string[] {
    return [...Object.keys(this.#unary), ...Object.keys(this.#streams)].sort();
  }

  /** Never rejects. */
  async serve(arrival: Arrival, readRequest: () => Json): Promise<Answer> {
    const { method, transport, gone } = arrival;
    const entry = this.#needs.journal.begin({ method: method.fullName, transport });
    gone.addEventListener("abort", () => entry.end("CANCELLED"), { once: true });
    const answer = await this.#answer({ arrival, entry, readRequest });
    entry.end(statusOf(answer));
    return answer;
  }

  /** Serves a bidirectional stream until it ends. */
  open(arrival: Arrival, wire: StreamWire): void {
    const { journal, faults, pending, log } = this.#needs;
    const { method, transport, gone } = arrival;
    const entry = journal.begin({ method: method.fullName, transport });
    gone.addEventListener("abort", () => entry.end("CANCELLED"), { once: true });
    const rule = faults.next(method.fullName);
    try {
      const principal = this.#principalOf(arrival, entry);
      const handler = this.#streams[method.fullName] ?? refuseUnimplemented();
      const context = callContext({ principal, transport, entry }, this.#needs.platform);
      const admit = (resource: string): void => this.#needs.admit(method, resource);
      serveStream({ wire, handler, context, entry, rule, pending, gone, admit, log });
    } catch (error) {
      const refusal = asGoogleError(error, log);
      entry.end(refusal.status);
      wire.end(refusal);
    }
  }

  async #answer(call: {
    arrival: Arrival;
    entry: OpenEntry;
    readRequest: () => Json;
  }): Promise<Answer> {
    const { arrival, entry } = call;
    const { gone, method, transport } = arrival;
    try {
      const principal = this.#principalOf(arrival, entry);
      const request = call.readRequest();
      const resource = resourceOf(request);
      entry.resource(resource);
      const rule = this.#needs.faults.next(method.fullName, resource);
      const caller = { principal, transport, entry };
      if (this.#needs.latencyMs > 0) await this.#needs.pending.wait(this.#needs.latencyMs, gone);
      const effect = () => this.#effect(method, request, caller);
      return rule === undefined ? await effect() : await this.#faulty({ rule, effect, gone });
    } catch (error) {
      return { kind: "error", error: asGoogleError(error, this.#needs.log) };
    }
  }

  #principalOf(arrival: Arrival, entry: OpenEntry): string {
    const { authorization, transport, method } = arrival;
    const principal = this.#needs.authenticator.principalOf({
      authorization,
      transport,
      host: method.host,
    });
    entry.principal(principal);
    return principal;
  }

  async #effect(method: ApiMethod, request: Json, caller: Caller): Promise<Answer> {
    try {
      const handler = this.#unary[method.fullName] ?? refuseUnimplemented();
      this.#needs.admit(method, resourceOf(request));
      const reply = await handler(request, callContext(caller, this.#needs.platform));
      checkPermissionWasAsked(method.fullName, caller.entry);
      return { kind: "reply", reply };
    } catch (error) {
      return { kind: "error", error: asGoogleError(error, this.#needs.log) };
    }
  }

  async #faulty(call: {
    rule: FaultRule;
    effect: () => Promise<Answer>;
    gone: AbortSignal;
  }): Promise<Answer> {
    const { rule, effect, gone } = call;
    const { pending } = this.#needs;
    const delayMs = "delayMs" in rule.action ? rule.action.delayMs : undefined;
    switch (rule.when) {
      case "before":
        if (delayMs === undefined) return this.#lost(rule, gone);
        await pending.wait(delayMs, gone);
        return effect();
      case "after": {
        const answer = await effect();
        if (delayMs === undefined) return this.#lost(rule, gone);
        await pending.wait(delayMs, gone);
        return answer;
      }
      case "late":
        // The effect outlives the call: nobody hears how it went.
        pending.later(rule.afterMs, () => void effect());
        return this.#lost(rule, gone);
    }
  }

  async #lost({ action }: FaultRule, gone: AbortSignal): Promise<Answer> {
    if ("status" in action) return { kind: "error", error: injectedError(action.status) };
    if ("hangMs" in action) await this.#needs.pending.wait(action.hangMs, gone);
    return { kind: "reset" };
  }
}

function refuseUnimplemented(): never {
  throw new GoogleError("UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled.");
}
