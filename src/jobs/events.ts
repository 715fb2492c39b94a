import type { AlError } from "../errors.ts";
import type { OrderedLine } from "../mapping/log-order.ts";

type Stage = "sign-in" | "call" | "sync" | "prepare" | "launch" | "run" | "cancel";

/** What happens during a run, for whoever shows it. */
export type RunEvent =
  | { readonly kind: "stage"; readonly stage: Stage; readonly text: string }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "launched"; readonly execution: string }
  | { readonly kind: "line"; readonly line: OrderedLine };

export type Report = (event: RunEvent) => void;

/** What went wrong without ending the run, and what mends it. */
export const withRemedy = ({ message, why, remedy }: AlError): RunEvent => ({
  kind: "warning",
  text: [why === undefined ? message : `${message}: ${why}`, `  mend: ${remedy}`].join("\n"),
});
