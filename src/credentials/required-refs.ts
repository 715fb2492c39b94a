import { AlError, ConfigError } from "../errors.ts";
import { type CredentialRef, DEFAULT_INSTANCE, formatRef, parseRef } from "./ref.ts";
import { findType } from "./types.ts";

export type ModelAuth = {
  readonly name: string;
  readonly provider: string;
  readonly authType: string | undefined;
};

export type AgentRequirements = {
  readonly agent: string;
  /** Refs as written. */
  readonly credentials: readonly string[];
  readonly models: readonly ModelAuth[];
};

/**
 * The credentials that a run needs: the agent's list, then the default instance of `<provider>_key` for each model.
 * @throws DataError for a malformed ref; ConfigError for an infrastructure type or a `pi_auth` model,
 * neither of which can exist in a container
 */
export function requiredRefs(input: AgentRequirements): CredentialRef[] {
  const listed = input.credentials.map((text) => runtimeRef(text, input.agent));
  const keys = input.models.map((model) => modelKeyRef(model, input.agent));
  const byText = new Map([...listed, ...keys].map((ref) => [formatRef(ref), ref]));
  return [...byText.values()];
}

/** The same without what no run can have: for agents that are not to be run now, and whose mistakes are no concern. */
export function usableRefs({ agent, credentials, models }: AgentRequirements): CredentialRef[] {
  const listed = credentials.filter((text) => isUsable({ agent, credentials: [text], models: [] }));
  const keyed = models.filter((model) => isUsable({ agent, credentials: [], models: [model] }));
  return requiredRefs({ agent, credentials: listed, models: keyed });
}

function isUsable(requirements: AgentRequirements): boolean {
  try {
    return requiredRefs(requirements).length > 0;
  } catch (error) {
    if (error instanceof AlError) return false;
    throw error;
  }
}

function runtimeRef(text: string, agent: string): CredentialRef {
  const ref = parseRef(text);
  if (findType(ref.type)?.section !== "infrastructure") return ref;
  throw new ConfigError({
    what: `Agent "${agent}" lists the credential "${text}"`,
    why: `${ref.type} is an infrastructure credential: it is for al's own commands and is never given to an agent`,
    remedy: `Remove "${text}" from credentials in agents/${agent}/config.toml.`,
  });
}

function modelKeyRef(model: ModelAuth, agent: string): CredentialRef {
  if (model.authType === "pi_auth") {
    throw new ConfigError({
      what: `Model "${model.name}" of agent "${agent}" uses authType "pi_auth"`,
      why: "pi auth lives in ~/.pi on this machine, and a container has no access to it",
      remedy: `Set authType = "api_key" for [models.${model.name}] in config.toml and store the key as ${model.provider}_key.`,
    });
  }
  return { type: `${model.provider}_key`, instance: DEFAULT_INSTANCE };
}
