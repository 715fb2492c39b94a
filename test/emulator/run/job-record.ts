import type { Json } from "../core/handler.ts";
import { etagOf } from "./etag.ts";
import type { ExecutionRecord } from "./execution-record.ts";

/** One job, as it is kept. */
export class JobRecord {
  /** The stored name. */
  readonly name: string;
  readonly sequence: number;
  /** The Job without what is derived: etag, executionCount, latestCreatedExecution. */
  resource: Json;
  executionCount = 0;
  latest: ExecutionRecord | undefined;

  constructor(made: { name: string; sequence: number; resource: Json }) {
    this.name = made.name;
    this.sequence = made.sequence;
    this.resource = made.resource;
  }

  get isReady(): boolean {
    return this.resource.terminalCondition.state === "CONDITION_SUCCEEDED" && !this.isDeleting;
  }

  get isDeleting(): boolean {
    return this.resource.deleteTime !== undefined;
  }

  /** google.cloud.run.v2.Job in JSON form. */
  toResource(): Json {
    return {
      ...this.resource,
      ...(this.executionCount > 0 && { executionCount: this.executionCount }),
      // Present though empty before the first run (recorded in k8s-config-connector, runjob/_http.log).
      latestCreatedExecution: this.latest?.toReference() ?? {},
      etag: etagOf(this.resource.updateTime, this.name),
    };
  }
}

/** The type tag that a resource has inside an operation. */
export const asAny = (type: "Job" | "Execution", resource: Json): Json => ({
  "@type": `type.googleapis.com/google.cloud.run.v2.${type}`,
  ...resource,
});
