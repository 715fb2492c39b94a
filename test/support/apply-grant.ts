import type { Json } from "../emulator/core/handler.ts";
import { rest } from "../emulator/testing/rest.ts";
import { parseShellLine, type ShellCommand } from "./shell-line.ts";

type Binding = { readonly role: string; readonly members: readonly string[]; condition?: object };

/** Does what each `gcloud … add-iam-policy-binding` of a line says, as the emulator's owner. */
export async function applyGrants(line: string, emulator: { readonly url: string }): Promise<void> {
  for (const command of parseShellLine(line).commands) await applyGrant(command, emulator);
}

async function applyGrant({ words }: ShellCommand, { url }: { url: string }): Promise<void> {
  const end = words.indexOf("add-iam-policy-binding");
  if (words[0] !== "gcloud" || end < 0) throw new Error(`No grant: ${words.join(" ")}`);
  const flags = new Map(words.slice(end + 2).map(flagOf));
  const resource = resourceOf(words.slice(1, end).join(" "), words[end + 1] ?? "", flags);
  const policy = await policyOf(`${url}${resource}`);
  const bindings: Binding[] = [...(policy.bindings ?? []), bindingOf(flags)];
  const body = { policy: { ...policy, version: 3, bindings } };
  const answer = await rest(`${url}${resource}:setIamPolicy`, { body });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

type Flags = ReadonlyMap<string, string>;

const flagOf = (word: string): [string, string] => {
  const [, name = word, value = ""] = /^--([a-z-]+)=(.*)$/.exec(word) ?? [];
  return [name, value];
};

function resourceOf(group: string, name: string, flags: Flags): string {
  const project = `projects/${flags.get("project")}`;
  switch (group) {
    case "projects":
      return `/v3/projects/${name}`;
    case "iam service-accounts":
      return `/v1/${project}/serviceAccounts/${name}`;
    case "artifacts repositories":
      return `/v1/${project}/locations/${flags.get("location")}/repositories/${name}`;
    default:
      throw new Error(`Nothing that is known has a policy: ${group}`);
  }
}

/** Two of the services take the question as a POST, Artifact Registry as a GET. */
async function policyOf(resource: string): Promise<Json> {
  const method = resource.includes("/repositories/") ? "GET" : "POST";
  const path = `${resource}:getIamPolicy`;
  const version = { options: { requestedPolicyVersion: 3 } };
  const answer = await (method === "GET"
    ? rest(`${path}?options.requestedPolicyVersion=3`)
    : rest(path, { body: version }));
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

function bindingOf(flags: Flags): Binding {
  const [, title, expression] =
    /^title=([^,]+),expression=(.+)$/.exec(flags.get("condition") ?? "") ?? [];
  return {
    role: flags.get("role") ?? "",
    members: [flags.get("member") ?? ""],
    ...(title === undefined ? {} : { condition: { title, expression } }),
  };
}
