import { formatRef } from "../credentials/ref.ts";
import { findType } from "../credentials/types.ts";
import { DataError } from "../errors.ts";
import type { Asking } from "./ask-field.ts";
import { type CredentialStatus, credentialStatus } from "./credential-status.ts";
import type { Io } from "./io.ts";
import { createPrompts } from "./prompts.ts";
import { setUpCredential } from "./set-up-credential.ts";
import type { Terminal } from "./terminal.ts";

type Mending = {
  readonly store: string;
  readonly options: { readonly checkValues: boolean };
  readonly io: Io;
  readonly terminal: Terminal;
};

/** Asks for each credential that is missing or refused; one that is declined stays as it is. */
export async function mendCredentials(
  statuses: readonly CredentialStatus[],
  mending: Mending,
): Promise<CredentialStatus[]> {
  const open = statuses.filter(({ state }) => state !== "ok");
  if (open.length === 0) return [...statuses];
  const { io, terminal } = mending;
  const asking = { io, terminal, prompts: await createPrompts(io) };
  const mended: CredentialStatus[] = [];
  for (const status of statuses) {
    mended.push(status.state === "ok" ? status : await mend(status, mending, asking));
  }
  return mended;
}

async function mend(
  status: CredentialStatus,
  { store, options }: Mending,
  asking: Asking,
): Promise<CredentialStatus> {
  const { ref } = status.required;
  const type = findType(ref.type);
  if (type === undefined) return status;
  const what = status.state === "missing" ? status.missing.join(", ") : "the refused values";
  const message = `Set up ${formatRef(ref)} now (${what})?`;
  if (!(await asking.prompts.confirm({ message, initial: true }))) return status;
  try {
    const result = await setUpCredential({ store, ref, type, check: options.checkValues }, asking);
    const now = await credentialStatus(status.required, { store, check: false, io: asking.io });
    if (now.state !== "ok" || result.check === undefined) return now;
    // Who saves refused values anyway has been told; doctor goes on telling.
    return {
      ...now,
      check: result.check,
      state: result.check.outcome === "failed" ? "refused" : "ok",
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    asking.terminal.note(error.message);
    return status;
  }
}
