import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indentedBlockBelow } from "../support/markdown.ts";
import { type Ended, makeNewcomer, type Newcomer } from "../support/newcomer.ts";
import { parseShellLine } from "../support/shell-line.ts";
import { PERSON } from "../support/sign-in.ts";
import { newPrivateKey } from "../support/store.ts";
import { makeWorld, type World } from "../support/world.ts";
import { apply, enabledServices, withNumber } from "../terraform/support/apply.ts";
import { readSetUp } from "../terraform/support/grants.ts";
import {
  callsOf,
  type JournalLine,
  journalSince,
  refusalsIn,
} from "../terraform/support/journal.ts";
import { type SetUp, setUpOf } from "../terraform/support/set-up.ts";
import { runTerraform, startTerraform } from "../terraform/support/terraform.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const TERRAFORM_README = readFileSync(join(ROOT, "terraform/README.md"), "utf8");
const PATH = indentedBlockBelow(README, "From an empty Google Cloud project to the first run:");
const IMAGE_IN = /^then name your image in (\S+)$/;

const hasTerraform = await runTerraform(["version"], { PATH: process.env.PATH }).then(
  ({ code }) => code === 0,
  () => false,
);

test("the path has fewer than ten lines, and none is there twice", () => {
  expect(PATH.length).toBeGreaterThan(5);
  expect(PATH.length).toBeLessThan(10);
  expect(new Set(PATH).size).toBe(PATH.length);
});

type Project = Newcomer["target"]["project"];

/** All that was typed, with how it ended, and the calls that each line led to. */
type Walk = {
  readonly newcomer: Newcomer;
  readonly ended: readonly Ended[];
  callsAt(command: string): readonly JournalLine[];
  readonly setUp: SetUp;
};

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world?.close());

/** Types the README's lines, and does what they say beside. `more` is what is typed behind a command that begins so. */
async function walk(
  project: Project,
  plan: (directory: string, project: Project) => Promise<SetUp>,
  more: Readonly<Record<string, string>> = {},
): Promise<Walk> {
  let setUp: SetUp | undefined;
  const newcomer = await makeNewcomer(world, {
    project,
    plan: async (directory) => {
      setUp = await plan(directory, project);
      return setUp;
    },
  });
  const ended: Ended[] = [];
  const callsByCommand = new Map<string, readonly JournalLine[]>();
  for (const line of PATH) {
    if (line.startsWith("al doctor")) await storeCredentials(newcomer);
    const { length } = await world.calls();
    const typed = await newcomer.type(asTyped(line, project, more));
    ended.push(...typed);
    callsByCommand.set(typed.at(-1)?.command ?? "", await journalSince(world, length));
    const [, file] = IMAGE_IN.exec(parseShellLine(line).comment) ?? [];
    const failed = typed.find(({ code }) => code !== 0);
    if (file !== undefined && failed !== undefined) throw new Error(failed.stderr);
    if (file !== undefined) nameImage(join(newcomer.directory(), file));
  }
  if (setUp === undefined) throw new Error("terraform apply is not in the path");
  return { newcomer, ended, setUp, callsAt: (command) => callsByCommand.get(command) ?? [] };
}

/** The line with the newcomer's own project and name. */
function asTyped(line: string, project: Project, more: Readonly<Record<string, string>>): string {
  const own = line.replaceAll("my-project", project.id).replaceAll("you@example.com", PERSON.email);
  const [, words] = Object.entries(more).find(([beginning]) => own.startsWith(beginning)) ?? [];
  return words === undefined ? own : own.replace(/^(.*?)(?=\s+[#>]|$)/, `$1 ${words}`);
}

const SCRIPT = 'echo "$GIT_AUTHOR_NAME finds" $(ls /credentials)';

/** Uncomments [cloudrun], as somebody who has an image. */
function nameImage(file: string): void {
  const toml = readFileSync(file, "utf8");
  const edited = toml.replace(
    /^# \[cloudrun\]\n# image = ".*"\n/m,
    `[cloudrun]\nimage = "host.local/agent:latest"\ncommand = ["/bin/sh", "-c", ${JSON.stringify(SCRIPT)}]\n`,
  );
  if (edited === toml) throw new Error(`${file} has no [cloudrun] that could be uncommented`);
  writeFileSync(file, edited);
}

/** Without a terminal al doctor cannot ask; this is what somebody would answer. */
async function storeCredentials(newcomer: Newcomer): Promise<void> {
  const { home } = newcomer;
  writeFileSync(join(home, "name"), "Ada Example");
  writeFileSync(join(home, "email"), PERSON.email);
  const identity = `--from-file username=${home}/name --from-file email=${home}/email`;
  const rows = [
    ["al creds add github_token --stdin token", "ghp_fakeFakeFakeFakeFakeFakeFakeFake0001"],
    ["al creds add anthropic_key --stdin token", "sk-ant-api03-fake-fake-fake-fake-0002"],
    [`al creds add git_ssh --stdin id_rsa ${identity}`, newPrivateKey()],
  ] as const;
  for (const [line, stdin] of rows) {
    const [{ code, stderr } = { code: -1, stderr: line }] = await newcomer.type(line, stdin);
    if (code !== 0) throw new Error(stderr);
  }
}

const named = (text: string, name: string): string =>
  new RegExp(`^\\s*${name}\\s*=\\s*"(.*)"$`, "m").exec(text)?.[1] ?? "";

/** The real Terraform on the main.tf that is in the directory. */
async function planWithTerraform(directory: string, { number }: Project): Promise<SetUp> {
  const mainTf = readFileSync(join(directory, "main.tf"), "utf8");
  const variables = { project: named(mainTf, "project"), region: named(mainTf, "region") };
  const terraform = await startTerraform("known", process.env.PATH);
  try {
    terraform.write("typed", mainTf);
    const { code, stderr } = await terraform.init("typed");
    if (code !== 0) throw new Error(stderr);
    const planned = await terraform.plan("typed", {});
    if (planned.plan === undefined) throw new Error(planned.stderr);
    return withNumber(setUpOf(variables, planned.plan), number);
  } finally {
    terraform.close();
  }
}

/** The plan that is kept, as of this project and person. */
async function keptPlan(_directory: string, { id, number }: Project): Promise<SetUp> {
  const kept = JSON.stringify(readSetUp("shared"));
  const own = kept.replaceAll("demo-project", id).replaceAll("you@example.com", PERSON.email);
  return withNumber(JSON.parse(own) as SetUp, number);
}

const GCLOUD = PATH.find((line) => line.startsWith("gcloud services enable")) ?? "";
const NAMED = GCLOUD.split(" ").filter((word) => word.endsWith(".googleapis.com"));

describe("of the APIs that gcloud enables", () => {
  const plan = () => Promise.reject(new Error("nothing is planned here"));

  test("there are some, and terraform/README.md names the same", () => {
    expect(NAMED).not.toEqual([]);
    expect(TERRAFORM_README.split("\n")).toContain(GCLOUD);
  });

  test.each(NAMED.map((name, index) => [name, index] as const))(
    "%s is needed: without it Terraform cannot begin",
    async (name, index) => {
      const project = { id: `demo-without-${index}`, number: `44444444444${index}` };
      const newcomer = await makeNewcomer(world, { project, plan });
      const [{ code } = { code: -1 }] = await newcomer.type(
        asTyped(GCLOUD.replace(`${name} `, ""), project, {}),
      );
      expect(code).toBe(0);
      const applied = apply(await keptPlan("", project), newcomer.target);
      await expect(applied).rejects.toThrow(
        new RegExp(`"reason":"SERVICE_DISABLED".*"service":"${name}"`),
      );
    },
  );
});

type Way = {
  readonly project: Project;
  readonly plan: typeof planWithTerraform;
  readonly more: Readonly<Record<string, string>>;
  readonly runner: string;
};

/** It knows the regions by itself, and says "unknown" of the runner's access. */
const IN_VAIN = [
  "resourcemanager.projects.getIamPolicy by Projects.GetIamPolicy",
  "run.locations.list by Locations.ListLocations",
  "secretmanager.secrets.getIamPolicy by SecretManagerService.GetIamPolicy",
];

const WAYS: readonly (readonly [sentence: string, isPossible: boolean, way: Way])[] = [
  [
    "with what Terraform makes of it (only where terraform is installed: terraform)",
    hasTerraform,
    {
      project: { id: "demo-first", number: "333333333333" },
      ...{ plan: planWithTerraform, more: {}, runner: "al-run-example" },
    },
  ],
  [
    "with the kept plan of one runner for all",
    true,
    {
      project: { id: "demo-kept", number: "555555555555" },
      ...{ plan: keptPlan, more: { "al gcp init": "--runners shared" }, runner: "al-runner" },
    },
  ],
];

describe.each(WAYS)("typed line by line, %s", (_sentence, isPossible, way) => {
  describe.skipIf(!isPossible)("the README's path", () => {
    const { project, plan, more, runner } = way;
    const account = (id: string): string => `${id}@${project.id}.iam.gserviceaccount.com`;
    let walked: Walk;
    beforeAll(async () => {
      walked = await walk(project, plan, more);
    }, 120_000);

    const endOf = (beginning: string): Ended => {
      const found = walked.ended.findLast(({ command }) => command.startsWith(beginning));
      if (found === undefined) throw new Error(`The path has no ${beginning}`);
      return found;
    };
    const refusedAt = (beginning: string): string[] =>
      refusalsIn(walked.callsAt(endOf(beginning).command));

    test("is carried out to its last command, and only looking before there are credentials finds something missing", () => {
      const commands = PATH.flatMap((line) => parseShellLine(line).commands);
      expect(walked.ended).toHaveLength(commands.length);
      const failed = walked.ended.filter(({ code }) => code !== 0);
      expect(failed.map(({ command, code }) => [command, code])).toEqual([
        [expect.stringMatching(/^al gcp init .*--auth impersonate/), 77],
      ]);
    });

    test("ends with the agent's own output, which finds its credentials", () => {
      const { code, stdout, stderr } = endOf("al run");
      const expected = {
        code: 0,
        stdout: "Ada Example finds anthropic_key git_ssh github_token\n",
      };
      expect({ code, stdout }, stderr).toEqual(expected);
    });

    test("al gcp init misses nothing but the three credentials, and names what stores them", () => {
      const { stdout, stderr } = endOf("al gcp init");
      expect(stdout).not.toMatch(/^missing/m);
      expect(stderr).toContain(
        "3 of 3 credentials missing or refused. To mend:\n  al creds add github_token\n  al creds add git_ssh\n  al creds add anthropic_key\n",
      );
    });

    test("al doctor looks at the agent too, and says ok to all but what it may not see", () => {
      const { stdout } = endOf("al doctor");
      const lines = stdout.trimEnd().split("\n");
      expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([
        expect.stringMatching(`^unknown   ${account(runner)} reads the 6 secrets of example: `),
        expect.stringMatching("^unknown   image of example: host.local/agent:latest: "),
      ]);
      expect(lines).toContain(`ok        account of example: ${account(runner)}`);
      expect(lines).toContain(`ok        iam.serviceAccounts.actAs on ${account(runner)}`);
    });

    test("nothing is refused, but what al asks in vain when it looks at the project", () => {
      const looks = /^al (doctor|gcp init .*--auth)/;
      const refused = walked.ended.map(({ command }) => [command, refusedAt(command)] as const);
      const others = refused.filter(([command]) => !looks.test(command));
      expect(others.flatMap(([, calls]) => calls)).toEqual([]);
      const looked = refused.filter(([command]) => looks.test(command));
      expect(looked).toHaveLength(2);
      const calls = looked.flatMap(([, all]) => all);
      expect(calls.filter((call) => !IN_VAIN.includes(call))).toEqual([]);
    });

    test("al run acts as the controller, for which the person's only call asks", () => {
      const calls = walked.callsAt(endOf("al run").command);
      const callers = new Set(calls.map(({ principal }) => principal));
      expect([...callers]).toEqual([PERSON.email, account("al-controller")]);
      expect(callsOf(calls, PERSON.email).map(({ method }) => method)).toEqual([
        "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken",
      ]);
    });

    test("no API is on but those that Terraform turned on", async () =>
      expect(await enabledServices(walked.newcomer.target)).toEqual(
        [...walked.setUp.services].sort(),
      ));
  });
});
