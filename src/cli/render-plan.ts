import { shortName } from "../gcp/resource-names.ts";
import type { RunPreview } from "../jobs/plan-run.ts";
import { missingNote, type SecretStep } from "../jobs/secret-step.ts";
import { diffSummaries, summarise } from "../mapping/job-summary.ts";

/** What a run would do, for `--dry-run`. */
export type PlanDocument = {
  readonly dryRun: true;
  readonly agent: string;
  readonly project: string;
  readonly region: string;
  readonly secrets: readonly PlannedSecret[];
  readonly job: {
    readonly id: string;
    readonly exists: boolean;
    /** The agent's newest job, which `changes` compares with; null for a first one. */
    readonly comparedWith: string | null;
    readonly changes: readonly string[];
    readonly spec: unknown;
  };
  readonly overrides: unknown;
  readonly calls: readonly string[];
};

export type PlannedSecret = {
  readonly secret: string;
  readonly credential: string;
  readonly action: "create" | "new version" | "unchanged" | "conflict";
  /** Field → version number, or null where a new one is to be added. */
  readonly versions: Readonly<Record<string, string | null>>;
};

/** The plan as one value, whether or not it is printed as JSON. */
export function planDocument(input: {
  readonly agent: string;
  readonly project: string;
  readonly region: string;
  readonly preview: RunPreview;
  readonly overrides: unknown;
}): PlanDocument {
  const { preview, ...rest } = input;
  const { steps, job, exists, before } = preview;
  const secrets = steps.map(plannedSecret);
  const changing = secrets.some(({ action }) => action !== "unchanged");
  // The id ends in a hash over the pinned versions, which are not known before they are added.
  const id = changing ? job.jobId.replace(/[0-9a-f]{8}$/, "????????") : job.jobId;
  return {
    dryRun: true,
    ...rest,
    secrets,
    job: {
      id,
      exists,
      comparedWith: before === undefined ? null : shortName(before.name ?? ""),
      changes: diffSummaries(
        before === undefined ? new Map() : summarise(before),
        summarise(job.job),
      ),
      spec: job.job,
    },
    calls: [
      ...steps.flatMap((step) => secretCalls(step, input.region)),
      ...(exists ? [] : [`Jobs.CreateJob ${id}`]),
      `Jobs.RunJob ${id}`,
    ],
  };
}

/** What happens to one secret, by its action and versions. */
export function plannedSecret({ wanted, exists, items, conflict }: SecretStep): PlannedSecret {
  const missing = items.some(({ version }) => version === undefined);
  const versions = items.map(({ field, version }) => [field.name, version ?? null] as const);
  return {
    secret: wanted.id,
    credential: wanted.credential,
    action: conflict ? "conflict" : exists ? (missing ? "new version" : "unchanged") : "create",
    versions: Object.fromEntries(versions),
  };
}

function secretCalls(step: SecretStep, region: string): string[] {
  const { wanted, exists, items, conflict } = step;
  if (conflict) return [];
  const adding = items.filter(({ version }) => version === undefined);
  return [
    ...(exists ? [] : [`SecretManagerService.CreateSecret ${wanted.id}`]),
    ...adding.map(
      ({ field }) => `SecretManagerService.AddSecretVersion ${wanted.id} (${field.name})`,
    ),
    ...((wanted.kind === "directory" && adding.length > 0) || missingNote(step, region)
      ? [`SecretManagerService.UpdateSecret ${wanted.id} (annotations)`]
      : []),
  ];
}

/** The plan for people. */
export function renderPlan(plan: PlanDocument): string {
  const secrets = plan.secrets.map(
    ({ action, secret, versions }) =>
      `  ${action.padEnd(11)}  ${secret}  ${renderVersions(versions)}`,
  );
  return [
    `Plan for ${plan.agent} in ${plan.project}, ${plan.region}. Nothing was changed.`,
    "",
    secrets.length === 0 ? "Secrets: none" : "Secrets:",
    ...secrets,
    "",
    ...renderChanges(plan.job),
    "",
    `Job ${plan.job.id} (${plan.job.exists ? "exists" : "will be created"}):`,
    JSON.stringify(plan.job.spec, null, 2),
    "",
    "Given to this run:",
    JSON.stringify(plan.overrides, null, 2),
    "",
    "Calls that change something:",
    ...plan.calls.map((call) => `  ${call}`),
  ].join("\n");
}

function renderChanges({ comparedWith, changes }: PlanDocument["job"]): string[] {
  if (comparedWith === null)
    return ["Settings (the agent has no job yet):", ...changes.map((line) => `  ${line}`)];
  return changes.length === 0
    ? [`Nothing differs from ${comparedWith}.`]
    : [`Changes against ${comparedWith}:`, ...changes.map((line) => `  ${line}`)];
}

const renderVersions = (versions: PlannedSecret["versions"]): string =>
  Object.entries(versions)
    .map(([field, version]) => `${field}=${version ?? "new"}`)
    .join(" ");
