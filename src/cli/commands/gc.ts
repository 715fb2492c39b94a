import { type Collected, collect, findGarbage, type Garbage } from "../../jobs/collect-garbage.ts";
import { googleTime } from "../../jobs/google-time.ts";
import { jobLabel } from "../../mapping/inventory.ts";
import { type ConnectOptions, connect } from "../connect.ts";
import type { Io } from "../io.ts";
import { renderError } from "../render-error.ts";
import type { Terminal } from "../terminal.ts";

export type GcOptions = ConnectOptions & { readonly dryRun?: boolean };

/** `al gc`: takes away what no run needs any more. */
export async function gcCommand(options: GcOptions, io: Io, terminal: Terminal): Promise<number> {
  const { google, report, secretPrefix } = await connect(options, io, terminal);
  try {
    const now = await googleTime(google, { clock: io.clock, secretPrefix });
    const needs = { google, secretPrefix, now, report };
    const found = await findGarbage(needs);
    const collected = options.dryRun ? { ...found, failures: [] } : await collect(found, needs);
    const shown = { region: google.location.region, dryRun: options.dryRun === true };
    if (options.json) terminal.json(gcDocument(collected, shown));
    else for (const line of renderGarbage(collected, shown)) terminal.result(line);
    return failed(collected, terminal);
  } finally {
    await google.close();
  }
}

/** The first failure decides; what it left can be collected the next time. */
function failed({ failures }: Collected, terminal: Terminal): number {
  for (const failure of failures) terminal.note(renderError(failure, terminal));
  return failures[0]?.exit ?? 0;
}

type Shown = { readonly region: string; readonly dryRun: boolean };

const gcDocument = (
  { jobs, versions, failures }: Collected,
  { region, dryRun }: Shown,
): object => ({
  dryRun,
  jobs: jobs.map(({ name, idleSince }) => ({
    job: jobLabel(name, region),
    idleSince: iso(idleSince),
  })),
  versions: versions.map(({ supersededAt, ...version }) => ({
    ...version,
    supersededAt: iso(supersededAt),
  })),
  failures: failures.map(({ message, why }) => ({ what: message, why })),
});

function renderGarbage({ jobs, versions }: Garbage, { region, dryRun }: Shown): string[] {
  if (jobs.length === 0 && versions.length === 0) return ["Nothing to collect."];
  const [deleted, destroyed] = dryRun
    ? ["would delete", "would destroy"]
    : ["deleted", "destroyed"];
  return [
    ...jobs.map(
      ({ name, idleSince }) =>
        `${deleted}  job ${jobLabel(name, region)}, idle since ${iso(idleSince)}`,
    ),
    ...versions.map(
      ({ secret, version, supersededAt }) =>
        `${destroyed}  version ${version} of ${secret}, superseded ${iso(supersededAt)}`,
    ),
  ];
}

/** To the second: that is what jobs and versions are told apart by. */
const iso = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
