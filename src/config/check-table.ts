import type { z } from "zod";
import { ConfigError } from "../errors.ts";

const IMAGE = 'image = "us-central1-docker.pkg.dev/my-project/agents/dev:latest"';

/** What to write for a key, by its whole path; `*` stands for a name that a person chose. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ["cloud.region", 'region = "us-central1"'],
  ["cloud.project", 'project = "my-project"'],
  ["cloud.provider", 'provider = "cloud-run"'],
  ["cloud.service_account", 'service_account = "al-runner@my-project.iam.gserviceaccount.com"'],
  ["cloud.service_accounts", 'dev = "al-dev@my-project.iam.gserviceaccount.com"'],
  ["cloud.auth", 'auth = "key"'],
  ["cloud.impersonate", 'impersonate = "al-controller@my-project.iam.gserviceaccount.com"'],
  ["cloud.credential", 'credential = "gcp_service_account"'],
  ["cloud.secret_prefix", 'secret_prefix = "al"'],
  ["cloud.memory", 'memory = "2Gi"'],
  ["cloud.cpus", "cpus = 1"],
  ["cloud.vpc.connector", 'connector = "projects/my-project/locations/us-central1/connectors/al"'],
  ["cloud.vpc.network", 'network = "default"'],
  ["cloud.vpc.subnetwork", 'subnetwork = "agents"'],
  ["cloud.vpc.tags", 'tags = ["al"]'],
  ["cloud.vpc.egress", 'egress = "all-traffic"'],
  [
    "cloud.encryption_key",
    'encryption_key = "projects/my-project/locations/us-central1/keyRings/al/cryptoKeys/jobs"',
  ],
  ["cloud.secret_locations", 'secret_locations = ["europe-west1"]'],
  ["models.*.provider", 'provider = "anthropic"'],
  ["models.*.model", 'model = "claude-sonnet-4-20250514"'],
  ["models.*.authType", 'authType = "api_key"'],
  ["local.timeout", "timeout = 900"],
  ["credentials", 'credentials = ["github_token", "git_ssh:botty"]'],
  ["models", 'models = ["sonnet"]'],
  ["timeout", "timeout = 900"],
  ["cloudrun", `[cloudrun]\n${IMAGE}`],
  ["cloudrun.image", IMAGE],
  ["cloudrun.command", 'command = ["/bin/sh", "-c"]'],
  ["cloudrun.args", 'args = ["echo hello"]'],
  ["cloudrun.memory", 'memory = "2Gi"'],
  ["cloudrun.cpus", "cpus = 1"],
  ["cloudrun.env", 'env = { LEVEL = "debug" }'],
]);

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

const KINDS: Readonly<Record<string, string>> = {
  string: "a text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a table",
  record: "a table",
};

/** The schema checker's own words are for programmers; a schema's own messages are sentences already. */
function problem(issue: Issue): string {
  if (!/^(Invalid|Too|Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return issue.origin === "number" ? `must be more than ${issue.minimum}` : "is empty";
    default:
      return "is not valid";
  }
}

function advice(issue: Issue, place: Place): string {
  if (issue.code === "unrecognized_keys") {
    return `Remove ${issue.keys.join(", ")} from ${place.file}, or correct the spelling.`;
  }
  const path = issue.path.map(String);
  const example = exampleFor([...(place.section?.split(".") ?? []), ...path]);
  if (example !== undefined)
    return `${isMissing(issue) ? "Add" : "Write"}, for example: ${example}`;
  return `Correct ${keyName(place, path)} in ${place.file}.`;
}

/** The example of the key itself; a list's item and a variable have that of the whole. */
function exampleFor(path: readonly string[]): string | undefined {
  const [section, , key] = path;
  if (section === "models" && path.length === 3) return EXAMPLES.get(`models.*.${key}`);
  const wholes = [
    "cloudrun.env",
    "cloudrun.command",
    "cloudrun.args",
    "cloud.service_accounts",
    "cloud.secret_locations",
    "cloud.vpc.tags",
    "credentials",
    "models",
  ];
  const whole = wholes.find(
    (name) => path.length > name.split(".").length && path.join(".").startsWith(`${name}.`),
  );
  if (section === "cloudrun" && path[1] === "env" && key !== undefined) return `${key} = "debug"`;
  return EXAMPLES.get(whole ?? path.join("."));
}

/** `[cloud] region`, `[models.sonnet] provider`, or a bare top-level key. */
function keyName(place: Place, path: readonly string[], key?: string): string {
  const all = [...(place.section?.split(".") ?? []), ...path, ...(key === undefined ? [] : [key])];
  const name = all.at(-1) ?? "the file";
  return all.length < 2 ? name : `[${all.slice(0, -1).join(".")}] ${name}`;
}
