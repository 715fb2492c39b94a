import { UnavailableError } from "../errors.ts";
import type { Clock } from "../gcp/clock.ts";
import type { Google } from "../gcp/google.ts";

/**
 * The time by Google's own clock, in milliseconds since the epoch, to a second. What is old is judged by it: with this machine's clock a
 * day ahead, everything would be.
 * @throws UnavailableError when Google's answer tells no time
 */
export async function googleTime(
  google: Google,
  { clock, secretPrefix }: { readonly clock: Clock; readonly secretPrefix: string },
): Promise<number> {
  const { secrets, seen } = await google.setUp();
  // Any small question will do; this one needs no right that listing the secrets does not.
  await secrets.hasSecret(google.location.project, `${secretPrefix}--_probe`);
  if (seen.skewMs !== undefined) return clock.now() - seen.skewMs;
  throw new UnavailableError({
    what: "Google's answer does not tell the time",
    why: "what is old cannot be told without it; a proxy may have taken the Date header away",
    remedy: "Run the command where Google is reached directly.",
  });
}
