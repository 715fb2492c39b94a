import type { Check, CheckTools, Values } from "./check.ts";
import { type Finding, failed, unknown } from "./finding.ts";
import type { HttpAnswer, HttpCall } from "./http-call.ts";

/** A look at a service: what is sent, and what of a successful answer says that the credential is refused all the same. */
export type HttpLook = {
  readonly call: (values: Values) => HttpCall;
  /** Whether a 2xx answer is one that the service gives; anything else says nothing of the credential. */
  readonly isAnswer?: (json: object) => boolean;
  readonly finding?: (json: object, answer: HttpAnswer) => Finding;
  /** What a refusal by status means, where its body tells. */
  readonly refusal?: (answer: HttpAnswer) => Finding;
};

/** A check that asks a service, one look after the other until one finds something. */
export const httpCheck = (checked: string, ...looks: readonly HttpLook[]): Check => ({
  checked,
  async find(values, tools) {
    for (const look of looks) {
      const finding = await findingOf(look, values, tools);
      if (finding !== undefined) return finding;
    }
    return undefined;
  },
});

async function findingOf(look: HttpLook, values: Values, tools: CheckTools): Promise<Finding> {
  const call = look.call(values);
  // A header with anything else would be refused with a message that quotes it.
  const unsendable = Object.values(call.headers).some((value) => !/^[\x20-\x7e]+$/.test(value));
  if (unsendable) return failed("it has characters that no such credential has");
  const answer = await tools.send(call);
  if ("silence" in answer) return unknown(answer.silence);
  const { host } = new URL(call.url);
  const { status, json } = answer;
  if (status < 200 || status > 299) return look.refusal?.(answer) ?? refusalOf(answer, host);
  const isAnswer = typeof json === "object" && json !== null && (look.isAnswer?.(json) ?? true);
  if (!isAnswer) return unknown(`${host} answered with something else than it should`);
  return look.finding?.(json, answer);
}

/** Statuses that speak of the credential; others speak of the service, the network or this check. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  422: "Unprocessable Content",
};

function refusalOf({ status, headers }: HttpAnswer, host: string): Finding {
  if (status === 429 || isRateLimit(status, headers))
    return unknown(`${host} wants fewer calls just now (${status})`);
  const refusal = REFUSALS[status];
  if (refusal !== undefined) return failed(`${host} refused it (${status} ${refusal})`);
  if (status >= 500) return unknown(`${host} has trouble just now (${status})`);
  return unknown(`${host} answered ${status}, which says nothing about the credential`);
}

/** GitHub says "too many" with 403 too (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api). */
const isRateLimit = (status: number, headers: Headers): boolean =>
  status === 403 && (headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after"));
