import { ConfigError } from "../errors.ts";
import { type EmulatorEndpoint, requireDemoProject } from "./emulator.ts";
import type { ServiceAccountKey } from "./service-account-key.ts";
import { keyIdentity, type Session } from "./session.ts";
import { type AdcSettings, defaultIdentity } from "./sign-in-adc.ts";
import type { Identity } from "./sign-in-identity.ts";
import { impersonated } from "./sign-in-impersonate.ts";
import { type SignInNeeds, signInNeeds } from "./sign-in-needs.ts";

export type SignInRequest = {
  /** Undefined: Google's application default credentials. */
  readonly key: ServiceAccountKey | undefined;
  /** E-mail address of a service account to act as. */
  readonly impersonate: string | undefined;
  /** From the configuration. */
  readonly project: string | undefined;
  readonly emulator: EmulatorEndpoint | undefined;
  /** What the environment says; its project counts where the configuration names none. */
  readonly settings: AdcSettings & { readonly project: string | undefined };
};

/**
 * Signs in without a stored key, or as another service account. Tokens are fetched when the first call needs one; only a
 * metadata server is asked at once, to learn whether there is one and of which project.
 * @throws ConfigError when there is nobody to sign in as, no project, or a real project would meet an emulator
 */
export async function signInKeyless(
  request: SignInRequest,
  needs: SignInNeeds = signInNeeds,
): Promise<Session> {
  const { key, impersonate: target, emulator, settings } = request;
  const configured = request.project ?? settings.project;
  const source =
    key === undefined
      ? await defaultIdentity({ settings, emulator, project: configured }, needs)
      : keyIdentity(key, { source: "that is stored", emulator: emulator?.url });
  const identity: Identity =
    target === undefined
      ? source
      : impersonated({ source, target, emulator: emulator?.url }, needs);
  const project = configured ?? source.project;
  if (project === undefined) throw withoutProject(source);
  if (emulator !== undefined) requireDemoProject(project, projectSource(request, source));
  return {
    project,
    principal: identity.account ?? "the application default credentials",
    emulator,
    auth: identity.auth,
    ...(identity.quotaProject !== undefined && { quotaProject: identity.quotaProject }),
    ...(identity.tokens && { tokens: identity.tokens }),
  };
}

function projectSource({ project, settings }: SignInRequest, { source }: Identity): string {
  if (project !== undefined) return "[cloud] project";
  return settings.project === undefined ? source : "GOOGLE_CLOUD_PROJECT";
}

const withoutProject = ({ source }: Identity): ConfigError =>
  new ConfigError({
    what: "It is not known which Google Cloud project to use",
    why: `[cloud] project is missing, GOOGLE_CLOUD_PROJECT is not set, and ${source} names none`,
    remedy: 'Add to [cloud] in config.toml: project = "my-project"',
  });
