import type { Credential, CredentialField } from "../credentials/credential.ts";
import { formatRef } from "../credentials/ref.ts";
import { ConfigError, DataError } from "../errors.ts";
import type { EnvVar } from "../gcp/types.ts";
import { fieldSecretId } from "./secret-names.ts";
import type { Pins } from "./secret-plan.ts";

/** Set by the platform, which refuses them in a spec (https://cloud.google.com/run/docs/container-contract#env-vars). */
const PLATFORM = /^(PORT|CLOUD_RUN_(JOB|EXECUTION|TASK_INDEX|TASK_ATTEMPT|TASK_COUNT))$/;
/** Set by al for each run. */
const RUN_VARIABLES = ["PROMPT", "AL_RUN_ID"] as const;

/** EnvVar.value in bytes, and variables of one container (https://cloud.google.com/run/docs/configuring/jobs/environment-variables). */
const MAX_VALUE_BYTES = 32_768;
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
    remedy: `Store the value without it: al creds add ${formatRef(ref)}`,
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
  const literals = Object.entries(input.literals).map(([name, value]): EnvVar => ({ name, value }));
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
  const taken = injected.find((injection) => injection.name === name);
  const owner = PLATFORM.test(name)
    ? "Cloud Run sets it"
    : RUN_VARIABLES.some((variable) => variable === name)
      ? "al sets it for each run"
      : taken === undefined
        ? undefined
        : `the credential ${formatRef(taken.credential.ref)} sets it`;
  if (owner === undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw new ConfigError({
    what: `[cloudrun.env] ${name} cannot be set`,
    why:
      owner ??
      "a variable's name may hold letters, digits and underscores and begins with no digit",
    remedy: `Remove ${name} from [cloudrun.env], or choose another name.`,
  });
}
