import { randomUUID } from "node:crypto";
import type { Json } from "../core/handler.ts";
import type { AttemptEnd } from "./attempt-end.ts";
import type { Condition } from "./conditions.ts";
import { etagOf } from "./etag.ts";
import type { ExecutionRecord } from "./execution-record.ts";

export type TaskState = "pending" | "running" | "succeeded" | "failed" | "cancelled";

/** One task of an execution. */
export class TaskRecord {
  readonly index: number;
  readonly uid = randomUUID();
  state: TaskState = "pending";
  retried = 0;
  startTime: string | undefined;
  completionTime: string | undefined;
  updateTime: string;
  /** How its last finished attempt ended. */
  lastEnd: AttemptEnd | undefined;

  constructor(made: { index: number; createTime: string }) {
    this.index = made.index;
    this.updateTime = made.createTime;
  }

  begin(time: string): void {
    this.state = "running";
    this.startTime ??= time;
    this.updateTime = time;
  }

  finish(state: TaskState, time: string): void {
    this.state = state;
    this.completionTime = time;
    this.updateTime = time;
  }

  idIn(execution: ExecutionRecord): string {
    return `${execution.id}-task${this.index}`;
  }

  /** google.cloud.run.v2.Task in JSON form. */
  toResource(execution: ExecutionRecord): Json {
    const { labels, annotations, template, createTime, logUri } = execution.resource;
    const { containers, volumes, timeout, serviceAccount, executionEnvironment } = template;
    const name = `${execution.name}/tasks/${this.idIn(execution)}`;
    return compact({
      name,
      uid: this.uid,
      generation: "1",
      labels,
      annotations,
      createTime,
      scheduledTime: this.startTime,
      startTime: this.startTime,
      completionTime: this.completionTime,
      updateTime: this.updateTime,
      job: execution.jobId,
      execution: execution.id,
      containers,
      volumes,
      maxRetries: template.maxRetries || undefined,
      timeout,
      serviceAccount,
      executionEnvironment,
      reconciling: this.completionTime === undefined ? true : undefined,
      conditions: [this.#completed()],
      observedGeneration: this.completionTime === undefined ? undefined : "1",
      index: this.index || undefined,
      retried: this.retried || undefined,
      lastAttemptResult: this.lastEnd?.result,
      logUri,
      etag: etagOf(this.updateTime, name),
    });
  }

  #completed(): Condition {
    const lastTransitionTime = this.updateTime;
    const type = "Completed";
    if (this.state === "succeeded") {
      return { type, state: "CONDITION_SUCCEEDED", lastTransitionTime };
    }
    if (this.state === "failed" || this.state === "cancelled") {
      const message = this.lastEnd?.result.status?.message;
      return {
        type,
        state: "CONDITION_FAILED",
        ...(message !== undefined && { message }),
        lastTransitionTime,
        ...(this.state === "cancelled" && { executionReason: "CANCELLED" }),
        ...(this.lastEnd?.kind === "failed" && { executionReason: "NON_ZERO_EXIT_CODE" }),
      };
    }
    return {
      type,
      state: this.state === "running" ? "CONDITION_RECONCILING" : "CONDITION_PENDING",
    };
  }
}

const compact = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
