/** The same repair in two forms; Terraform's is missing where Terraform has no part in it. */
export type Remedy = { readonly gcloud: string; readonly terraform?: string };

/** One thing that a run needs, and how it stands. */
export type Check = {
  /** Stable, for programs: `api:run.googleapis.com`, `permission:run.jobs.run`, `image:dev`. */
  readonly id: string;
  readonly subject: string;
  readonly state: "ok" | "missing" | "unknown";
  /** Why it is missing or unknown; with `ok`, something that is allowed and perhaps not meant. */
  readonly why?: string;
  readonly remedy?: Remedy;
};

/** What mends a failure, as it says itself. */
export const remedyOf = ({
  remedy,
  terraform,
}: {
  readonly remedy: string;
  readonly terraform: string | undefined;
}): Remedy => ({ gcloud: remedy, ...(terraform === undefined ? {} : { terraform }) });

type About = { readonly id: string; readonly subject: string };
type More = { readonly why?: string | undefined; readonly remedy?: Remedy | undefined };

export const ok = (about: About, why?: string, remedy?: Remedy): Check =>
  check(about, "ok", { why, remedy });

export const missing = (about: About, why: string, remedy: Remedy): Check =>
  check(about, "missing", { why, remedy });

export const unclear = (about: About, why: string, remedy?: Remedy): Check =>
  check(about, "unknown", { why, remedy });

const check = ({ id, subject }: About, state: Check["state"], { why, remedy }: More): Check => ({
  ...{ id, subject, state },
  ...(why === undefined ? {} : { why }),
  ...(remedy === undefined ? {} : { remedy }),
});
