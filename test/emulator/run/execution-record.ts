import type { Json } from "../core/handler.ts";
import { type Condition, withCondition } from "./conditions.ts";
import { etagOf } from "./etag.ts";
import type { ResourceName } from "./names.ts";
import type { TaskRecord, TaskState } from "./task-record.ts";

export type ExecutionPhase = "pending" | "running" | "completed";
/** Why an execution is ended from outside. */
export type StopReason = "CANCELLED" | "DELETED";

/** What drives an execution, as those see it who end it from outside. */
export type Driver = {
  stop(reason: StopReason): void;
  /** Calls the listener once when the execution has completed, at once if it has. */
  onEnd(listener: () => void): void;
};

/** One execution with its tasks, as it is kept. */
export class ExecutionRecord {
  readonly resourceName: ResourceName;
  readonly sequence: number;
  readonly tasks: readonly TaskRecord[];
  /** The Execution without what is derived: etag and the counts of tasks. */
  resource: Json;
  phase: ExecutionPhase = "pending";
  stopReason: StopReason | undefined;
  driver: Driver | undefined;

  constructor(made: {
    resourceName: ResourceName;
    sequence: number;
    tasks: readonly TaskRecord[];
    resource: Json;
  }) {
    this.resourceName = made.resourceName;
    this.sequence = made.sequence;
    this.tasks = made.tasks;
    this.resource = made.resource;
  }

  /** The stored name. */
  get name(): string {
    return this.resourceName.stored;
  }

  /** The short id, e.g. `job-q5mr7`. */
  get id(): string {
    return this.resourceName.ids[1] ?? "";
  }

  get jobId(): string {
    return this.resourceName.ids[0] ?? "";
  }

  change(fields: Json): void {
    this.resource = { ...this.resource, ...fields };
  }

  setCondition(condition: Condition): void {
    this.change({ conditions: withCondition(this.resource.conditions, condition) });
  }

  count(...states: TaskState[]): number {
    return this.tasks.filter((task) => states.includes(task.state)).length;
  }

  /** google.cloud.run.v2.Execution in JSON form; there is no terminalCondition on it (execution.proto). */
  toResource(): Json {
    const counts = {
      runningCount: this.count("running"),
      succeededCount: this.count("succeeded"),
      failedCount: this.count("failed"),
      cancelledCount: this.count("cancelled"),
      retriedCount: this.tasks.filter((task) => task.retried > 0).length,
    };
    return {
      ...this.resource,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      etag: etagOf(this.resource.updateTime, this.name),
    };
  }

  /** google.cloud.run.v2.ExecutionReference in JSON form. */
  toReference(): Json {
    const { createTime, completionTime, deleteTime } = this.resource;
    return {
      name: this.name,
      createTime,
      ...(completionTime !== undefined && { completionTime }),
      ...(deleteTime !== undefined && { deleteTime }),
      completionStatus: this.#completionStatus(),
    };
  }

  #completionStatus(): string {
    if (this.phase === "pending") return "EXECUTION_PENDING";
    if (this.phase === "running") return "EXECUTION_RUNNING";
    if (this.stopReason !== undefined) return "EXECUTION_CANCELLED";
    return this.count("failed") > 0 ? "EXECUTION_FAILED" : "EXECUTION_SUCCEEDED";
  }
}
