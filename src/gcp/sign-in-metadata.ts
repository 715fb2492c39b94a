import { ConfigError, UnavailableError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { LOGIN } from "./sign-in-errors.ts";
import type { Identity } from "./sign-in-identity.ts";
import { jsonObject, type SendRequest, type SignInAnswer } from "./sign-in-request.ts";
import { AccessTokens, TokenClient } from "./sign-in-tokens.ts";

/** Google's own, on every machine and container of Google Cloud (https://cloud.google.com/compute/docs/metadata/overview). */
const GOOGLES_HOST = "metadata.google.internal";
const ANSWER_WITHIN_MS = 3_000;
/** A server that starts or is busy asks to be asked again (googleapis/google-cloud-python#15178). */
const TRIES = 3;
const FIRST_PAUSE_MS = 200;
const BUSY: readonly (number | undefined)[] = [undefined, 429, 503];
const ACCOUNT = "instance/service-accounts/default";

type Needs = { readonly send: SendRequest; readonly clock: Clock };

/**
 * The identity of the machine or container that al runs on; undefined where there is no metadata server.
 * @throws UnavailableError when GCE_METADATA_HOST names one that does not answer; ConfigError when the machine has no account
 */
export async function machineIdentity(
  namedHost: string | undefined,
  { send, clock }: Needs,
): Promise<Identity | undefined> {
  const host = namedHost ?? GOOGLES_HOST;
  const ask = (path: string) => askMetadata({ send, clock }, { host, path });
  const email = await ask(`${ACCOUNT}/email`);
  if (email === undefined && namedHost === undefined) return undefined;
  if (email === undefined) throw silent(host);
  if (email.status === 404) throw withoutAccount();
  if (email.status !== 200) throw silent(host, email.status);
  const project = await ask("project/project-id");
  const tokens = new AccessTokens(
    async () => readToken(host, clock, await ask(`${ACCOUNT}/token`)),
    clock,
  );
  return {
    auth: new TokenClient(tokens),
    tokens,
    account: email.text.trim(),
    member: `serviceAccount:${email.text.trim()}`,
    project: project?.status === 200 ? project.text.trim() : undefined,
    quotaProject: undefined,
    source: "the metadata server",
  };
}

/** Undefined when nothing answers there, or what answers is no metadata server. */
async function askMetadata(
  { send, clock }: Needs,
  { host, path }: { host: string; path: string },
): Promise<SignInAnswer | undefined> {
  for (let tried = 1; ; tried += 1) {
    const answer = await send({
      url: `http://${host}/computeMetadata/v1/${path}`,
      headers: { "metadata-flavor": "Google" },
      timeoutMs: ANSWER_WITHIN_MS,
      mayUseProxy: false,
    });
    if (!BUSY.includes(answer?.status) || tried === TRIES)
      return answer?.header("metadata-flavor") === "Google" ? answer : undefined;
    await clock.sleep(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + clock.random()));
  }
}

function readToken(host: string, clock: Clock, answer: SignInAnswer | undefined) {
  const { access_token: value, expires_in: seconds } = jsonObject(answer?.text ?? "");
  if (answer?.status === 200 && typeof value === "string" && typeof seconds === "number")
    return { value, expiresAtMs: clock.now() + seconds * 1000 };
  throw silent(host, answer?.status);
}

const silent = (host: string, status?: number): UnavailableError =>
  new UnavailableError({
    what: `The metadata server at ${host} cannot be used`,
    why: status === undefined ? "it does not answer" : `it answers with status ${status}`,
    remedy:
      "Run the command again. If GCE_METADATA_HOST is set where there is no metadata server, unset it.",
  });

const withoutAccount = (): ConfigError =>
  new ConfigError({
    what: "This machine has no service account to sign in with",
    why: "its metadata server knows none",
    remedy: `${LOGIN}  # or attach a service account to the machine`,
  });
