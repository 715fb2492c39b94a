import type { ExternalAccountClientOptions } from "google-auth-library";
import { type AlError, ConfigError, EXIT } from "../errors.ts";
import { type AdcFile, type AdcPlace, malformedAdc, textOf } from "./sign-in-adc-file.ts";
import { harmless, isPassing, unreachable, withExit } from "./sign-in-errors.ts";
import { type Identity, SCOPE } from "./sign-in-identity.ts";
import { impersonated } from "./sign-in-impersonate.ts";
import {
  fetchToken,
  type LibraryFailure,
  type TokenFetcher,
  transporterOptions,
} from "./sign-in-library.ts";
import type { SignInNeeds } from "./sign-in-needs.ts";
import { AccessTokens, TokenClient } from "./sign-in-tokens.ts";

/** Google's hosts for a service, regional and private ones too (google-auth-library-python 2.16, external_account.py). */
const hostsOf = (service: string): RegExp =>
  new RegExp(
    `^(${service}|[a-z0-9-]+\\.${service}|${service}\\.[a-z0-9-]+(\\.rep)?|[a-z0-9-]+-${service}|${service}-[a-z0-9-]+\\.p)(\\.mtls)?\\.googleapis\\.com$`,
  );
const IMPERSONATION_PATH = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/;

/**
 * Somebody from outside Google Cloud (workload identity federation). The file decides where tokens are sent, so its
 * URLs must be Google's (https://cloud.google.com/docs/authentication/external/externally-sourced-credentials).
 * @throws ConfigError for a file that al does not sign in with; no call is made
 */
export function externalIdentity(file: AdcFile, place: AdcPlace, needs: SignInNeeds): Identity {
  requireGoogle(textOf(file, "token_url", place), "token_url", "sts", place);
  requireSource(file.credential_source, place);
  const audience = textOf(file, "audience", place);
  const { service_account_impersonation_url: url, ...rest } = file;
  const options = {
    ...rest,
    scopes: [SCOPE],
    transporterOptions: transporterOptions(place.emulator, needs.answerWithinMs),
  } as unknown as ExternalAccountClientOptions;
  const explain = (failure: LibraryFailure): AlError => refusal(failure, file, place);
  const fetch = () =>
    fetchToken(makeClient(options, place, needs), { clock: needs.clock, explain });
  const tokens = new AccessTokens(fetch, needs.clock);
  const federated = {
    auth: new TokenClient(tokens, place.quotaProject),
    tokens,
    account: undefined,
    member: `principal:${audience.replace(/\/providers\/.*$/, "")}/subject/<subject>`,
    project: place.quotaProject,
    quotaProject: place.quotaProject,
    source: place.source,
  };
  if (url === undefined) return federated;
  const target = impersonationTarget(String(url), place);
  const account = impersonated({ source: federated, target, emulator: place.emulator }, needs);
  return { ...account, project: place.quotaProject, source: place.source };
}

/** The service account in such a URL, once its host has been found good. */
export function impersonationTarget(url: string, place: AdcPlace): string {
  requireGoogle(url, "service_account_impersonation_url", "iamcredentials", place);
  const target = IMPERSONATION_PATH.exec(new URL(url).pathname)?.[1];
  if (target !== undefined) return decodeURIComponent(target);
  throw malformedAdc(place, '"service_account_impersonation_url" names no service account');
}

function requireGoogle(text: string, key: string, service: string, place: AdcPlace): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (place.emulator !== undefined) {
    if (url?.origin === place.emulator) return;
    throw new ConfigError({
      what: `${place.source} is an outside identity of the real Google Cloud while AL_GCP_EMULATOR is set`,
      why: `its "${key}" is not at ${place.emulator}, and with the emulator nothing may reach Google`,
      remedy: `Unset AL_GCP_EMULATOR to use Google Cloud, or use a file whose URLs begin with ${place.emulator}.`,
    });
  }
  const isPlain = url?.protocol === "https:" && url.port === "" && url.username === "";
  if (isPlain && hostsOf(service).test(url.hostname)) return;
  throw new ConfigError({
    what: `al does not sign in with ${place.source}: its "${key}" is not Google's`,
    why: `whoever is named there is sent tokens; only https://${service}.googleapis.com and its regional forms are accepted`,
    remedy:
      "Make the file anew: gcloud iam workload-identity-pools create-cred-config <provider> --output-file=<file> …",
  });
}

function requireSource(source: unknown, place: AdcPlace): void {
  if (typeof source !== "object" || source === null)
    throw malformedAdc(place, '"credential_source" is missing');
  if ("executable" in source && !place.allowExecutables)
    throw new ConfigError({
      what: `al does not run the program that ${place.source} names`,
      why: "who can change that file could run anything as you, so it must be allowed first",
      remedy:
        "If you trust the file and the program: export GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1",
    });
  if (place.emulator === undefined) return;
  const url = "url" in source ? String(source.url) : undefined;
  const isHere = url === undefined || (URL.canParse(url) && new URL(url).origin === place.emulator);
  if (isHere && !("environment_id" in source) && !("certificate" in source)) return;
  throw new ConfigError({
    what: `${place.source} takes its subject token from a real service while AL_GCP_EMULATOR is set`,
    why: "with the emulator only tokens that its own test provider signed are used",
    remedy: 'Unset AL_GCP_EMULATOR, or use a file with a "credential_source" on this machine.',
  });
}

function makeClient(
  options: ExternalAccountClientOptions,
  place: AdcPlace,
  needs: SignInNeeds,
): TokenFetcher {
  const client = findClient(options, needs);
  if (client !== null) return client;
  throw malformedAdc(place, '"credential_source" is not one that Google\'s library knows');
}

function findClient(
  options: ExternalAccountClientOptions,
  { library }: SignInNeeds,
): TokenFetcher | null {
  try {
    return library.external(options);
  } catch {
    // The library's complaint is about the form of the file, and may quote it.
    return null;
  }
}

function refusal(failure: LibraryFailure, file: AdcFile, { source }: AdcPlace): AlError {
  const { status, error, description, wasSent } = failure;
  const host = URL.canParse(String(file.token_url)) ? new URL(String(file.token_url)).host : "";
  if (wasSent && status === undefined) return unreachable(host, "it does not answer");
  if (status !== undefined && isPassing(status))
    return unreachable(host, `it answers with status ${status}`);
  if (status === undefined)
    return new ConfigError({
      what: `The subject token that ${source} asks for cannot be had`,
      why: 'its "credential_source" names a file, URL or program that gives none',
      remedy: `Check "credential_source" in ${source}, and that its token is there now.`,
    });
  const why = harmless([error, description].filter(Boolean).join(": "));
  const isRefused = error === "invalid_grant" || error === "unauthorized_client";
  return withExit(isRefused ? EXIT.permission : EXIT.config, {
    what: `Google does not accept the outside identity of ${source}`,
    why: why === "" ? `${host} answers with status ${status}` : why,
    remedy:
      "Compare the token's issuer, audience and attributes with the provider: gcloud iam workload-identity-pools providers describe <provider> --workload-identity-pool=<pool> --location=global",
  });
}
