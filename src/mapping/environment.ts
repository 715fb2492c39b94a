import type { Credential, CredentialField } from "../credentials/credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { shellWord } from "../credentials/shell-word.ts";
import { ConfigError, DataError } from "../errors.ts";
import type { EnvVar } from "../gcp/types.ts";
import { fieldSecretId } from "./secret-names.ts";
import type { Pins } from "./secret-plan.ts";

/**
 * Set by the platform, which refuses them in a spec (https://cloud.google.com/run/docs/container-contract#env-vars).
 * Whether K_* are refused for jobs too is not known; an agent that is told them would take itself for a service.
 */
const PLATFORM =
  /^(PORT|K_(SERVICE|REVISION|CONFIGURATION)|CLOUD_RUN_(JOB|EXECUTION|TASK_INDEX|TASK_ATTEMPT|TASK_COUNT))$/;
/** https://cloud.google.com/run/docs/configuring/services/overview-environment-variables */
const GOOGLES_OWN = "X_GOOGLE_";
/** Set by al for each run, or for one that a gateway starts. */
const RUN_VARIABLES = ["PROMPT", "AL_RUN_ID", "GATEWAY_URL", "SHUTDOWN_SECRET"] as const;

/** EnvVar.name in characters and EnvVar.value in bytes (google/cloud/run/v2/k8s.min.proto). */
const MAX_NAME_CHARACTERS = 32_768;
const MAX_VALUE_BYTES = 32_768;
/** Variables of one container (https://cloud.google.com/run/docs/configuring/jobs/environment-variables). */
const MAX_VARIABLES = 1_000;

/** A variable and the field of a credential that it carries. */
export type Injection = {
  readonly name: string;
  readonly credential: Credential;
  readonly field: string;
};

/**
 * The variables that credentials give, in the agent's order; where two refs of one type give the same name, the later wins,
 * as it does in the other runtimes.
 * @throws DataError for a value that no variable can hold
 */
export function injections(credentials: readonly Credential[]): {
  readonly injections: readonly Injection[];
  readonly warnings: readonly string[];
} {
  const byName = new Map<string, Injection>();
  const warnings: string[] = [];
  for (const credential of credentials) {
    for (const injection of injectionsOf(credential)) {
      const earlier = byName.get(injection.name);
      if (earlier !== undefined) warnings.push(collision(earlier, injection));
      byName.set(injection.name, injection);
    }
  }
  return { injections: [...byName.values()], warnings };
}

const injectionsOf = (credential: Credential): Injection[] =>
  credential.fields.flatMap((field) => {
    if (field.env.length > 0 && field.content.hasNul()) throw nulInVariable(field, credential);
    return field.env.map((name) => ({ name, credential, field: field.name }));
  });

const nulInVariable = ({ name, env }: CredentialField, { ref }: Credential): DataError =>
  new DataError({
    what: `The field ${name} of ${formatRef(ref)} holds a NUL character`,
    why: `it becomes the variable ${env.join(", ")}, and no environment variable can hold one`,
    remedy: `Store the value without it: al creds add ${shellWord(formatRef(ref))}`,
  });

const collision = (earlier: Injection, later: Injection): string =>
  `${later.name} comes from ${formatRef(later.credential.ref)}; the value of ${formatRef(earlier.credential.ref)} is only in its file`;

/**
 * The container's variables: literals from the agent's config, then references to secrets at a fixed version.
 * @throws ConfigError for a literal that the platform, al or a credential sets
 */
export function environment(input: {
  readonly literals: Readonly<Record<string, string>>;
  readonly injections: readonly Injection[];
  readonly prefix: string;
  readonly pins: Pins;
}): EnvVar[] {
  for (const [name, value] of Object.entries(input.literals)) {
    refuseTaken(name, input.injections);
    refuseLong(name, value);
    refuseNul(name, value);
  }
  // Sorted, so that the order in a file does not make another job.
  const literals = Object.entries(input.literals)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]): EnvVar => ({ name, value }));
  const references = input.injections.map(({ name, credential, field }): EnvVar => {
    const secret = fieldSecretId(input.prefix, { ...credential.ref, field });
    const version = input.pins.get(secret)?.get(field) ?? UNKNOWN_VERSION;
    return { name, valueSource: { secretKeyRef: { secret, version } } };
  });
  refuseMany(literals.length + references.length + RUN_VARIABLES.length);
  return [...literals, ...references];
}

function refuseLong(name: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes <= MAX_VALUE_BYTES) return;
  throw new ConfigError({
    what: `[cloudrun.env] ${name} is ${bytes} bytes long`,
    why: `Cloud Run takes at most ${MAX_VALUE_BYTES} bytes in one variable`,
    remedy: `Shorten ${name}, or put the text into the agent's image.`,
  });
}

function refuseNul(name: string, value: string): void {
  if (!value.includes("\0")) return;
  throw new ConfigError({
    what: `[cloudrun.env] ${name} holds a NUL character`,
    why: "no environment variable can hold one",
    remedy: `Remove it from ${name} in the agent's config.toml.`,
  });
}

function refuseMany(count: number): void {
  if (count <= MAX_VARIABLES) return;
  throw new ConfigError({
    what: `The agent's container would have ${count} variables`,
    why: `Cloud Run takes at most ${MAX_VARIABLES}`,
    remedy: "Remove variables from [cloudrun.env].",
  });
}

/** Stands for a version that does not exist yet, in a plan that is only shown. */
export const UNKNOWN_VERSION = "(new)";

function refuseTaken(name: string, injected: readonly Injection[]): void {
  const why = ownerOf(name, injected) ?? malformed(name);
  if (why === undefined) return;
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  throw new ConfigError({
    what: `[cloudrun.env] ${shown} cannot be set`,
    why,
    remedy: `Remove ${shown} from [cloudrun.env], or choose another name.`,
  });
}

function ownerOf(name: string, injected: readonly Injection[]): string | undefined {
  if (PLATFORM.test(name)) return "Cloud Run sets it";
  if (name.startsWith(GOOGLES_OWN)) return `names that begin with ${GOOGLES_OWN} are Google's own`;
  if (RUN_VARIABLES.some((variable) => variable === name)) return "al sets it for each run";
  const taken = injected.find((injection) => injection.name === name);
  return taken && `the credential ${formatRef(taken.credential.ref)} sets it`;
}

function malformed(name: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return "a variable's name may hold letters, digits and underscores and begins with no digit";
  return name.length > MAX_NAME_CHARACTERS
    ? `Cloud Run takes at most ${MAX_NAME_CHARACTERS} characters in a variable's name`
    : undefined;
}
