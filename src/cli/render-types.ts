import type { CredentialType, FieldType, Section } from "../credentials/credential-type.ts";

const HEADINGS: readonly (readonly [Section, string])[] = [
  ["runtime", "Agent runtime credentials"],
  ["webhook", "Webhook secrets"],
  ["infrastructure", "Infrastructure credentials"],
];

/** A plain table under the headings of the credential page. */
export function renderTypes(types: readonly CredentialType[]): string {
  const width = Math.max(...types.map(({ id }) => id.length));
  return HEADINGS.map(([section, heading]) => ({
    heading,
    rows: types.filter((type) => type.section === section),
  }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, rows }) => [heading, ...rows.map((type) => row(type, width))].join("\n"))
    .join("\n\n");
}

const row = (type: CredentialType, width: number): string => {
  const fields = type.fields.map(({ name }) => name).join(", ");
  return `  ${type.id.padEnd(width)}  ${fields}  ${description(type)}`;
};

const description = (type: CredentialType): string =>
  type.extension ? `${type.description} (extension)` : type.description;

/** Everything that is known of one type. */
export function renderType(type: CredentialType): string {
  const env = type.fields.flatMap(envLines);
  return [
    `${type.label} (${type.id})`,
    `  ${description(type)}`,
    ...(type.helpUrl === undefined ? [] : [`  Help: ${type.helpUrl}`]),
    "  Fields:",
    ...type.fields.map(fieldLine),
    ...(env.length === 0 ? [] : ["  Environment variables:", ...env]),
    ...(type.agentContext === undefined ? [] : [`  Agent context: ${type.agentContext}`]),
  ].join("\n");
}

const fieldLine = ({ name, label, optional }: FieldType): string =>
  `    ${name}  ${label}${optional ? " (optional)" : ""}`;

const envLines = ({ name, env = [] }: FieldType): string[] =>
  env.map((variable) => `    ${variable} = ${name}`);

/** A type for programs. */
export const typeDocument = (type: CredentialType): object => ({
  id: type.id,
  label: type.label,
  description: type.description,
  section: type.section,
  ...(type.helpUrl === undefined ? {} : { helpUrl: type.helpUrl }),
  fields: type.fields.map(({ name, label, kind, optional, env }) => ({
    name,
    label,
    kind,
    optional: optional === true,
    env: env ?? [],
  })),
  ...(type.agentContext === undefined ? {} : { agentContext: type.agentContext }),
  extension: type.extension === true,
});
