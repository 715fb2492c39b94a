import type { JobsClient } from "@google-cloud/run";
import { operationsProtos } from "google-gax";
import type { Caller } from "./call.ts";
import type { Clock } from "./clock.ts";
import { type CallFailure, CODE, hasCode } from "./google-call-error.ts";
import { waitForOperation } from "./operations.ts";
import { jobName, type Location, locationName } from "./resource-names.ts";
import type { Job, Overrides } from "./types.ts";

type Texts = Readonly<Record<string, string>>;

/** An execution as `RunJob` names it in its first answer. */
export type StartedExecution = {
  /** Full resource name. */
  readonly name: string;
  readonly annotations: Texts;
};

/** The calls on jobs of one region that a run needs. */
export class RunJobs {
  readonly #client: JobsClient;
  readonly #location: Location;
  readonly #call: Caller;
  readonly #clock: Clock;

  constructor(client: JobsClient, place: { location: Location; call: Caller; clock: Clock }) {
    this.#client = client;
    this.#location = place.location;
    this.#call = place.call;
    this.#clock = place.clock;
  }

  /** The same calls in another region of the project. */
  in(region: string): RunJobs {
    return new RunJobs(this.#client, {
      location: { ...this.#location, region },
      call: this.#call,
      clock: this.#clock,
    });
  }

  async findJob(jobId: string): Promise<Job | undefined> {
    const name = jobName(this.#location, jobId);
    const plan = { goal: "read the job", subject: name, idempotent: true };
    try {
      const [job] = await this.#call(plan, (options) => this.#client.getJob({ name }, options));
      return job;
    } catch (error) {
      if (hasCode(error, CODE.notFound)) return undefined;
      throw error;
    }
  }

  /** Every job of the region; Google has no filter for them. */
  async listJobs(): Promise<Job[]> {
    const parent = locationName(this.#location);
    const plan = { goal: "list the jobs", subject: parent, idempotent: true };
    const found: Job[] = [];
    for (let pageToken = ""; ; ) {
      const [page, , reply] = await this.#call(plan, (options) =>
        this.#client.listJobs({ parent, pageToken }, { ...options, autoPaginate: false }),
      );
      found.push(...page);
      pageToken = reply?.nextPageToken ?? "";
      if (pageToken === "") return found;
    }
  }

  /**
   * Creates the job and waits for Cloud Run's checks of image, identity and secrets.
   * @returns what the checks refused, with the job left behind, or undefined when the job is ready
   * @throws GoogleCallError ALREADY_EXISTS, or for what is refused at once
   */
  async createJob(jobId: string, job: Job): Promise<CallFailure | undefined> {
    const subject = jobName(this.#location, jobId);
    const plan = { goal: "create the job", subject, idempotent: true };
    const request = { parent: locationName(this.#location), jobId, job };
    const [operation] = await this.#call(plan, (options) =>
      this.#client.createJob(request, options),
    );
    return this.#wait(operation.name ?? "", "wait for the job");
  }

  /**
   * Deletes the job, if it is still as it was seen. A job that is gone already counts as deleted.
   * @throws GoogleCallError ABORTED when somebody changed it since
   */
  async deleteJob(jobId: string, etag = ""): Promise<void> {
    const name = jobName(this.#location, jobId);
    const plan = { goal: "delete the job", subject: name, idempotent: true };
    try {
      const [operation] = await this.#call(plan, (options) =>
        this.#client.deleteJob({ name, ...(etag === "" ? {} : { etag }) }, options),
      );
      const refused = await this.#wait(operation.name ?? "", "wait for the job's deletion");
      if (refused !== undefined) await this.#fail(plan, refused);
    } catch (error) {
      if (!hasCode(error, CODE.notFound)) throw error;
    }
  }

  /** Starts an execution. Never repeated: it has no request id, and a second call would start a second one. */
  async runJob(jobId: string, overrides: Overrides): Promise<StartedExecution> {
    const name = jobName(this.#location, jobId);
    const plan = { goal: "run the job", subject: name, idempotent: false };
    const [operation] = await this.#call(plan, (options) =>
      this.#client.runJob({ name, overrides }, options),
    );
    // The operation's own name is another resource; the execution is its metadata, from the first answer on.
    const execution = operation.metadata as { name?: string; annotations?: Texts } | null;
    // Without a name nobody can tell what was started: whoever asked must look for it.
    if (!execution?.name)
      return this.#call(plan, () =>
        Promise.reject(new Error("Google's answer names no execution")),
      );
    return { name: execution.name, annotations: execution.annotations ?? {} };
  }

  /** An operation's error, in the words of a call that failed. */
  #fail(plan: { goal: string; subject: string }, { code, detail }: CallFailure): Promise<never> {
    const error = Object.assign(new Error(detail), { code, details: detail });
    return this.#call({ ...plan, idempotent: false }, () => Promise.reject(error));
  }

  #wait(name: string, goal: string): Promise<CallFailure | undefined> {
    const request = new operationsProtos.google.longrunning.GetOperationRequest({ name });
    const plan = { goal, subject: name, idempotent: true };
    const poll = async () => {
      const [operation] = await this.#call(plan, (options) =>
        this.#client.operationsClient.getOperation(request, options),
      );
      return operation;
    };
    return waitForOperation({ name, poll, clock: this.#clock });
  }
}
