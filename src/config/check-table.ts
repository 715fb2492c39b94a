import type { z } from "zod";
import { ConfigError } from "../errors.ts";

/** What to write where a required key is missing; the wording of the remedy. */
const EXAMPLES: Readonly<Record<string, string>> = {
  region: 'region = "us-central1"',
  image: 'image = "us-central1-docker.pkg.dev/my-project/agents/dev:latest"',
  provider: 'provider = "cloud-run"',
  service_account: 'service_account = "al-runner@my-project.iam.gserviceaccount.com"',
  auth: 'auth = "key"',
  cloudrun: '[cloudrun]\nimage = "us-central1-docker.pkg.dev/my-project/agents/dev:latest"',
  credentials: 'credentials = ["github_token", "git_ssh:botty"]',
  models: 'models = ["sonnet"]',
  timeout: "timeout = 900",
  memory: 'memory = "2Gi"',
  cpus: "cpus = 1",
  secret_prefix: 'secret_prefix = "al"',
};

/** Where a table comes from, for messages: the file or files, and the section inside. */
export type Place = { readonly file: string; readonly section?: string };

/**
 * Returns the table in the schema's form.
 * @throws ConfigError naming file, key, what is wrong and what to write instead
 */
export function checkTable<T>(schema: z.ZodType<T>, table: unknown, place: Place): T {
  const result = schema.safeParse(table);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, place);
  throw new ConfigError({
    what: problems.map(({ what }) => what).join("\n"),
    remedy: [...new Set(problems.map(({ remedy }) => remedy))].join("\n"),
  });
}

/** One thing that a file says wrongly, and what to write instead. */
export type TableProblem = { readonly what: string; readonly remedy: string };

/** Everything that is wrong with the table; nothing when it has the schema's form. */
export function tableProblems(schema: z.ZodType, table: unknown, place: Place): TableProblem[] {
  const result = schema.safeParse(table);
  return result.success ? [] : problemsOf(result.error.issues, place);
}

const problemsOf = (issues: readonly Issue[], place: Place): TableProblem[] =>
  issues.map((issue) => ({ what: sentence(issue, place), remedy: advice(issue, place) }));

type Issue = z.core.$ZodIssue;

function sentence(issue: Issue, place: Place): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return `${place.file}: ${keyName(place, path, issue.keys.join(", "))} is not a key that is known here`;
  }
  const complaint = isMissing(issue) ? "is missing" : problem(issue);
  return `${place.file}: ${keyName(place, path)} ${complaint}`;
}

/** zod marks an absent key as a type error on `undefined`. */
const isMissing = (issue: Issue): boolean =>
  issue.code === "invalid_type" && issue.message.endsWith("received undefined");

function problem(issue: Issue): string {
  const custom = !/^(Invalid|Too|Unrecognized)/.test(issue.message);
  return custom ? issue.message : `is not valid: ${issue.message.replace(/^Invalid input: /, "")}`;
}

function advice(issue: Issue, place: Place): string {
  if (issue.code === "unrecognized_keys") {
    return `Remove ${issue.keys.join(", ")} from ${place.file}, or correct the spelling.`;
  }
  const key = issue.path.map(String).findLast((part) => EXAMPLES[part] !== undefined);
  const example = key === undefined ? undefined : EXAMPLES[key];
  const verb = isMissing(issue) ? "Add" : "Write";
  return example === undefined
    ? `Correct ${keyName(place, issue.path.map(String))} in ${place.file}.`
    : `${verb}, for example: ${example}`;
}

/** `[cloud] region`, `[models.sonnet] provider`, or a bare top-level key. */
function keyName(place: Place, path: readonly string[], key?: string): string {
  const all = [...(place.section?.split(".") ?? []), ...path, ...(key === undefined ? [] : [key])];
  const name = all.at(-1) ?? "the file";
  return all.length < 2 ? name : `[${all.slice(0, -1).join(".")}] ${name}`;
}
