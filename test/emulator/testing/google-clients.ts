import { readFile } from "node:fs/promises";
import { LoggingServiceV2Client } from "@google-cloud/logging-api";
import { ExecutionsClient, JobsClient, TasksClient } from "@google-cloud/run";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { googleAuthLibrary, grpc } from "google-gax";

/** The official clients, wired to an emulator over TLS and signed in with a service-account key. */
export type GoogleClients = {
  readonly jobs: JobsClient;
  readonly executions: ExecutionsClient;
  readonly tasks: TasksClient;
  readonly secrets: SecretManagerServiceClient;
  readonly logging: LoggingServiceV2Client;
  close(): Promise<void>;
};

export type ClientTarget = { readonly url: string; readonly keyFile: string };

const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

/** Makes the clients; asks the emulator for its address and certificate first. */
export async function googleClients({ url, keyFile }: ClientTarget): Promise<GoogleClients> {
  const key = JSON.parse(await readFile(keyFile, "utf8"));
  const response = await fetch(`${url}/emulator/info`);
  if (!response.ok) throw new Error(`${url}/emulator/info answered ${response.status}`);
  const { grpc: address, ca } = (await response.json()) as {
    grpc: { host: string; port: number };
    ca: string;
  };
  const authClient = signedIn(key);
  const options = {
    apiEndpoint: address.host,
    port: address.port,
    sslCreds: channelCredentials(ca, authClient),
    authClient,
    projectId: String(key.project_id),
  };
  const clients = {
    jobs: new JobsClient(options),
    executions: new ExecutionsClient(options),
    tasks: new TasksClient(options),
    secrets: new SecretManagerServiceClient(options),
    logging: new LoggingServiceV2Client(options),
  };
  // Failing here rejects; failing inside the first call would also be an unhandled rejection.
  await Promise.all(Object.values(clients).map((client) => client.initialize()));
  return {
    ...clients,
    close: async () => {
      await Promise.all(Object.values(clients).map((client) => client.close()));
    },
  };
}

function signedIn(key: { client_email: string; private_key: string; private_key_id?: string }) {
  const client = new googleAuthLibrary.JWT({
    email: key.client_email,
    key: key.private_key,
    ...(key.private_key_id === undefined ? {} : { keyId: key.private_key_id }),
    scopes: [CLOUD_PLATFORM],
  });
  // A token that the key itself signs: no token endpoint is asked.
  client.useJWTAccessWithScope = true;
  return client;
}

function channelCredentials(
  ca: string,
  client: InstanceType<typeof googleAuthLibrary.JWT>,
): grpc.ChannelCredentials {
  // grpc-js reads a plain object, google-auth-library 10 gives a Headers: without this no token is sent.
  const source = {
    getRequestHeaders: async (url?: string) =>
      Object.fromEntries(await client.getRequestHeaders(url)),
  };
  return grpc.credentials.combineChannelCredentials(
    grpc.credentials.createSsl(Buffer.from(ca)),
    grpc.credentials.createFromGoogleCredential(source),
  );
}
