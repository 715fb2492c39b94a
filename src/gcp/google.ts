import { ConfigError } from "../errors.ts";
import { ArtifactRegistry } from "./artifact-registry.ts";
import { createCaller } from "./call.ts";
import type { Clock } from "./clock.ts";
import { Logging } from "./logging.ts";
import type { ProjectServices } from "./project-services.ts";
import type { Location } from "./resource-names.ts";
import { RunExecutions } from "./run-executions.ts";
import { RunJobs } from "./run-jobs.ts";
import { SecretManager } from "./secret-manager.ts";
import { clientOptions, type Session } from "./session.ts";

/** Google's services for one project and region; each client is loaded when it is first asked for. */
export type Google = {
  readonly location: Location;
  readonly principal: string;
  jobs(): Promise<RunJobs>;
  executions(): Promise<RunExecutions>;
  secrets(): Promise<SecretManager>;
  logs(): Promise<Logging>;
  /** How the project is set up. */
  setUp(): Promise<ProjectServices>;
  close(): Promise<void>;
};

type Client = { initialize(): Promise<unknown>; close(): Promise<void> };

/** Nothing is loaded or called yet. */
export function connectGoogle(
  session: Session,
  { region, clock, trace }: { region: string; clock: Clock; trace: (text: string) => void },
): Google {
  const location = { project: session.project, region };
  const call = createCaller(session, clock, trace);
  const open: Client[] = [];

  // A client that cannot initialise must never be called: it would raise an unhandled rejection beside the error.
  const ready = async <T extends Client>(client: T): Promise<T> => {
    await client.initialize().catch((cause: unknown) => {
      throw unusable(cause);
    });
    open.push(client);
    return client;
  };
  const options = () => clientOptions(session);
  const images = once(async () => {
    const { ArtifactRegistryClient } = await import("@google-cloud/artifact-registry");
    return new ArtifactRegistry(await ready(new ArtifactRegistryClient(options())), call);
  });

  return {
    location,
    principal: session.principal,
    jobs: once(async () => {
      const { JobsClient } = await import("@google-cloud/run");
      return new RunJobs(await ready(new JobsClient(options())), { location, call, clock });
    }),
    executions: once(async () => {
      const { ExecutionsClient, TasksClient } = await import("@google-cloud/run");
      const executions = await ready(new ExecutionsClient(options()));
      return new RunExecutions(
        { executions, tasks: await ready(new TasksClient(options())) },
        call,
      );
    }),
    secrets: once(async () => {
      const { SecretManagerServiceClient } = await import("@google-cloud/secret-manager");
      const client = await ready(new SecretManagerServiceClient(options()));
      return new SecretManager(client, session.project, call);
    }),
    logs: once(async () => {
      const { v2 } = await import("@google-cloud/logging-api");
      const client = await ready(new v2.LoggingServiceV2Client(options()));
      return new Logging(client, session.project, call);
    }),
    setUp: once(async () => {
      const { projectServices } = await import("./project-services.ts");
      const { Rest } = await import("./rest.ts");
      return projectServices(new Rest(session, { call, clock }), images);
    }),
    async close() {
      await Promise.all(open.map((client) => client.close()));
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const unusable = (cause: unknown): ConfigError =>
  new ConfigError(
    {
      what: "Google's client library does not accept the sign-in",
      why: cause instanceof Error ? cause.message : String(cause),
      remedy:
        "Sign in anew: with a key, al creds add gcp_service_account; without one, gcloud auth application-default login",
    },
    { cause },
  );
