import type { Json } from "../core/handler.ts";
import type { Operation } from "../operations/operation-store.ts";
import { Attempt } from "./attempt.ts";
import { STOPPED } from "./attempt-end.ts";
import { completedCondition, operationError, secondsBetween } from "./execution-outcome.ts";
import type { Driver, ExecutionRecord, StopReason } from "./execution-record.ts";
import { asAny } from "./job-record.ts";
import { inWordsOf } from "./names.ts";
import type { RunContext } from "./run-context.ts";
import type { TaskRecord } from "./task-record.ts";

/** Drives one execution: pending, running, completed. */
export class ExecutionLifecycle implements Driver {
  readonly #context: RunContext;
  readonly #execution: ExecutionRecord;
  readonly #operation: Operation;
  readonly #attempts = new Map<TaskRecord, Attempt>();
  readonly #listeners: (() => void)[] = [];

  constructor(context: RunContext, execution: ExecutionRecord, operation: Operation) {
    this.#context = context;
    this.#execution = execution;
    this.#operation = operation;
  }

  begin(): void {
    this.#later(() => this.#provision());
  }

  stop(reason: StopReason): void {
    const execution = this.#execution;
    if (execution.phase === "completed") return;
    const isFirst = execution.stopReason === undefined;
    // Deletion outranks a cancellation that is under way.
    if (isFirst || reason === "DELETED") execution.stopReason = reason;
    if (!isFirst) return;
    this.#note({
      type: "Completed",
      state: "CONDITION_RECONCILING",
      message: "Waiting for execution to complete.",
      executionReason: "CANCELLING",
    });
    for (const task of execution.tasks.filter(({ state }) => state === "pending")) {
      task.lastEnd = STOPPED;
      task.finish("cancelled", this.#tick());
    }
    for (const attempt of this.#attempts.values()) attempt.stop();
    this.#later(() => this.#completeIfDone());
  }

  onEnd(listener: () => void): void {
    if (this.#execution.phase === "completed") listener();
    else this.#listeners.push(listener);
  }

  #provision(): void {
    if (this.#execution.stopReason !== undefined) return;
    this.#note(
      {
        type: "Completed",
        state: "CONDITION_RECONCILING",
        message: "Waiting for execution to complete.",
      },
      {
        type: "ResourcesAvailable",
        state: "CONDITION_SUCCEEDED",
        message: "Provisioned imported containers.",
      },
    );
    this.#later(() => this.#start());
  }

  #start(): void {
    const execution = this.#execution;
    if (execution.stopReason !== undefined) return;
    const startTime = this.#tick();
    const seconds = secondsBetween(execution.resource.createTime, startTime);
    execution.phase = "running";
    execution.change({ startTime });
    this.#note({
      type: "Started",
      state: "CONDITION_SUCCEEDED",
      message: `Started deployed execution in ${seconds}s.`,
    });
    this.#fill();
  }

  /** Starts as many waiting tasks as parallelism allows. */
  #fill(): void {
    const execution = this.#execution;
    const free = execution.resource.parallelism - execution.count("running");
    const waiting = execution.tasks.filter(({ state }) => state === "pending");
    for (const task of waiting.slice(0, Math.max(0, free))) {
      task.begin(this.#tick());
      void this.#runTask(task);
    }
    this.#publish();
  }

  async #runTask(task: TaskRecord): Promise<void> {
    const execution = this.#execution;
    for (let number = 0; ; number++) {
      const attempt = new Attempt(this.#context, execution, {
        taskIndex: task.index,
        attempt: number,
      });
      this.#attempts.set(task, attempt);
      const end = await attempt.run();
      if (end === undefined) return;
      this.#attempts.delete(task);
      task.lastEnd = end;
      const mayRetry = number < execution.resource.template.maxRetries;
      if (end.kind === "succeeded" || execution.stopReason !== undefined || !mayRetry) break;
      task.retried += 1;
      this.#noteRetry(number);
    }
    this.#finish(task);
  }

  #finish(task: TaskRecord): void {
    const isStopped = this.#execution.stopReason !== undefined;
    if (isStopped) task.lastEnd = STOPPED;
    const isSuccess = task.lastEnd?.kind === "succeeded";
    task.finish(isStopped ? "cancelled" : isSuccess ? "succeeded" : "failed", this.#tick());
    this.#publish();
    if (!isStopped) this.#fill();
    this.#completeIfDone();
  }

  #completeIfDone(): void {
    const execution = this.#execution;
    if (execution.phase === "completed" || execution.count("pending", "running") > 0) return;
    const wasStarted = execution.phase === "running";
    const now = this.#tick();
    execution.phase = "completed";
    execution.change({ observedGeneration: "1", ...(wasStarted && { completionTime: now }) });
    delete execution.resource.reconciling;
    this.#note(completedCondition(execution, now));
    const error = operationError(execution);
    if (error === undefined) this.#operation.succeed(this.#resource());
    else this.#operation.fail(error.status, error.message);
    for (const listener of this.#listeners.splice(0)) listener();
  }

  #noteRetry(attempt: number): void {
    this.#note({
      type: "Retry",
      state: "CONDITION_SUCCEEDED",
      message: `System will retry after 0:00:00 from lastTransitionTime for attempt ${attempt}.`,
      severity: "INFO",
      reason: "IMMEDIATE_RETRY",
    });
  }

  #note(...conditions: Parameters<ExecutionRecord["setCondition"]>[0][]): void {
    const lastTransitionTime = this.#tick();
    for (const condition of conditions) {
      this.#execution.setCondition({ ...condition, lastTransitionTime });
    }
    this.#publish();
  }

  /** Every change moves the etag, and shows in the metadata of RunJob's operation. */
  #publish(): void {
    this.#execution.change({ updateTime: this.#tick() });
    this.#operation.update(this.#resource());
  }

  #resource(): Json {
    const { resourceName } = this.#execution;
    return asAny("Execution", inWordsOf(resourceName, this.#execution.toResource()));
  }

  #later(step: () => void): void {
    const { store, platform } = this.#context;
    store.after(platform.clock, platform.operationDelayMs, step);
  }

  #tick(): string {
    return this.#context.store.tick(this.#context.platform.clock);
  }
}
