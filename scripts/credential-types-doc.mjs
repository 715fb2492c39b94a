// Writes docs/credential-types.md from the built registry: npm run build && node scripts/credential-types-doc.mjs
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const SECTIONS = [
  [
    "runtime",
    "Agent runtime credentials",
    "Given to an agent that lists them; a model's key comes by itself.",
  ],
  [
    "webhook",
    "Webhook secrets",
    "For the gateway, one instance a source, such as an organisation.",
  ],
  [
    "infrastructure",
    "Infrastructure credentials",
    "For `al`'s own commands. An agent that lists one is refused.",
  ],
];

const HEAD = `# Credential types

Each is a directory \`~/.action-llama/credentials/<type>/<instance>/\` with one file a field. \`al creds add <type>\` stores one,
\`al creds types\` shows this list. Types that are not here work too: their files are mounted, and no variables are set.

*Secret* fields are never shown; a *key* is a secret whose file ends with one line break, as OpenSSH wants it; *plain* ones may
be shown. The variables are set for an agent that lists the credential.

This page is made from the registry: \`npm run build && node scripts/credential-types-doc.mjs\`.
`;

/** The whole page for these types. */
export function renderCredentialTypes(types) {
  const builtIn = types.filter(({ extension }) => !extension);
  const extensions = types.filter(({ extension }) => extension);
  const sections = SECTIONS.map(([section, title, text]) =>
    renderSection(
      title,
      text,
      builtIn.filter((type) => type.section === section),
    ),
  );
  const more = renderSection(
    "Extensions",
    "Not built into every version of Action Llama; stores that newer versions write may have them.",
    extensions,
  );
  return [HEAD, ...sections, more].join("\n");
}

function renderSection(title, text, types) {
  const rows = types.flatMap(renderType);
  return `## ${title}\n\n${text}\n\n| Type | Field | Kind | Variables | Description |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}

const renderType = (type) => type.fields.map((field, index) => row(type, field, index));

function row({ id, description, helpUrl }, field, index) {
  const help = helpUrl === undefined ? "" : ` ([where to get it](${helpUrl}))`;
  const kind = field.optional ? `${field.kind}, optional` : field.kind;
  const older = (field.alternatives ?? []).map((name) => ` (also read: \`${name}\`)`).join("");
  const cells = [
    index === 0 ? `\`${id}\`` : "",
    `\`${field.name}\`${older}`,
    kind,
    (field.env ?? []).map((name) => `\`${name}\``).join(", "),
    index === 0 ? `${description}${help}` : "",
  ];
  return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |");
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { CREDENTIAL_TYPES } = await import("../dist/src/credentials/types.js");
  const page = fileURLToPath(new URL("../docs/credential-types.md", import.meta.url));
  writeFileSync(page, renderCredentialTypes(CREDENTIAL_TYPES));
}
