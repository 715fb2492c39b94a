import { z } from "zod";
import { isStatusName, type StatusName } from "../google-error.ts";

const milliseconds = z.number().int().min(0);

const actionSchema = z.union([
  z.strictObject({ status: z.custom<StatusName>(isStatusName, "must be a canonical status name") }),
  z.strictObject({ reset: z.literal(true) }),
  z.strictObject({ hangMs: milliseconds }),
  z.strictObject({ delayMs: milliseconds }),
]);

const ruleSchema = z
  .strictObject({
    method: z.string().regex(/^[\w.]+\.[A-Z]\w*$/, "must be a full method name"),
    /** How the name of the resource that the call is about begins. */
    resource: z.string().default(""),
    nth: z.number().int().min(1).default(1),
    times: z.number().int().min(1).default(1),
    when: z.enum(["before", "after", "late"]).default("before"),
    afterMs: milliseconds.default(0),
    action: actionSchema,
  })
  .refine(
    ({ when, action }) => when !== "late" || !("delayMs" in action),
    "a late effect needs an action that loses the reply: status, reset or hangMs",
  );

/** The body of `POST /emulator/faults`. */
export const faultsSchema = z.strictObject({ rules: z.array(ruleSchema) });

export type FaultRule = z.output<typeof ruleSchema>;

/** Which calls are to fail, and how. */
export class Faults {
  #rules: { readonly rule: FaultRule; seen: number }[] = [];

  /** Replaces all rules; calls are counted from now on. */
  replace(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  /** Counts a call of the method, and answers the first rule that is due. What a stream is about is not known when it opens. */
  next(method: string, resource = ""): FaultRule | undefined {
    const due: FaultRule[] = [];
    for (const kept of this.#rules) {
      if (kept.rule.method !== method || !resource.startsWith(kept.rule.resource)) continue;
      kept.seen++;
      const { nth, times } = kept.rule;
      if (kept.seen >= nth && kept.seen < nth + times) due.push(kept.rule);
    }
    return due[0];
  }
}
