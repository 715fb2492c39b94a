import { UsageError } from "../errors.ts";

/** What identifies a run for people: the region and the execution's short name. */
export type RunAddress = { readonly region: string; readonly execution: string };

/** `us-central1/al-hello-1a2b3c4d-x7k2p`. */
export const formatRunAddress = ({ region, execution }: RunAddress): string =>
  `${region}/${execution}`;

/**
 * Reads what `formatRunAddress` wrote.
 * @throws UsageError for any other text
 */
export function parseRunAddress(text: string): RunAddress {
  const [, region, execution] =
    /^([a-z]+-[a-z]+[0-9]+)\/([a-z][a-z0-9-]*-[a-z0-9]{5})$/.exec(text) ?? [];
  if (region !== undefined && execution !== undefined) return { region, execution };
  throw new UsageError({
    what: `${JSON.stringify(text)} is not a run`,
    why: 'a run is written as region/execution, for example "us-central1/al-hello-1a2b3c4d-x7k2p"',
    remedy: "Copy the run from what al run printed.",
  });
}

/** An execution is named after its job: `{job}-{5 characters}`. */
export const jobIdOfExecution = (execution: string): string =>
  execution.slice(0, execution.lastIndexOf("-"));
