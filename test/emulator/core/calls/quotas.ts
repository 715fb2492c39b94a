import { GoogleError } from "../google-error.ts";
import type { EmulatorClock, Project } from "../platform.ts";

type Quota = {
  readonly service: string;
  /** Of the metric, as Google's text has it. */
  readonly title: string;
  readonly metric: string;
  readonly limit: string;
  readonly perMinute: number;
  readonly isRegional: boolean;
};

const RUN = "run.googleapis.com";
const SECRETS = "secretmanager.googleapis.com";

// cloud.google.com/run/quotas; title, metric and limit of the reads: googleapis/repo-automation-bots#4469, the others
// by analogy.
const runQuota = (title: string, stem: string, perMinute: number): Quota => ({
  service: RUN,
  title: `${title} requests`,
  metric: `${stem.toLowerCase()}_regional`,
  limit: `${stem}PerMinutePerProjectRegion`,
  perMinute,
  isRegional: true,
});

// cloud.google.com/secret-manager/quotas; the names are by analogy.
const secretQuota = (title: string, stem: string, perMinute: number): Quota => ({
  service: SECRETS,
  title: `${title} requests`,
  metric: `${stem.toLowerCase()}_requests`,
  limit: `${stem}RequestsPerMinutePerProject`,
  perMinute,
  isRegional: false,
});

const RUN_READS = runQuota("Read", "Read", 3000);
const RUN_WRITES = runQuota("Write", "Write", 180);
const JOB_RUNS = runQuota("Job run", "Run", 180);
const SECRET_READS = secretQuota("Read", "Read", 600);
const SECRET_WRITES = secretQuota("Write", "Write", 600);
const SECRET_ACCESSES = secretQuota("Access", "Access", 90_000);

const isRead = (name: string): boolean => /^(Get|List|Test|Wait)/.test(name);

function quotaOf(method: string): Quota | undefined {
  const name = method.slice(method.lastIndexOf(".") + 1);
  if (method.startsWith("google.cloud.secretmanager.")) {
    if (name === "AccessSecretVersion") return SECRET_ACCESSES;
    return isRead(name) ? SECRET_READS : SECRET_WRITES;
  }
  if (!/^google\.(cloud\.run|longrunning)\./.test(method)) return undefined;
  if (name === "RunJob") return JOB_RUNS;
  return isRead(name) ? RUN_READS : RUN_WRITES;
}

const MINUTE_MS = 60_000;

/** Counts calls in each minute of the clock. Reads of logs are counted where they are served. */
export class Quotas {
  readonly #clock: EmulatorClock;
  readonly #spent = new Map<string, number>();
  #minute = 0;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  /** Counts one call; throws RESOURCE_EXHAUSTED beyond the limit. */
  spend({ method, project, location }: QuotaCall): void {
    const quota = quotaOf(method);
    if (quota === undefined) return;
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#spent.clear();
    this.#minute = minute;
    const place = quota.isRegional ? location : "global";
    const key = [project.number, place, quota.service, quota.metric].join(" ");
    const spent = (this.#spent.get(key) ?? 0) + 1;
    if (spent > quota.perMinute) throw exhausted(quota, project.number, place);
    this.#spent.set(key, spent);
  }

  clear(): void {
    this.#spent.clear();
  }
}

export type QuotaCall = {
  readonly method: string;
  readonly project: Project;
  readonly location: string;
};

function exhausted(quota: Quota, number: string, place: string): GoogleError {
  const { service, title, isRegional } = quota;
  const limit = `${title} per minute${isRegional ? " per region" : ""}`;
  return new GoogleError(
    "RESOURCE_EXHAUSTED",
    `Quota exceeded for quota metric '${title}' and limit '${limit}' of service '${service}' for consumer 'project_number:${number}'.`,
    [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "RATE_LIMIT_EXCEEDED",
        domain: "googleapis.com",
        metadata: {
          service,
          consumer: `projects/${number}`,
          quota_location: place,
          quota_metric: `${service}/${quota.metric}`,
          quota_limit: quota.limit,
          quota_limit_value: String(quota.perMinute),
        },
      },
    ],
  );
}
