import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agent } from "../support/agents.ts";
import { makeWorld, type World } from "../support/world.ts";
import { install } from "./support/installed.ts";
import { callsOf, journalSince } from "./support/journal.ts";
import {
  githubWorkflow,
  githubWorkflowActing,
  keyFile,
  person,
  personActing,
  type SignIn,
  storedKey,
} from "./support/sign-ins.ts";
import type { SetUpName } from "./support/variable-sets.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world?.close());

const TOKEN = 'credentials = ["github_token"]';
const BOTTY = 'credentials = ["git_ssh:botty"]';
const HELLO = 'printf %s "$GITHUB_TOKEN" | wc -c; exit 3';

/** An agent in a set-up of its own; what al said, and who called Google. */
async function runIn(
  [setUp, name, signIn]: readonly [SetUpName, agent: string, SignIn],
  { toml, speed = 20 }: { readonly toml: string; readonly speed?: number },
) {
  const at = await install(world, setUp);
  const { length } = await world.calls();
  const { variables, cloudToml } = await signIn(world, at);
  const ran = await at.run({ name, toml, cloudToml }, { variables, speed });
  return { ...ran, at, calls: await journalSince(world, length) };
}

describe("a run works, all of it in the controller's name", () => {
  test.each<[sentence: string, SetUpName, name: string, SignIn]>([
    ["one shared runner; a person acts as the controller", "shared", "it", person],
    ["one shared runner; the key of the controller", "shared", "it", storedKey],
    ["a shared runner with listed credentials; a person", "shared-listed", "dev", person],
    ["the same; gcloud signed in to act as the controller", "shared-listed", "dev", personActing],
    ["a runner for each agent; a person", "per-agent", "it", person],
    ["a runner for each agent; gcloud acts", "per-agent", "it", personActing],
    ["a runner for each agent; the key of the controller", "per-agent", "it", storedKey],
    ["Google's own roles; a person", "predefined", "it", person],
    ["Google's own roles; the key of the controller", "predefined", "it", storedKey],
    ["a key that Terraform made, stored", "key", "it", storedKey],
    ["a key that Terraform made, in a file", "key", "it", keyFile],
    ["GitHub; al acts as the controller", "github", "dev", githubWorkflow()],
    ["GitHub; the library acts as the controller", "github", "dev", githubWorkflowActing],
  ])("%s", async (_sentence, setUp, name, signIn) => {
    const { code, stdout, stderr, at, calls } = await runIn([setUp, name, signIn], {
      toml: agent(HELLO, TOKEN),
    });
    expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: "40\n" });
    const others = calls.filter(
      ({ principal, method }) =>
        principal !== at.controller && !method.endsWith(".GenerateAccessToken"),
    );
    expect({ refused: calls.filter(isRefused), others }).toEqual({ refused: [], others: [] });
    expect(callsOf(calls, at.controller).length).toBeGreaterThan(5);
  });
});

const isRefused = ({ status }: { readonly status?: string }): boolean =>
  status === "PERMISSION_DENIED";

type Refusal = readonly [
  sentence: string,
  of: readonly [SetUpName, agent: string, SignIn],
  credentials: string,
  says: string,
];

describe("a run is refused with 77", () => {
  test.each<Refusal>([
    [
      "a credential that was not listed for the shared runner",
      ["shared-listed", "dev", person],
      BOTTY,
      "al-runner@PROJECT.iam.gserviceaccount.com may not read the secret",
    ],
    [
      "a credential that was listed for another agent",
      ["per-agent", "dev", person],
      BOTTY,
      "al-run-dev@PROJECT.iam.gserviceaccount.com may not read the secret",
    ],
    [
      "a credential that was not listed for the agent of a workflow",
      ["github", "dev", githubWorkflow()],
      BOTTY,
      "al-run-dev@PROJECT.iam.gserviceaccount.com may not read the secret",
    ],
    [
      "another secret_prefix, which the module's own roles do not cover",
      ["shared", "it", withPrefix(person, "other")],
      TOKEN,
      "Permission 'secretmanager.versions.add' denied for resource 'projects/PROJECT/secrets/other--github_token--default--token'",
    ],
    [
      "another secret_prefix, which Google's own roles let the controller write, but not the runner read",
      ["predefined", "it", withPrefix(person, "other")],
      TOKEN,
      "al-runner@PROJECT.iam.gserviceaccount.com may not read the secret",
    ],
    [
      "a workflow of another repository",
      ["github", "dev", githubWorkflow({ repository: "acme/other" })],
      TOKEN,
      "rejected by the attribute condition",
    ],
    [
      "a workflow of another branch",
      ["github", "dev", githubWorkflow({ ref: "refs/heads/topic" })],
      TOKEN,
      "rejected by the attribute condition",
    ],
    [
      "a person whom nobody let act as the controller",
      ["key", "it", personActing],
      TOKEN,
      "may not act as al-controller@PROJECT.iam.gserviceaccount.com",
    ],
  ])("%s", async (_sentence, of, credentials, says) => {
    const toml = agent("true", credentials);
    const { code, stderr, at } = await runIn(of, { toml, speed: 2000 });
    expect(stderr).toContain(says.replace("PROJECT", at.projectId));
    expect(code).toBe(77);
  });
});

/** The same sign-in, in a project that was told of another prefix than Terraform. */
function withPrefix(signIn: SignIn, prefix: string): SignIn {
  const other = `secret_prefix = "${prefix}"`;
  return async (...given) => {
    const { variables, cloudToml } = await signIn(...given);
    return { variables, cloudToml: cloudToml.replace(/^secret_prefix = .*$/m, other) };
  };
}
