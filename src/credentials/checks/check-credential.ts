import type { Secret } from "../secret.ts";
import { findType, presentedName } from "../types.ts";
import { ANTHROPIC_CHECK } from "./anthropic-check.ts";
import type { Check, Values } from "./check.ts";
import { type Finding, failed } from "./finding.ts";
import { FORM_CHECKS } from "./form-checks.ts";
import { sendHttp } from "./http-call.ts";
import { SERVICE_ACCOUNT_CHECK } from "./service-account-check.ts";
import { SERVICE_CHECKS } from "./service-checks.ts";

/** What a look at a credential's values showed. */
export type CheckResult = {
  /**
   * `ok`: accepted; `failed`: refused, malformed or incomplete; `unknown`: nobody could tell now (no network, no answer in time,
   * the service has trouble or wants fewer calls); `none`: nothing is known that could be checked.
   */
  readonly outcome: "ok" | "failed" | "unknown" | "none";
  /** What was looked at, for people. */
  readonly checked: string;
  /** Why it is not `ok`; never a value. */
  readonly why?: string;
};

export type CheckOptions = {
  readonly fetch: typeof fetch;
  /** Gives the origin to call in the place of a service's own, such as `https://api.github.com`. */
  readonly baseUrl?: (original: string) => string;
  /** For the whole check, in milliseconds. */
  readonly timeoutMs: number;
  /** Milliseconds since the epoch; the system's unless given. */
  readonly now?: () => number;
};

const CHECKS: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    ...FORM_CHECKS,
    ...SERVICE_CHECKS,
    anthropic_key: ANTHROPIC_CHECK,
    gcp_service_account: SERVICE_ACCOUNT_CHECK,
  }),
);

const UNKNOWN_TYPE: Check = { checked: "nothing: al does not know this type" };

/** The ids of the types that have a check, or a word on why not. */
export const CHECKED_TYPES: readonly string[] = [...CHECKS.keys()];

/** Looks at an instance's values as its type asks for, and never changes anything. A failure is a result, not a throw. */
export async function checkCredential(
  type: string,
  values: ReadonlyMap<string, Secret>,
  options: CheckOptions,
): Promise<CheckResult> {
  const { checked, find } = CHECKS.get(type) ?? UNKNOWN_TYPE;
  const valueOfField = readValues(type, values);
  const finding = missingField(type, valueOfField) ?? (await run(find, valueOfField, options));
  if (finding !== undefined) return { ...finding, checked };
  return { outcome: find === undefined ? "none" : "ok", checked };
}

async function run(
  find: Check["find"],
  values: Values,
  { fetch, baseUrl, timeoutMs, now = Date.now }: CheckOptions,
): Promise<Finding> {
  const signal = AbortSignal.timeout(timeoutMs);
  return find?.(values, { send: (call) => sendHttp(call, { fetch, baseUrl, signal }), now });
}

function readValues(type: string, values: ReadonlyMap<string, Secret>): Values {
  const byName = new Map(
    [...values].map(([field, secret]) => [presentedName(type, field), secret] as const),
  );
  return (field) => (values.get(field) ?? byName.get(field))?.reveal().trim() ?? "";
}

function missingField(type: string, values: Values): Finding {
  const missing = findType(type)?.fields.find(
    ({ name, optional = false }) => !optional && values(name) === "",
  );
  return missing === undefined
    ? undefined
    : failed(`the field ${missing.name} is missing or empty`);
}
