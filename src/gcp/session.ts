import { JWT } from "google-auth-library";
import { type ClientOptions, grpc } from "google-gax";
import { type EmulatorEndpoint, requireDemoProject } from "./emulator.ts";
import type { ServiceAccountKey } from "./service-account-key.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Who calls, for which project, and where. */
export type Session = {
  readonly project: string;
  /** E-mail address of the calling service account. */
  readonly principal: string;
  readonly emulator: EmulatorEndpoint | undefined;
  readonly auth: JWT;
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
  const auth = new JWT({
    email: key.email,
    key: key.privateKey,
    scopes: [SCOPE],
    ...(key.privateKeyId === undefined ? {} : { keyId: key.privateKeyId }),
  });
  // Without it the library would fetch a token from oauth2.googleapis.com first.
  auth.useJWTAccessWithScope = true;
  return { project, principal: key.email, emulator, auth };
}

/** Options for any of Google's generated clients. */
export function clientOptions({ project, auth, emulator }: Session): ClientOptions {
  const base = { authClient: auth, projectId: project };
  if (emulator === undefined) return base;
  return {
    ...base,
    apiEndpoint: emulator.host,
    port: emulator.port,
    sslCreds: grpc.credentials.combineChannelCredentials(
      grpc.credentials.createSsl(Buffer.from(emulator.ca)),
      // grpc-js wants a plain object where the auth library gives a Headers.
      grpc.credentials.createFromGoogleCredential({
        getRequestHeaders: async (url) => Object.fromEntries(await auth.getRequestHeaders(url)),
      }),
    ),
  };
}
