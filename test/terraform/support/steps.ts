import type { Step } from "./stage.ts";
import { STEPS_OF_COMMANDS } from "./steps-of-commands.ts";
import { STEPS_OF_RUNS } from "./steps-of-runs.ts";

/** Everything that al does with Google, each from the beginning. */
const STEPS = { ...STEPS_OF_RUNS, ...STEPS_OF_COMMANDS };

export type StepName = keyof typeof STEPS;

export const STEP_NAMES = Object.keys(STEPS) as readonly StepName[];

export const stepNamed = (name: StepName): Step => STEPS[name];
