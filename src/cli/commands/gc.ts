import { collect, findGarbage, type Garbage } from "../../jobs/collect-garbage.ts";
import { jobLabel } from "../../mapping/inventory.ts";
import { type ConnectOptions, connect } from "../connect.ts";
import type { Io } from "../io.ts";
import type { Terminal } from "../terminal.ts";

export type GcOptions = ConnectOptions & { readonly dryRun?: boolean };

/** `al gc`: takes away what no run needs any more. */
export async function gcCommand(options: GcOptions, io: Io, terminal: Terminal): Promise<number> {
  const { google, report } = await connect(options, io, terminal);
  try {
    const needs = { google, clock: io.clock, report };
    const found = await findGarbage(needs);
    const collected = options.dryRun ? found : await collect(found, needs);
    const shown = { region: google.location.region, dryRun: options.dryRun === true };
    if (options.json) terminal.json(gcDocument(collected, shown));
    else for (const line of renderGarbage(collected, shown)) terminal.result(line);
    return 0;
  } finally {
    await google.close();
  }
}

type Shown = { readonly region: string; readonly dryRun: boolean };

const gcDocument = ({ jobs, versions }: Garbage, { region, dryRun }: Shown): object => ({
  dryRun,
  jobs: jobs.map(({ name, idleSince }) => ({
    job: jobLabel(name, region),
    idleSince: iso(idleSince),
  })),
  versions: versions.map(({ supersededAt, ...version }) => ({
    ...version,
    supersededAt: iso(supersededAt),
  })),
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
