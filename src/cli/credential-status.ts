import type { CheckResult } from "../credentials/checks/check-credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { findType } from "../credentials/types.ts";
import { checkValues } from "./check-values.ts";
import type { Io } from "./io.ts";
import type { RequiredCredential } from "./required-credentials.ts";
import { missingFields, storedValues } from "./stored-values.ts";
import type { Terminal } from "./terminal.ts";

/** How a credential that a project needs stands. */
export type CredentialStatus = {
  readonly required: RequiredCredential;
  readonly state: "ok" | "missing" | "refused";
  /** Fields that are stored and not empty. */
  readonly stored: readonly string[];
  /** Fields that an instance needs and that are not. */
  readonly missing: readonly string[];
  /** What the service said; undefined when it was not asked. */
  readonly check: CheckResult | undefined;
};

/** Looks at the stored fields, and asks the service about a whole instance unless told not to. */
export async function credentialStatus(
  required: RequiredCredential,
  { store, check, io }: { store: string; check: boolean; io: Io },
): Promise<CredentialStatus> {
  const type = findType(required.ref.type);
  const values = await storedValues(store, required.ref);
  const stored = [...values.keys()];
  const missing = type === undefined ? unknownMissing(stored) : missingFields(type, values);
  if (missing.length > 0) return { required, state: "missing", stored, missing, check: undefined };
  const result = check && type !== undefined ? await checkValues(type.id, values, io) : undefined;
  const state = result?.outcome === "failed" ? "refused" : "ok";
  return { required, state, stored, missing, check: result };
}

/** Nobody knows the fields of a type that is not built in; one at least there must be. */
const unknownMissing = (stored: readonly string[]): string[] =>
  stored.length === 0 ? ["<field>"] : [];

/** One line, and one more about the check where it says something. */
export function renderStatus(status: CredentialStatus, terminal: Terminal): string {
  const { required, stored, missing, check } = status;
  const name = `${findType(required.ref.type)?.label ?? required.ref.type} (${formatRef(required.ref)})`;
  const users = terminal.styled("dim", required.usedBy.join(", "));
  switch (status.state) {
    case "missing": {
      const there = stored.length === 0 ? "" : `; stored: ${stored.join(", ")}`;
      return `  ${terminal.styled("red", "missing")}  ${name}: ${missing.join(", ")}${there} — ${users}`;
    }
    case "refused":
      return `  ${terminal.styled("red", "refused")}  ${name}: ${reason(check)} — ${users}`;
    case "ok":
      return check?.outcome === "unknown"
        ? `  ${terminal.styled("yellow", "stored")}   ${name}: not known whether it works: ${reason(check)} — ${users}`
        : `  ${terminal.styled("green", "ok")}       ${name} — ${users}`;
  }
}

const reason = (check: CheckResult | undefined): string =>
  [check?.checked, check?.why].filter((part) => part !== undefined).join(": ");
