import { type AuthClient, JWT } from "google-auth-library";
import { type ClientOptions, grpc } from "google-gax";
import { type EmulatorEndpoint, requireDemoProject } from "./emulator.ts";
import type { ServiceAccountKey } from "./service-account-key.ts";
import { type Identity, SCOPE } from "./sign-in-identity.ts";
import type { AccessTokens } from "./sign-in-tokens.ts";

/** Who calls, for which project, and where. */
export type Session = {
  readonly project: string;
  /** E-mail address of the caller; where it is not known without asking, "the application default credentials". */
  readonly principal: string;
  readonly emulator: EmulatorEndpoint | undefined;
  /** Yields the headers of a request; for a REST call: `auth.getRequestHeaders(url)`. */
  readonly auth: AuthClient;
  /** Is billed for REST calls unless `auth` names another project; absent where Google needs none to be named. */
  readonly quotaProject?: string;
  /** The tokens behind `auth`, where they are fetched and expire; absent where this machine signs for itself. */
  readonly tokens?: AccessTokens;
};

/**
 * Signs in with a service-account key. No call is made: the tokens are JWTs that this machine signs itself.
 * @throws ConfigError when a real project would meet an emulator
 */
export function signIn(input: {
  readonly key: ServiceAccountKey;
  /** From the configuration; the key's own project otherwise. */
  readonly project: string | undefined;
  readonly emulator: EmulatorEndpoint | undefined;
}): Session {
  const { key, emulator } = input;
  const project = input.project ?? key.project;
  if (emulator !== undefined) {
    requireDemoProject(key.project, "The service-account key");
    requireDemoProject(project, "[cloud] project");
  }
  return { project, principal: key.email, emulator, auth: keyClient(key) };
}

function keyClient(key: ServiceAccountKey): JWT {
  const auth = new JWT({
    email: key.email,
    key: key.privateKey,
    scopes: [SCOPE],
    ...(key.privateKeyId === undefined ? {} : { keyId: key.privateKeyId }),
  });
  // Without it the library would fetch a token from oauth2.googleapis.com first.
  auth.useJWTAccessWithScope = true;
  return auth;
}

/**
 * Whoever a key belongs to, before it is said for which project.
 * @throws ConfigError when a real key would meet an emulator
 */
export function keyIdentity(
  key: ServiceAccountKey,
  { source, emulator }: { readonly source: string; readonly emulator: string | undefined },
): Identity {
  if (emulator !== undefined) requireDemoProject(key.project, `The service-account key ${source}`);
  return {
    auth: keyClient(key),
    tokens: undefined,
    account: key.email,
    member: `serviceAccount:${key.email}`,
    project: key.project,
    quotaProject: undefined,
    source,
  };
}

/** Options for any of Google's generated clients. */
export function clientOptions({ project, auth, emulator }: Session): ClientOptions {
  const base = { authClient: auth, projectId: project };
  if (emulator === undefined) return base;
  return {
    ...base,
    apiEndpoint: emulator.host,
    port: emulator.port,
    // It is on this machine, where a proxy of the environment has no part
    // (grpc-js, http_proxy.ts; google-gax, grpc.ts, hands on what begins with "grpc.").
    "grpc.enable_http_proxy": 0,
    sslCreds: grpc.credentials.combineChannelCredentials(
      grpc.credentials.createSsl(Buffer.from(emulator.ca)),
      // grpc-js wants a plain object where the auth library gives a Headers.
      grpc.credentials.createFromGoogleCredential({
        getRequestHeaders: async (url) => Object.fromEntries(await auth.getRequestHeaders(url)),
      }),
    ),
  };
}
