/**
 * A text of HCL: JSON's escapes, and the two beginnings of a template doubled
 * (https://developer.hashicorp.com/terraform/language/expressions/strings).
 */
export const hclText = (text: string): string =>
  JSON.stringify(text).replaceAll("${", "$${").replaceAll("%{", "%%{");

export const hclList = (texts: readonly string[]): string => `[${texts.map(hclText).join(", ")}]`;

/** A key of an object: plain where it can be. */
export const hclKey = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : hclText(name);

/** An entry of the module's variable \`agents\`. */
export function hclAgent(agent: {
  readonly name: string;
  readonly credentials: readonly string[];
  /** Undefined: the one that the module derives. */
  readonly accountId?: string | undefined;
}): string {
  const account = agent.accountId === undefined ? "" : `, account_id = ${hclText(agent.accountId)}`;
  return `${hclKey(agent.name)} = { credentials = ${hclList(agent.credentials)}${account} }`;
}
