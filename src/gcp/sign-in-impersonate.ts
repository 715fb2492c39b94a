import { type AlError, ConfigError, EXIT, PermissionError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import {
  ApiOffError,
  harmless,
  isPassing,
  lacksQuotaProject,
  tokenRefused,
  unreachable,
  withExit,
  withoutQuotaProject,
} from "./sign-in-errors.ts";
import { type Identity, SCOPE } from "./sign-in-identity.ts";
import { jsonObject, type SendRequest, type SignInAnswer } from "./sign-in-request.ts";
import { type AccessToken, AccessTokens, TokenClient } from "./sign-in-tokens.ts";

const HOST = "iamcredentials.googleapis.com";
/** The longest that Google gives without a policy of the organisation
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken). */
const LIFETIME = "3600s";
const ANSWER_WITHIN_MS = 30_000;
const TRIES = 3;
const FIRST_PAUSE_MS = 500;

export type Impersonation = {
  /** Who asks. */
  readonly source: Pick<Identity, "auth" | "tokens" | "account" | "member" | "quotaProject">;
  /** E-mail address of the service account that is acted as. */
  readonly target: string;
  /** Accounts in between, each of which may act as the next. */
  readonly delegates?: readonly string[];
  /** Stands in for Google, without a trailing slash. */
  readonly emulator: string | undefined;
};

type Needs = { readonly send: SendRequest; readonly clock: Clock };

/** The target's identity; its tokens are asked for with the source's. No call is made yet. */
export function impersonated(given: Impersonation, needs: Needs): Identity {
  const tokens = new AccessTokens(() => generateAccessToken(given, needs), needs.clock);
  return {
    auth: new TokenClient(tokens),
    tokens,
    account: given.target,
    member: `serviceAccount:${given.target}`,
    project: undefined,
    quotaProject: undefined,
    source: given.source.account ?? "the application default credentials",
  };
}

/** Asking twice does no harm, so what may pass is tried again. */
async function generateAccessToken(
  given: Impersonation,
  { send, clock }: Needs,
): Promise<AccessToken> {
  for (let tried = 1; ; tried += 1) {
    const answer = await ask(given, send);
    const mayPass = answer === undefined || isPassing(answer.status);
    if (!mayPass || tried === TRIES) return readToken(given, answer);
    await clock.sleep(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + clock.random()));
  }
}

/** Google may have stopped taking the source's token before its time; a new one is tried once. */
async function ask(given: Impersonation, send: SendRequest): Promise<SignInAnswer | undefined> {
  const { tokens } = given.source;
  const used = await tokens?.get();
  const answer = await post(given, send);
  if (answer?.status !== 401 || tokens === undefined || used === undefined) return answer;
  tokens.forget(used);
  return post(given, send);
}

async function post(
  { source, target, delegates = [], emulator }: Impersonation,
  send: SendRequest,
): Promise<SignInAnswer | undefined> {
  const url = `${emulator ?? `https://${HOST}`}/v1/projects/-/serviceAccounts/${target}:generateAccessToken`;
  return send({
    url,
    headers: await headersOf(source),
    body: {
      scope: [SCOPE],
      lifetime: LIFETIME,
      ...(delegates.length === 0 ? {} : { delegates }),
    },
    timeoutMs: ANSWER_WITHIN_MS,
    mayUseProxy: emulator === undefined,
  });
}

const headersOf = async ({
  auth,
  quotaProject,
}: Impersonation["source"]): Promise<Record<string, string>> => ({
  ...(quotaProject === undefined ? {} : { "x-goog-user-project": quotaProject }),
  ...Object.fromEntries(await auth.getRequestHeaders(`https://${HOST}/`)),
});

function readToken(given: Impersonation, answer: SignInAnswer | undefined): AccessToken {
  if (answer === undefined) throw unreachable(HOST, "it does not answer");
  const body = jsonObject(answer.text);
  if (answer.status !== 200) throw refusal(given, { status: answer.status, ...errorOf(body) });
  const { accessToken: value, expireTime } = body;
  const expiresAtMs = Date.parse(String(expireTime));
  if (typeof value === "string" && !Number.isNaN(expiresAtMs)) return { value, expiresAtMs };
  throw unreachable(HOST, "its answer holds no token");
}

type Refusal = {
  readonly status: number;
  readonly message: string;
  /** Project by id or number that lacks the API, where Google says so. */
  readonly withoutApi: string | undefined;
};

function errorOf({ error }: { readonly [key: string]: unknown }): Omit<Refusal, "status"> {
  const message =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
  const [, project] =
    /has not been used in project (\S+) before or it is disabled/.exec(message) ?? [];
  return { message: harmless(message), withoutApi: project };
}

function refusal(given: Impersonation, { status, message, withoutApi }: Refusal): AlError {
  const { source, target } = given;
  if (lacksQuotaProject(message))
    return withoutQuotaProject(`act as ${target}`, {
      why: message,
      project: source.quotaProject ?? projectOf(target),
    });
  const billed = /permission to use project ([^\s.]+)/.exec(message)?.[1];
  if (billed !== undefined) return notBilled(given, { why: message, project: billed });
  if (withoutApi !== undefined)
    return new ApiOffError(HOST, {
      what: `al could not act as ${target}: the API for that is not enabled`,
      why: message,
      remedy: `gcloud services enable ${HOST} --project=${withoutApi}`,
      terraform: `terraform apply  # google_project_service.this["${HOST}"]`,
    });
  if (status === 403) return notAllowed(given, message);
  if (status === 404)
    return new ConfigError({
      what: `There is no service account ${target}`,
      why: message,
      remedy: `gcloud iam service-accounts create ${target.split("@")[0]} --project=${projectOf(target)}  # or correct [cloud] impersonate, after: gcloud iam service-accounts list --project=${projectOf(target)}`,
      terraform: controllerForm(target, "google_service_account.controller"),
    });
  if (status === 401)
    return tokenRefused(source.account ?? "the application default credentials", message);
  if (isPassing(status)) return unreachable(HOST, message || `it answers with status ${status}`);
  return withExit(EXIT.config, {
    what: `al could not act as ${target}`,
    why: message || `${HOST} answers with status ${status}`,
    remedy: "al gcp init --auth impersonate  # and check [cloud] impersonate",
  });
}

/** Whose calls a project is to be billed for needs a right in it. */
const notBilled = (
  { source, target }: Impersonation,
  { why, project }: { readonly why: string; readonly project: string },
): PermissionError =>
  new PermissionError({
    what: `al could not act as ${target}: the caller may not use the quota of ${project}`,
    why,
    remedy: `gcloud projects add-iam-policy-binding ${project} --member="${source.member}" --role=roles/serviceusage.serviceUsageConsumer  # or name another project: gcloud auth application-default set-quota-project <project>`,
  });

/** Google does not tell whether the right or the account is missing; the grant is the same in every tool. */
function notAllowed({ source, target }: Impersonation, why: string): PermissionError {
  const role = source.member.startsWith("principal")
    ? "roles/iam.workloadIdentityUser"
    : "roles/iam.serviceAccountTokenCreator";
  const member = JSON.stringify(source.member);
  return new PermissionError({
    what: `${source.account ?? "The application default credentials"} may not act as ${target}`,
    why: `${why}\nA grant takes effect after some minutes. If there is no such account, correct [cloud] impersonate.`,
    remedy: `gcloud iam service-accounts add-iam-policy-binding ${target} --project=${projectOf(target)} --member=${member} --role=${role}`,
    terraform: controllerForm(
      target,
      `google_service_account_iam_member.controller_impersonator[${member}]`,
      `controller_impersonators = [${member}]`,
    ),
  });
}

/** What the module in terraform/ must be told so that the account is its controller, and what it then makes. */
function controllerForm(target: string, resource: string, ...settings: readonly string[]): string {
  const [id] = target.split("@");
  const named = id === "al-controller" ? [] : [`controller_account_id = "${id}"`];
  return [...named, ...settings, `terraform apply  # ${resource}`].join("; ");
}

/** The project that owns an account, as its address tells. */
const projectOf = (email: string): string =>
  /@([a-z][a-z0-9-]*)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? "<project>";
