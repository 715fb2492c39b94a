import { GoogleError } from "../core/google-error.ts";
import type { Json } from "../core/handler.ts";
import { OperationStore } from "../operations/operation-store.ts";
import { SecretStore } from "../secret-manager/secret-store.ts";
import { FakeCall, type FakeContainer, FakePlatform } from "./fake-platform.ts";
import { RunStore } from "./run-store.ts";
import { runService } from "./service.ts";

export const LOCATION = "projects/demo-project/locations/us-central1";
export const JOB = `${LOCATION}/jobs/agent`;
export const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const NUMBERED = "projects/123456789012";

/** The smallest task template that Cloud Run takes, with what a test adds. */
export const template = (task: Json = {}, container: Json = {}): Json => ({
  template: {
    containers: [{ image: "host.local/agent:latest", command: ["/bin/agent"], ...container }],
    maxRetries: 0,
    serviceAccount: RUNNER,
    ...task,
  },
});

/** The service on fake ground, with the words that tests use. */
export class FakeCloudRun {
  readonly platform = new FakePlatform();
  readonly secrets = new SecretStore();
  readonly store = new RunStore();
  readonly operations = new OperationStore(this.platform.clock);
  readonly call = new FakeCall();
  readonly #service = runService(this.platform, this.store, this.operations, this.secrets);

  /** `Jobs.CreateJob` and its request. */
  async ask(method: string, request: Json): Promise<Json> {
    const handler = this.#service.unary[`google.cloud.run.v2.${method}`];
    if (handler === undefined) throw new Error(`no handler for ${method}`);
    return await handler(request, this.call);
  }

  /** `OK`, or status and text of the refusal. */
  async refusalOf(method: string, request: Json): Promise<string> {
    try {
      await this.ask(method, request);
    } catch (error) {
      if (error instanceof GoogleError) return `${error.status}: ${error.message}`;
      throw error;
    }
    return "OK";
  }

  create(job: Json = { template: template() }, jobId = "agent"): Promise<Json> {
    return this.ask("Jobs.CreateJob", { parent: LOCATION, jobId, job });
  }

  /** A job that is Ready. */
  async createReady(job?: Json, jobId?: string): Promise<void> {
    const operation = await this.create(job, jobId);
    await this.platform.clock.advance(100);
    const { error } = this.operations.get(operation.name);
    if (error !== undefined) throw new Error(error.message);
  }

  run(overrides?: Json): Promise<Json> {
    return this.ask("Jobs.RunJob", { name: JOB, ...(overrides && { overrides }) });
  }

  /** A run whose containers have just been started; the execution's name and the operation's. */
  async started(overrides?: Json): Promise<{ execution: string; operation: string }> {
    const { name, metadata } = await this.run(overrides);
    await this.platform.clock.advance(200);
    return { execution: metadata.name, operation: name };
  }

  execution(name: string): Promise<Json> {
    return this.ask("Executions.GetExecution", { name });
  }

  async tasks(execution: string): Promise<Json[]> {
    const { tasks } = await this.ask("Tasks.ListTasks", { parent: execution });
    return tasks;
  }

  /** The containers that were started, oldest first. */
  container(index = 0): FakeContainer {
    const container = this.platform.containers[index];
    if (container === undefined) throw new Error(`no container ${index} was started`);
    return container;
  }

  /** A secret with these payloads as versions 1, 2, … */
  addSecret(id: string, ...payloads: string[]): void {
    const createdAt = this.platform.clock.now();
    const name = `${NUMBERED}/secrets/${id}`;
    const fields = { replication: { automatic: {} } };
    const secret = this.secrets.add({
      name,
      projectNumber: "123456789012",
      createdAt,
      fields,
    });
    for (const text of payloads) {
      secret.addVersion({
        sequence: this.secrets.nextSequence(),
        createdAt,
        etag: this.secrets.nextEtag(createdAt),
        payload: Buffer.from(text),
        checksumGiven: false,
      });
    }
  }
}

/** A variable that comes from a secret. */
export const fromSecret = (name: string, secret: string, version?: string): Json => ({
  name,
  valueSource: { secretKeyRef: { secret, ...(version !== undefined && { version }) } },
});
