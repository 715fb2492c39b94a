import { parseCondition } from "./condition-parser.ts";

/** What a condition may ask about; `name` carries the project's number. */
export type ResourceAttributes = {
  readonly name: string;
  readonly type: string;
  readonly service: string;
};

/** A parsed condition expression. */
export type Condition = (resource: ResourceAttributes) => boolean;

const parsed = new Map<string, Condition>();

/** Parses a condition once; throws INVALID_ARGUMENT for what the evaluator does not know. */
export function conditionOf(expression: string): Condition {
  const known = parsed.get(expression) ?? parseCondition(expression);
  parsed.set(expression, known);
  return known;
}
