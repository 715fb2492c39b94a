import { GoogleError } from "../core/google-error.ts";
import type { Project } from "../core/platform.ts";

const MINUTE_MS = 60_000;

/** Counts the reads of each project in each minute of the clock. */
export class ReadQuota {
  readonly #options: { readonly readsPerMinute: number | undefined; now(): number };
  readonly #spent = new Map<string, number>();
  #minute = 0;

  constructor(options: { readonly readsPerMinute: number | undefined; now(): number }) {
    this.#options = options;
  }

  /** Counts one read of each project; throws RESOURCE_EXHAUSTED beyond the limit. */
  spend(projects: readonly Project[]): void {
    const { readsPerMinute } = this.#options;
    if (readsPerMinute === undefined) return;
    const minute = Math.floor(this.#options.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#spent.clear();
    this.#minute = minute;
    for (const number of new Set(projects.map((project) => project.number))) {
      const spent = (this.#spent.get(number) ?? 0) + 1;
      if (spent > readsPerMinute) throw quotaError(number, readsPerMinute);
      this.#spent.set(number, spent);
    }
  }
}

// Text and details as in https://github.com/snarfed/bridgy-fed/issues/620
function quotaError(number: string, limit: number): GoogleError {
  const service = "logging.googleapis.com";
  return new GoogleError(
    "RESOURCE_EXHAUSTED",
    `Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service '${service}' for consumer 'project_number:${number}'.`,
    [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "RATE_LIMIT_EXCEEDED",
        domain: "googleapis.com",
        metadata: {
          service,
          consumer: `projects/${number}`,
          quota_location: "global",
          quota_metric: `${service}/read_requests`,
          quota_limit: "ReadRequestsPerMinutePerProject",
          quota_limit_value: String(limit),
        },
      },
    ],
  );
}
