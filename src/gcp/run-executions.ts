import type { ExecutionsClient, TasksClient } from "@google-cloud/run";
import type { Caller } from "./call.ts";
import { CODE, hasCode } from "./google-call-error.ts";
import type { Execution, Task } from "./types.ts";

type Clients = { readonly executions: ExecutionsClient; readonly tasks: TasksClient };

/** The calls on executions and their tasks that a run needs. Names are full resource names. */
export class RunExecutions {
  readonly #clients: Clients;
  readonly #call: Caller;

  constructor(clients: Clients, call: Caller) {
    this.#clients = clients;
    this.#call = call;
  }

  async getExecution(name: string): Promise<Execution> {
    const plan = { goal: "read the execution", subject: name, idempotent: true };
    const [execution] = await this.#call(plan, (options) =>
      this.#clients.executions.getExecution({ name }, options),
    );
    return execution;
  }

  /** The newest executions of a job, at most 100. */
  async listExecutions(job: string): Promise<Execution[]> {
    const plan = { goal: "list the executions", subject: job, idempotent: true };
    const [executions] = await this.#call(plan, (options) =>
      this.#clients.executions.listExecutions(
        { parent: job, pageSize: 100 },
        { ...options, autoPaginate: false },
      ),
    );
    return executions;
  }

  /** The first execution of a job that is not finished, however many there were. */
  async findUnfinished(
    job: string,
    isFinished: (execution: Execution) => boolean,
  ): Promise<Execution | undefined> {
    for await (const page of this.#pages(job)) {
      const found = page.find((execution) => !isFinished(execution));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Every execution of a job, newest first. */
  async allExecutions(job: string): Promise<Execution[]> {
    const found: Execution[] = [];
    for await (const page of this.#pages(job)) found.push(...page);
    return found;
  }

  async *#pages(job: string): AsyncGenerator<readonly Execution[]> {
    const plan = { goal: "list the executions", subject: job, idempotent: true };
    let pageToken = "";
    do {
      const request = { parent: job, pageSize: 100, pageToken };
      const [page, , reply] = await this.#call(plan, (options) =>
        this.#clients.executions.listExecutions(request, { ...options, autoPaginate: false }),
      );
      yield page;
      pageToken = reply?.nextPageToken ?? "";
    } while (pageToken !== "");
  }

  /** Asks for the execution's end; one that has ended already is left as it is. */
  async cancelExecution(name: string): Promise<void> {
    const plan = { goal: "cancel the execution", subject: name, idempotent: true };
    try {
      await this.#call(plan, (options) =>
        this.#clients.executions.cancelExecution({ name }, options),
      );
    } catch (error) {
      // It ended by itself before the call arrived; whoever waits for it learns how.
      if (!hasCode(error, CODE.failedPrecondition, CODE.aborted, CODE.invalidArgument)) throw error;
    }
  }

  /** The task of an execution that has one. */
  async findTask(execution: string): Promise<Task | undefined> {
    const plan = { goal: "read the task", subject: execution, idempotent: true };
    const [tasks] = await this.#call(plan, (options) =>
      this.#clients.tasks.listTasks(
        { parent: execution, pageSize: 1 },
        { ...options, autoPaginate: false },
      ),
    );
    return tasks[0];
  }
}
