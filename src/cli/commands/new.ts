import { resolve } from "node:path";
import { readSettings } from "../../config/settings.ts";
import { parseRef } from "../../credentials/ref.ts";
import { CREDENTIAL_TYPES, findType } from "../../credentials/types.ts";
import { UsageError } from "../../errors.ts";
import type { AuthType } from "../ask-credential.ts";
import type { Asking } from "../ask-field.ts";
import type { Io } from "../io.ts";
import { makeDirectory, requireFree } from "../make-directory.ts";
import { DEFAULT_MODELS, projectFiles } from "../new-project.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import { setUpCredential } from "../set-up-credential.ts";
import { storedValues } from "../stored-values.ts";
import type { Terminal } from "../terminal.ts";

export type NewOptions = {
  /** False after --no-interactive. */
  readonly interactive: boolean;
  readonly provider?: string;
  readonly model?: string;
  readonly json?: boolean;
};

type Model = { readonly provider: string; readonly model: string; readonly authType: AuthType };

/** `al new`: returns the exit status. */
export async function newProject(
  { name, options }: { readonly name: string; readonly options: NewOptions },
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const path = resolve(io.workingDirectory, name);
  if (options.provider !== undefined) requireProvider(options.provider);
  await requireFree(path);
  if (options.interactive && !canAsk(io)) throw nobodyThere(name);
  // Questions come before the first file: whoever leaves them leaves nothing behind.
  const model = options.interactive
    ? await askModel(options, io, terminal)
    : { ...chosenModel(options), authType: "api_key" as const };
  const files = projectFiles({ name, ...model });
  await makeDirectory(path, files);
  if (options.json) terminal.json({ path, files: [...files.keys()], ...model });
  else terminal.result(nextSteps(name, path, model));
  return 0;
}

function requireProvider(provider: string): void {
  const known = providers();
  if (known.includes(provider)) return;
  throw new UsageError({
    what: `There is no model provider "${provider}"`,
    why: `the providers are: ${known.join(", ")}`,
    remedy: "Name one of them, for example: --provider anthropic",
  });
}

/** Each has a credential type `<provider>_key`. */
const providers = (): string[] =>
  CREDENTIAL_TYPES.filter(({ id, section }) => section === "runtime" && id.endsWith("_key")).map(
    ({ id }) => id.slice(0, -"_key".length),
  );

function chosenModel({ provider = "anthropic", model }: NewOptions): Omit<Model, "authType"> {
  const chosen = model ?? DEFAULT_MODELS[provider];
  if (chosen !== undefined) return { provider, model: chosen };
  throw new UsageError({
    what: `No model of ${provider} was named`,
    why: "al knows no usual one",
    remedy: `Add --model, for example: al new my-agents --provider ${provider} --model <name>`,
  });
}

const nobodyThere = (name: string): UsageError =>
  new UsageError({
    what: "al new asks questions, and nobody is there to answer",
    why: "standard input is not a terminal",
    remedy: `al new ${name} --no-interactive`,
  });

async function askModel(options: NewOptions, io: Io, terminal: Terminal): Promise<Model> {
  const prompts = await createPrompts(io);
  const provider = options.provider ?? (await askProvider(prompts));
  const usual = DEFAULT_MODELS[provider];
  const model =
    options.model ??
    (await prompts.text({ message: "Model", ...(usual === undefined ? {} : { initial: usual }) }));
  const asking = { io, terminal, prompts };
  const authType = await askModelKey(provider, asking);
  await askGitIdentity(asking);
  return { provider, model, authType };
}

const askProvider = (prompts: Asking["prompts"]): Promise<string> =>
  prompts.choose({
    message: "Whose model do your agents use?",
    choices: providers().map((value) => ({ value, label: value })),
    initial: "anthropic",
  });

/** A stored key stays; how it signs in shows in its form. */
async function askModelKey(provider: string, asking: Asking): Promise<AuthType> {
  const { store } = readSettings(asking.io.variables);
  const ref = parseRef(`${provider}_key`);
  const type = findType(ref.type);
  const stored = (await storedValues(store, ref)).get("token");
  if (stored !== undefined || type === undefined) {
    asking.terminal.note(`${ref.type} is stored already.`);
    return stored?.reveal().includes("sk-ant-oat") === true ? "oauth_token" : "api_key";
  }
  const { authType } = await setUpCredential({ store, ref, type, check: true }, asking);
  return authType ?? "api_key";
}

/** Commits need a name and an address; the key can follow with al doctor. */
async function askGitIdentity(asking: Asking): Promise<void> {
  const { store } = readSettings(asking.io.variables);
  const ref = parseRef("git_ssh");
  const type = findType(ref.type);
  const stored = await storedValues(store, ref);
  if (type === undefined || (stored.has("username") && stored.has("email"))) return;
  const message = "Set up the name and e-mail for your agents' commits now?";
  if (!(await asking.prompts.confirm({ message, initial: true }))) return;
  const only = ["username", "email"];
  await setUpCredential({ store, ref, type, check: false, only }, asking);
}

const nextSteps = (name: string, path: string, { provider, model }: Model): string =>
  [
    `Created ${path} (${provider}, ${model})`,
    "",
    "Next:",
    `  cd ${name}`,
    "  al doctor                               # asks for the credentials that are missing",
    "  al gcp init                             # where agents run: project, region, accounts",
    "  al run example --runtime cloudrun       # shows what arrives; then name your image in agents/example/config.toml",
  ].join("\n");
