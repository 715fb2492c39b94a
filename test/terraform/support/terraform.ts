import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Computed, startStubProvider } from "./stub-provider.ts";

/** The program, found along PATH. */
export const TERRAFORM = "terraform";

/** The module as it is on disk. */
export const MODULE = join(import.meta.dirname, "../../../terraform");

export type Variables = Readonly<Record<string, unknown>>;

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A plan as `terraform show -json` prints it, as far as it is looked at. */
export type Plan = {
  readonly planned_values: {
    readonly outputs: Readonly<Record<string, { readonly value?: unknown }>>;
    readonly root_module: PlannedModule;
  };
};
export type PlannedModule = {
  readonly resources?: readonly PlannedResource[];
  readonly child_modules?: readonly PlannedModule[];
};
export type PlannedResource = {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values: Readonly<Record<string, unknown>>;
};

/** The real Terraform on a copy of the module, with a provider that knows only its own resources' shapes. */
export type Terraform = {
  /** `directory` is relative to the module: "." or an example. */
  init(directory: string): Promise<Ended>;
  /** A configuration of its own beside the module's copy, for the other methods. */
  write(directory: string, mainTf: string): void;
  validate(directory: string): Promise<Ended>;
  /** Ends in what Terraform said; `plan` is there when it could be made. */
  plan(directory: string, variables: Variables): Promise<Ended & { readonly plan?: Plan }>;
  /** The tests that lie beside the module, in its directory tests/. */
  test(): Promise<Ended>;
  close(): void;
};

/** `path` is where the terraform program is looked for, as in the variable PATH. */
export async function startTerraform(
  computed: Computed,
  path: string | undefined,
): Promise<Terraform> {
  const provider = await startStubProvider(computed);
  const root = mkdtempSync(join(tmpdir(), "al-terraform-"));
  const copy = join(root, "terraform");
  cpSync(MODULE, copy, {
    recursive: true,
    filter: (source) => !/\/\.terraform|tfstate/.test(source),
  });
  const environment = {
    ...{ PATH: path, HOME: root, TF_REATTACH_PROVIDERS: provider.reattach },
    ...{ TF_IN_AUTOMATION: "1", TF_INPUT: "0", CHECKPOINT_DISABLE: "1" },
    TF_CLI_CONFIG_FILE: "/dev/null",
  };
  const run = (directory: string, ...args: string[]) =>
    runTerraform([`-chdir=${join(copy, directory)}`, ...args], environment);
  return {
    write: (directory, mainTf) => {
      mkdirSync(join(copy, directory), { recursive: true });
      writeFileSync(join(copy, directory, "main.tf"), mainTf);
    },
    init: (directory) => run(directory, "init", "-no-color"),
    validate: (directory) => run(directory, "validate", "-no-color"),
    plan: async (directory, variables) => {
      const [variablesFile, planFile] = [join(root, "al.tfvars.json"), join(root, "al.tfplan")];
      writeFileSync(variablesFile, JSON.stringify(variables));
      const given = [`-var-file=${variablesFile}`, `-out=${planFile}`];
      const ended = await run(directory, "plan", "-no-color", "-lock=false", ...given);
      if (ended.code !== 0) return ended;
      const shown = await run(directory, "show", "-json", planFile);
      return { ...ended, plan: JSON.parse(shown.stdout) as Plan };
    },
    test: () => run(".", "test", "-no-color"),
    close: () => {
      provider.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Without an environment, this process's own. Never blocks: the provider that Terraform asks lives in this process. */
export const runTerraform = (
  args: readonly string[],
  env?: Readonly<Record<string, string | undefined>>,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(TERRAFORM, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
