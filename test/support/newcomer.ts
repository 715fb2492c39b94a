import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rest } from "../emulator/testing/rest.ts";
import { apply, enableServices, type Target } from "../terraform/support/apply.ts";
import type { SetUp } from "../terraform/support/set-up.ts";
import { parseShellLine } from "./shell-line.ts";
import { PERSON, personFile } from "./sign-in.ts";
import type { World } from "./world.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What a command was and how it ended. */
export type Ended = {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Somebody with an empty home directory, and a project on Google Cloud of which they are the owner and in which nothing is. */
export type Newcomer = {
  readonly target: Target;
  readonly home: string;
  /** Types a line; a command that fails ends it, as `&&` does. */
  type(line: string, stdin?: string): Promise<readonly Ended[]>;
};

type NewcomerOptions = {
  readonly project: Target["project"];
  /** What Terraform would make of the main.tf in this directory. */
  plan(directory: string): Promise<SetUp>;
};

export async function makeNewcomer(
  world: World,
  { project, plan }: NewcomerOptions,
): Promise<Newcomer> {
  const owners = { role: "roles/owner", members: [`user:${PERSON.email}`] };
  await world.control("/emulator/seed", {
    ...{ project, services: [], users: [PERSON] },
    policies: [{ resource: `projects/${project.id}`, bindings: [owners] }],
  });
  const home = mkdtempSync(join(world.directory, "home-"));
  const target = { world, project, token: await tokenOf(world) };
  const here: Here = { target, home, plan };
  return {
    ...{ target, home },
    async type(line, stdin) {
      const ended: Ended[] = [];
      for (const { words, into } of parseShellLine(line).commands) {
        const [program = "", ...args] = words;
        const one = { command: words.join(" "), ...(await play(program, args, { here, stdin })) };
        if (into !== undefined) writeFileSync(join(home, into), one.stdout);
        ended.push(one);
        if (one.code !== 0) break;
      }
      return ended;
    },
  };
}

type Here = {
  readonly target: Target;
  readonly home: string;
  readonly plan: NewcomerOptions["plan"];
};
type Output = Omit<Ended, "command">;

const NOTHING: Output = { code: 0, stdout: "", stderr: "" };

async function play(
  program: string,
  args: readonly string[],
  { here, stdin }: { here: Here; stdin: string | undefined },
): Promise<Output> {
  const command = [program, ...args].join(" ");
  if (program === "al") return al(args, here, stdin);
  if (program === "npm") requireNpm(command);
  else if (command === "gcloud auth login --update-adc") writeSignIn(here.home);
  else if (command.startsWith("gcloud services enable ")) await enable(args.slice(2), here.target);
  else if (program === "terraform") await terraform(args, here);
  else throw new Error(`Nobody here can play: ${command}`);
  return NOTHING;
}

/** No sign-in, store or environment but the newcomer's own. */
const al = (args: readonly string[], { target, home }: Here, stdin = "") =>
  target.world.al(args, {
    stdin,
    workingDirectory: home,
    variables: { HOME: home, AL_CREDENTIALS_DIR: join(home, ".action-llama/credentials") },
  });

/** The package is installed and built already: what npm would need for that is there. */
function requireNpm(command: string): void {
  const { scripts, bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const canBuild =
    scripts.prepare === "node scripts/prepare.mjs" &&
    ["package-lock.json", "scripts/prepare.mjs", bin.al].every((path) =>
      existsSync(join(ROOT, path)),
    );
  if (command !== "npm install -g ." || !canBuild) throw new Error(`${command} would fail`);
}

/** As gcloud does where no project is configured: nobody is billed but the resources' own project. */
function writeSignIn(home: string): void {
  const directory = join(home, ".config/gcloud");
  mkdirSync(directory, { recursive: true });
  const file = { ...personFile(), quota_project_id: undefined, universe_domain: "googleapis.com" };
  writeFileSync(join(directory, "application_default_credentials.json"), JSON.stringify(file));
}

async function enable(args: readonly string[], target: Target): Promise<void> {
  const { world, project } = target;
  const services = args.filter((arg) => !arg.startsWith("--"));
  if (!args.includes(`--project=${project.id}`)) throw new Error("gcloud is not told the project");
  const on = (names: readonly string[]) =>
    world.control("/emulator/seed", { project, services: names });
  // gcloud's calls are accounted to a project of its own, in which Service Usage is on.
  // https://docs.cloud.google.com/docs/quotas/quota-project
  await on(["serviceusage.googleapis.com"]);
  await enableServices(services, target);
  await on(services);
}

async function terraform([place = "", verb]: readonly string[], here: Here): Promise<void> {
  const directory = join(here.home, /^-chdir=(.+)$/.exec(place)?.[1] ?? "");
  if (!existsSync(join(directory, "main.tf"))) throw new Error(`${directory} holds no main.tf`);
  if (verb === "apply") await apply(await here.plan(directory), here.target);
  else if (verb !== "init") throw new Error(`Nobody here can play: terraform ${verb}`);
}

async function tokenOf({ emulator }: World): Promise<string> {
  const form = new URLSearchParams({
    ...{ grant_type: "refresh_token", refresh_token: PERSON.refreshToken },
    ...{ client_id: PERSON.clientId, client_secret: PERSON.clientSecret },
  });
  const answer = await rest(`${emulator.url}/token`, {
    ...{ token: "", body: form.toString() },
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  if (answer.status !== 200) throw new Error(`/token: ${JSON.stringify(answer.body)}`);
  return answer.body.access_token;
}
