import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { checkTable } from "../../config/check-table.ts";
import { DEFAULT_CREDENTIAL } from "../../config/cloud-config.ts";
import { writeCloudSection } from "../../config/cloud-section.ts";
import { environmentFile } from "../../config/environment-file.ts";
import { checkProject } from "../../config/project-check.ts";
import { type CloudTable, cloudSchema } from "../../config/schema.ts";
import { readSettings, type Settings } from "../../config/settings.ts";
import { findToml, isTable, snakeCaseKeys, type Table } from "../../config/toml-file.ts";
import { findCredential } from "../../credentials/read-credentials.ts";
import { formatRef, parseRef } from "../../credentials/ref.ts";
import { requiredRefs } from "../../credentials/required-refs.ts";
import type { Secret } from "../../credentials/secret.ts";
import { writeInstance } from "../../credentials/write-instance.ts";
import { ConfigError, DataError, UsageError } from "../../errors.ts";
import { parseServiceAccountKey } from "../../gcp/service-account-key.ts";
import { runnerAccountId } from "../../mapping/runner-account.ts";
import { mainTf } from "../../mapping/terraform-config.ts";
import { answerCloud, type GcpInitOptions } from "../gcp-answers.ts";
import type { Io } from "../io.ts";
import { canAsk, createPrompts } from "../prompts.ts";
import type { Terminal } from "../terminal.ts";
import { expandPath, readValueFile } from "../value-file.ts";
import { doctorCloudRun } from "./doctor-cloudrun.ts";

/** `al gcp init`: returns the exit status. */
export async function gcpInit(
  options: GcpInitOptions,
  io: Io,
  terminal: Terminal,
): Promise<number> {
  const settings = readSettings(io.variables);
  const here = await lookHere(options, settings, io);
  const cloud = await answerCloud(options, here, io);
  const table = checkTable(cloudSchema, cloud, { file: here.file, section: "cloud" });
  if (options.printTerraform) {
    terminal.result(terraformOf(table, here, options).trimEnd());
    return 0;
  }
  await storeKey(table, options, { settings, io, terminal });
  await writeCloudSection(here.file, cloud);
  terminal.note(`Wrote [cloud] into ${here.file}`);
  if (!options.doctor) {
    if (options.json) terminal.json({ file: here.file, cloud });
    return 0;
  }
  const doctorOptions = {
    project: options.project,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.json === undefined ? {} : { json: options.json }),
    runtime: "cloudrun",
    checkValues: false,
    check: true,
  };
  return doctorCloudRun(doctorOptions, io, terminal);
}

type Here = {
  /** The file that holds `[cloud]`, or will. */
  readonly file: string;
  readonly cloud: Table;
  readonly keyProject: string | undefined;
  readonly agents: readonly string[];
  /** Every credential of each agent. */
  readonly needs: readonly { readonly name: string; readonly credentials: readonly string[] }[];
};

async function lookHere(options: GcpInitOptions, settings: Settings, io: Io): Promise<Here> {
  const project = resolve(io.workingDirectory, options.project);
  const own = await findToml(join(project, "config.toml"));
  if (own === undefined) throw noProject(project);
  const environment = options.environment ?? settings.environment;
  const file =
    environment === undefined
      ? join(project, "config.toml")
      : environmentFile(settings.environments, environment);
  const cloud = snakeCaseKeys((await findToml(file))?.cloud ?? own.cloud);
  const { environments } = settings;
  const { agents } = await checkProject({ project, environment: undefined, environments });
  return {
    file,
    cloud: isTable(cloud) ? cloud : {},
    keyProject: await keyProject(settings),
    agents: agents.map(({ name }) => name),
    needs: agents.map((agent) => ({
      name: agent.name,
      credentials: requiredRefs({ ...agent, agent: agent.name }).map(formatRef),
    })),
  };
}

const noProject = (project: string): UsageError =>
  new UsageError({
    what: `${project} is not a project`,
    why: "it has no config.toml",
    remedy: "Run al in the project's directory, name it with -p, or make one: al new my-agents",
  });

async function keyProject({ store }: Settings): Promise<string | undefined> {
  const json = await storedKey(store, DEFAULT_CREDENTIAL);
  if (json === undefined) return undefined;
  try {
    return parseServiceAccountKey(json, DEFAULT_CREDENTIAL).project;
  } catch (error) {
    // It is about to be replaced, or the look at the project says what is wrong with it.
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

async function storedKey(store: string, ref: string): Promise<Secret | undefined> {
  const credential = await findCredential(store, parseRef(ref));
  return credential?.fields.find(({ name }) => name === "key_json")?.content;
}

/** Checks and stores the key that is named or asked for; one that is stored already stays. */
async function storeKey(
  table: CloudTable,
  options: GcpInitOptions,
  { settings, io, terminal }: { settings: Settings; io: Io; terminal: Terminal },
): Promise<void> {
  if (table.auth === "adc" || table.auth === "impersonate") return;
  const ref = table.credential ?? DEFAULT_CREDENTIAL;
  const isStored = (await storedKey(settings.store, ref)) !== undefined;
  const file = options.keyFile ?? (isStored ? undefined : await askKeyFile(io));
  if (file !== undefined && file !== "") {
    const key = await readValueFile(file, io);
    const { email } = parseServiceAccountKey(key, expandPath(file, io));
    await writeInstance(settings.store, parseRef(ref), new Map([["key_json", key]]));
    terminal.note(`Stored the key of ${email} as ${ref}`);
  } else if (!isStored) {
    terminal.note(
      `No key is stored. When you have one: al creds add ${ref} --from-file key_json=key.json`,
    );
  }
}

async function askKeyFile(io: Io): Promise<string | undefined> {
  if (!canAsk(io)) return undefined;
  const message = "File with the service-account key (leave it empty if you have none yet)";
  return (await createPrompts(io)).text({ message, optional: true });
}

function terraformOf(table: CloudTable, here: Here, options: GcpInitOptions): string {
  const project = table.project ?? "";
  const accounts = new Map(Object.entries(table.service_accounts ?? {}));
  const shared = table.service_account;
  return mainTf({
    source: MODULE,
    project,
    region: table.region,
    secretPrefix: table.secret_prefix,
    secretLocations: table.secret_locations ?? [],
    sharedRunner: shared === undefined ? undefined : accountId(shared, project),
    agents: here.needs.map((agent) => ({
      ...agent,
      accountId: shared === undefined ? ownAccountId(agent.name, accounts, project) : undefined,
    })),
    members: options.member ?? [],
    createKey: options.auth === "key",
  });
}

/** The module that came with this program. */
const MODULE = fileURLToPath(new URL("../../../terraform", import.meta.url));

/** An account that the module would not choose itself. */
function ownAccountId(
  agent: string,
  accounts: ReadonlyMap<string, string>,
  project: string,
): string | undefined {
  const account = accounts.get(agent);
  if (account === undefined) return undefined;
  const id = accountId(account, project);
  return id === runnerAccountId(agent) ? undefined : id;
}

function accountId(email: string, project: string): string {
  const [id = "", domain] = email.split("@");
  if (domain === `${project}.iam.gserviceaccount.com`) return id;
  throw new ConfigError({
    what: `The service account ${email} is not one of ${project}`,
    why: "the Terraform module makes the agents' accounts in the project itself",
    remedy: `Name an account of the project in [cloud], for example: ${id}@${project}.iam.gserviceaccount.com`,
  });
}
