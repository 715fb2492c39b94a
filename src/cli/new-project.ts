import type { AuthType } from "./ask-credential.ts";

/** What a new project is to hold. */
export type NewProject = {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly authType: AuthType;
};

/** Models that a provider is used with unless another one is named. */
export const DEFAULT_MODELS: Readonly<Record<string, string | undefined>> = {
  anthropic: "claude-sonnet-4-20250514",
  openai: "gpt-4o",
};

/** The files of a new project, by path below its directory. */
export function projectFiles(project: NewProject): ReadonlyMap<string, string> {
  const short = shortName(project.model);
  return new Map([
    ["config.toml", configToml(project, short)],
    ["agents/example/SKILL.md", SKILL],
    ["agents/example/config.toml", agentToml(short)],
    [
      ".gitignore",
      "node_modules/\n.al/\n.env.toml\n.terraform/\n*.tfstate\n*.tfstate.*\n*.tfplan\n",
    ],
    [
      "package.json",
      `${JSON.stringify({ name: packageName(project.name), private: true, type: "module" }, null, 2)}\n`,
    ],
  ]);
}

/** `claude-sonnet-4-20250514` is `sonnet` to its agents. */
export function shortName(model: string): string {
  const family = /^claude-([a-z]+)-/.exec(model)?.[1];
  const plain = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return family ?? (plain === "" ? "main" : plain);
}

/** npm's names are lower-case and hold no blanks. */
const packageName = (name: string): string => {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  return plain === "" ? "agents" : plain;
};

const configToml = ({ provider, model, authType }: NewProject, short: string): string => `\
[models.${short}]
provider = ${JSON.stringify(provider)}
model = ${JSON.stringify(model)}
authType = ${JSON.stringify(authType)}

# Where agents run with al run <agent> --runtime cloudrun: al gcp init writes a [cloud] section here.
`;

const SKILL = `\
---
name: example
description: Says what it can see, as a start for an agent of your own
---

Look at the repositories that you can reach with \`gh\`, and write one paragraph about what you find.
`;

const agentToml = (short: string): string => `\
# What the agent may use; store each with: al creds add <ref>
credentials = ["github_token", "git_ssh"]
models = [${JSON.stringify(short)}]

# How it runs as a job on Cloud Run: for a start, a public image that only shows what arrives. Put your agent's own image in its place, for
# example "us-central1-docker.pkg.dev/my-project/al-agents/example:1", and leave out the command that is not yours.
[cloudrun]
image = "docker.io/library/debian:stable-slim"
command = ["/bin/sh", "-c", 'echo "Asked: $PROMPT"; echo "As: $GIT_AUTHOR_NAME"; ls /credentials/*/*/*']
`;
