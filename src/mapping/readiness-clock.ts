import { type Check, missing, ok, unclear } from "./readiness-check.ts";

/** From here on a clock is worth a word. */
const NOTABLE_SKEW_MS = 60_000;
/**
 * From here on Google may refuse what this machine signs. Google publishes no figure; its own libraries have allowed for up to five
 * minutes (googleapis/google-auth-library-python, google/auth/_helpers.py, CLOCK_SKEW_SECS), and a token lives for one hour.
 */
const REFUSED_SKEW_MS = 300_000;

/** `skewMs`: how far this machine's clock is ahead of Google's, where Google told the time. */
export function clockCheck(skewMs: number | undefined): Check {
  const about = { id: "clock", subject: "this machine's clock" };
  if (skewMs === undefined) return unclear(about, "Google's answers told no time");
  if (Math.abs(skewMs) <= NOTABLE_SKEW_MS) return ok(about);
  const text = `about ${duration(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} Google's`;
  if (Math.abs(skewMs) < REFUSED_SKEW_MS) return ok(about, text);
  // It is mended on this machine, where Terraform has no part.
  return missing(about, `${text}, too far for the tokens that it signs`, {
    gcloud: "sudo timedatectl set-ntp true  # macOS: sudo sntp -sS time.google.com",
  });
}

const duration = (milliseconds: number): string =>
  milliseconds < 120_000
    ? `${Math.round(milliseconds / 1000)} seconds`
    : `${Math.round(milliseconds / 60_000)} minutes`;
