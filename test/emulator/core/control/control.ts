import { z } from "zod";
import type { Faults } from "../calls/faults.ts";
import { faultsSchema } from "../calls/faults.ts";
import type { Journal } from "../calls/journal.ts";
import { GoogleError } from "../google-error.ts";
import type { Json } from "../handler.ts";
import { replyError, replyJson } from "../transport/http-reply.ts";
import type { HttpCall } from "../transport/rest-call.ts";
import { parseJson } from "../wire/json-text.ts";
import { type Seed, seedSchema } from "./seed.ts";

export type ControlNeeds = {
  readonly journal: Journal;
  readonly faults: Faults;
  info(): Json;
  state(): Json;
  logs(): Json;
  reset(): void;
  plant(seed: Seed): void;
  advanceClock(milliseconds: number): Promise<void>;
  /** A token as a seeded outside provider signs it. */
  subjectToken(provider: string, claims: Json): string;
  /** Opens a metadata server as a machine of this service account has one; answers its host. */
  openMetadata(serviceAccount: string): Promise<string>;
};

type Answer = (call: HttpCall) => Json | Promise<Json>;

// A century; beyond it dates stop being dates.
const FARTHEST_MS = 100 * 365 * 24 * 3_600_000;

const subjectTokenSchema = z.strictObject({
  provider: z.string(),
  claims: z.record(z.string(), z.unknown()),
});

const metadataSchema = z.strictObject({ serviceAccount: z.email() });

const clockSchema = z.strictObject({ advanceMs: z.number().int().min(0).max(FARTHEST_MS) });

/** `/emulator/…`: what tests and people steer the emulator with. */
export function makeControl(needs: ControlNeeds): (call: HttpCall) => Promise<void> {
  const routes: Readonly<Record<string, Answer>> = {
    "GET /emulator/health": () => ({ status: "ok" }),
    "GET /emulator/info": () => needs.info(),
    "GET /emulator/state": () => needs.state(),
    "GET /emulator/logs": () => needs.logs(),
    "GET /emulator/calls": async ({ url }) => {
      const since = sinceOf(url);
      if (url.searchParams.get("wait") === "true") await needs.journal.next(since);
      return { calls: needs.journal.since(since) };
    },
    "POST /emulator/reset": () => {
      needs.reset();
      return {};
    },
    "POST /emulator/faults": ({ body }) => {
      needs.faults.replace(parsed(faultsSchema, body).rules);
      return {};
    },
    "POST /emulator/seed": ({ body }) => {
      needs.plant(parsed(seedSchema, body));
      return {};
    },
    "POST /emulator/subject-tokens": ({ body }) => {
      const { provider, claims } = parsed(subjectTokenSchema, body);
      return { token: needs.subjectToken(provider, claims) };
    },
    "POST /emulator/metadata-servers": async ({ body }) => ({
      host: await needs.openMetadata(parsed(metadataSchema, body).serviceAccount),
    }),
    "POST /emulator/clock": async ({ body }) => {
      await needs.advanceClock(parsed(clockSchema, body).advanceMs);
      return {};
    },
  };
  return async (call) => {
    const answer = routes[`${call.request.method} ${call.url.pathname}`];
    try {
      if (answer === undefined)
        throw new GoogleError(
          "NOT_FOUND",
          `Control requests are: ${Object.keys(routes).join(", ")}.`,
        );
      replyJson(call.response, 200, await answer(call));
    } catch (error) {
      if (!(error instanceof GoogleError)) throw error;
      replyError(call.response, error);
    }
  };
}

function sinceOf(url: URL): number {
  const text = url.searchParams.get("since") ?? "0";
  if (!/^\d+$/.test(text))
    throw new GoogleError("INVALID_ARGUMENT", "since must be a whole number of calls to skip.");
  return Number(text);
}

/** Reads a body by its schema; what is wrong is named by place, never by value. */
export function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const json = parseJson(text);
  if (json === undefined) throw new GoogleError("INVALID_ARGUMENT", "The body is not JSON.");
  const result = schema.safeParse(json);
  if (!result.success) throw new GoogleError("INVALID_ARGUMENT", z.prettifyError(result.error));
  return result.data;
}
