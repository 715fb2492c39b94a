import { join } from "node:path";
import { Secret } from "../credentials/secret.ts";
import { ConfigError } from "../errors.ts";
import { type EmulatorEndpoint, requireLoopbackHost } from "./emulator.ts";
import { parseServiceAccountKey } from "./service-account-key.ts";
import { keyIdentity } from "./session.ts";
import {
  type AdcFile,
  type AdcPlace,
  malformedAdc,
  parseAdcFile,
  textOf,
} from "./sign-in-adc-file.ts";
import { LOGIN } from "./sign-in-errors.ts";
import { externalIdentity, impersonationTarget } from "./sign-in-external.ts";
import type { Identity } from "./sign-in-identity.ts";
import { impersonated } from "./sign-in-impersonate.ts";
import { machineIdentity } from "./sign-in-metadata.ts";
import type { SignInNeeds } from "./sign-in-needs.ts";
import { userIdentity } from "./sign-in-user.ts";

/** What the environment says about signing in, by the names of Google's own variables in README and settings. */
export type AdcSettings = {
  readonly applicationCredentials: string | undefined;
  readonly gcloudDirectory: string;
  readonly quotaProject: string | undefined;
  readonly metadataHost: string | undefined;
  readonly allowExecutables: boolean;
};

type Search = {
  readonly settings: AdcSettings;
  readonly emulator: EmulatorEndpoint | undefined;
  /** The one al works in, where it is configured. */
  readonly project: string | undefined;
};

/**
 * Google's application default credentials, in Google's order: the file that GOOGLE_APPLICATION_CREDENTIALS names, the one
 * that gcloud wrote, the metadata server (https://cloud.google.com/docs/authentication/application-default-credentials).
 * @throws ConfigError when there are none, or they are not to be used; UnavailableError for a metadata server that is silent
 */
export async function defaultIdentity(search: Search, needs: SignInNeeds): Promise<Identity> {
  const { settings, emulator, project } = search;
  const named = settings.applicationCredentials;
  const source = named ?? join(settings.gcloudDirectory, "application_default_credentials.json");
  const text = await readIfThere(source, named !== undefined, needs);
  if (text !== undefined) {
    const { allowExecutables, quotaProject } = settings;
    const place = { source, emulator: emulator?.url, allowExecutables, quotaProject, project };
    return fileIdentity(text, place, needs);
  }
  const host = settings.metadataHost;
  // Without a host that is named, the one asked would be Google's.
  if (emulator !== undefined && host === undefined) throw notFound(source);
  if (emulator !== undefined && host !== undefined) requireLoopbackHost(host, "GCE_METADATA_HOST");
  const machine = await machineIdentity(host, needs);
  if (machine === undefined) throw notFound(source);
  return machine;
}

async function readIfThere(
  path: string,
  mustBe: boolean,
  { readFile }: SignInNeeds,
): Promise<string | undefined> {
  return readFile(path).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (!mustBe && code === "ENOENT") return undefined;
    throw new ConfigError({
      what: mustBe
        ? `GOOGLE_APPLICATION_CREDENTIALS names ${path}, which cannot be read`
        : `${path} cannot be read`,
      why: code === "ENOENT" ? "there is no such file" : code,
      remedy: mustBe ? `unset GOOGLE_APPLICATION_CREDENTIALS && ${LOGIN}` : LOGIN,
    });
  });
}

function fileIdentity(text: string, place: AdcPlace, needs: SignInNeeds): Identity {
  const file = parseAdcFile(text, place);
  if (file.type === "service_account")
    return keyIdentity(parseServiceAccountKey(new Secret(text), place.source), place);
  return otherIdentity(file, withQuota(file, place), needs);
}

const withQuota = (file: AdcFile, place: AdcPlace): AdcPlace => ({
  ...place,
  quotaProject:
    place.quotaProject ??
    (typeof file.quota_project_id === "string" ? file.quota_project_id : undefined),
});

function otherIdentity(file: AdcFile, place: AdcPlace, needs: SignInNeeds): Identity {
  switch (file.type) {
    case "authorized_user":
      return userIdentity(file, place, needs);
    case "external_account":
      return externalIdentity(file, place, needs);
    case "impersonated_service_account":
      return impersonatedFile(file, place, needs);
    default:
      throw malformedAdc(
        place,
        'its "type" is none of service_account, authorized_user, external_account and impersonated_service_account',
      );
  }
}

/** What `gcloud auth application-default login --impersonate-service-account` writes. */
function impersonatedFile(file: AdcFile, place: AdcPlace, needs: SignInNeeds): Identity {
  const inner = file.source_credentials;
  if (typeof inner !== "object" || inner === null || "source_credentials" in inner)
    throw malformedAdc(place, '"source_credentials" is missing, or not of a kind that can be used');
  const source = fileIdentity(JSON.stringify(inner), place, needs);
  const url = textOf(file, "service_account_impersonation_url", place);
  const delegates = Array.isArray(file.delegates) ? file.delegates.map(String) : [];
  // gcloud writes Google's own URL; in the emulator's stead only the account in it counts.
  const target = impersonationTarget(url, { ...place, emulator: undefined });
  const identity = impersonated({ source, target, delegates, emulator: place.emulator }, needs);
  return { ...identity, project: source.project, source: place.source };
}

const notFound = (file: string): ConfigError =>
  new ConfigError({
    what: "There are no application default credentials",
    why: `GOOGLE_APPLICATION_CREDENTIALS is not set, there is no ${file}, and no metadata server answers`,
    remedy: `${LOGIN}  # or use a stored key: al gcp init --auth key`,
  });
