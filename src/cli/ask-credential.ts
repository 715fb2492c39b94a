import type { CredentialType } from "../credentials/credential-type.ts";
import type { Secret } from "../credentials/secret.ts";
import { type Asking, askField } from "./ask-field.ts";
import { generateSshKey } from "./openssh-key.ts";

/** Values by field, as far as they are new. */
export type Values = ReadonlyMap<string, Secret>;

/** How a model of the provider is to sign in with what was answered; `[models.*] authType`. */
export type AuthType = "api_key" | "oauth_token" | "pi_auth";

/** What a person answered. `pi_auth` means that nothing is to be stored. */
export type Answer = { readonly values: Values; readonly authType?: AuthType };

/** What is asked about: a type, what is stored of the instance, and perhaps only some fields. */
export type CredentialQuestion = {
  readonly type: CredentialType;
  readonly stored: Values;
  readonly only?: readonly string[];
};

const PRIVATE_KEY_FILES = ["~/.ssh/id_ed25519", "~/.ssh/id_rsa"];

/** Asks for a credential's fields in their order. Stored values are never shown, except those declared plain. */
export async function askCredential(question: CredentialQuestion, asking: Asking): Promise<Answer> {
  const { type, stored } = question;
  if (stored.size > 0) asking.terminal.note(`Stored already: ${[...stored.keys()].join(", ")}.`);
  if (type.helpUrl !== undefined) asking.terminal.note(`Where to get it: ${type.helpUrl}`);
  switch (type.id) {
    case "anthropic_key":
      return askAnthropic(question, asking);
    case "vps_ssh":
      return askVpsKey(question, asking);
    case "git_ssh":
      return askInOrder(question, asking, ["username", "email", "id_rsa"]);
    default:
      return askInOrder(question, asking);
  }
}

async function askInOrder(
  { type, stored, only }: CredentialQuestion,
  asking: Asking,
  order: readonly string[] = type.fields.map(({ name }) => name),
): Promise<Answer> {
  const values = new Map<string, Secret>();
  const wanted = only === undefined ? order : order.filter((name) => only.includes(name));
  for (const name of wanted) {
    const field = type.fields.find((one) => one.name === name);
    if (field === undefined) continue;
    const likelyFiles = field.kind === "key" ? PRIVATE_KEY_FILES : [];
    const value = await askField({ field, stored: stored.get(name), likelyFiles }, asking);
    if (value !== undefined) values.set(name, value);
  }
  return { values };
}

async function askAnthropic(question: CredentialQuestion, asking: Asking): Promise<Answer> {
  const authType = await asking.prompts.choose<AuthType>({
    message: "How do your agents sign in to Anthropic?",
    choices: [
      { value: "api_key", label: "API key", hint: "sk-ant-api-…" },
      { value: "oauth_token", label: "OAuth token", hint: "sk-ant-oat-…" },
      {
        value: "pi_auth",
        label: "pi's own sign-in",
        hint: "~/.pi/agent/auth.json; not in containers",
      },
    ],
  });
  if (authType === "pi_auth") return { values: new Map(), authType };
  return { ...(await askInOrder(question, asking)), authType };
}

async function askVpsKey(question: CredentialQuestion, asking: Asking): Promise<Answer> {
  const origin = await asking.prompts.choose<"generate" | "own">({
    message: "Which key opens the server?",
    choices: [
      { value: "generate", label: "Generate a new one", hint: "ed25519" },
      { value: "own", label: "One that I have", hint: "a file, or pasted" },
    ],
    initial: question.stored.size > 0 ? "own" : "generate",
  });
  if (origin === "own") return askInOrder(question, asking);
  const { privateKey, publicKey } = generateSshKey("action-llama");
  asking.terminal.note(`The public key, for the server's ~/.ssh/authorized_keys:\n${publicKey}`);
  return { values: new Map([["id_rsa", privateKey]]) };
}
