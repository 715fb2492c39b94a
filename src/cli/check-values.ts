import { readSettings } from "../config/settings.ts";
import { type CheckResult, checkCredential } from "../credentials/checks/check-credential.ts";
import type { Secret } from "../credentials/secret.ts";
import { connectEmulator } from "../gcp/emulator.ts";
import type { Io } from "./io.ts";
import type { Terminal } from "./terminal.ts";

const CHECK_TIMEOUT_MS = 10_000;
const GOOGLE_SIGN_IN = "https://oauth2.googleapis.com";

/**
 * Asks the service, as far as it can be asked, whether these values work. Where an emulator stands in for Google, it is asked
 * instead: its keys are none of Google's business.
 * @throws DataError or UnavailableError when that emulator is not on this machine or does not answer
 */
export async function checkValues(
  type: string,
  values: ReadonlyMap<string, Secret>,
  io: Io,
): Promise<CheckResult> {
  const { emulator } = readSettings(io.variables);
  const standIn =
    type === "gcp_service_account" && emulator !== undefined
      ? (await connectEmulator(emulator)).url
      : undefined;
  return checkCredential(type, values, {
    fetch: io.fetch,
    timeoutMs: CHECK_TIMEOUT_MS,
    now: () => io.clock.now(),
    baseUrl: (origin) => (origin === GOOGLE_SIGN_IN ? (standIn ?? origin) : origin),
  });
}

/** What was looked at and what came of it, in one line. */
export function renderCheck({ outcome, checked, why }: CheckResult, terminal: Terminal): string {
  const reason = why === undefined ? "" : `: ${why}`;
  switch (outcome) {
    case "ok":
      return `${terminal.styled("green", "accepted")}: ${checked}${reason}`;
    case "failed":
      return `${terminal.styled("red", "refused")}: ${checked}${reason}`;
    case "unknown":
      return `${terminal.styled("yellow", "not known whether it works")}: ${checked}${reason}`;
    case "none":
      return `${terminal.styled("dim", "not checked")}: ${checked}${reason}`;
  }
}
