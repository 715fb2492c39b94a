import type { OrderedLine } from "../mapping/log-order.ts";

type Stage = "sign-in" | "call" | "sync" | "prepare" | "launch" | "run" | "cancel";

/** What happens during a run, for whoever shows it. */
export type RunEvent =
  | { readonly kind: "stage"; readonly stage: Stage; readonly text: string }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "launched"; readonly execution: string }
  | { readonly kind: "line"; readonly line: OrderedLine };

export type Report = (event: RunEvent) => void;
