import type { Json } from "../core/handler.ts";

type ConditionState =
  | "CONDITION_PENDING"
  | "CONDITION_RECONCILING"
  | "CONDITION_FAILED"
  | "CONDITION_SUCCEEDED";

/** google.cloud.run.v2.Condition. At most one of the reasons, and none on success (condition.proto). */
export type Condition = {
  readonly type?: string;
  readonly state: ConditionState;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly severity?: "ERROR" | "WARNING" | "INFO";
  readonly reason?: string;
  readonly executionReason?: string;
};

/** The first condition of a new job has no type yet (recorded in k8s-config-connector, runjob/_http.log). */
export const PENDING: Condition = { state: "CONDITION_PENDING" };

/** The list with the condition of that type replaced, or added behind the others. */
export function withCondition(conditions: readonly Json[], changed: Condition): Json[] {
  const isThere = conditions.some((condition) => condition.type === changed.type);
  if (!isThere) return [...conditions, changed];
  return conditions.map((condition) => (condition.type === changed.type ? changed : condition));
}
