import type { Table } from "../config/toml-file.ts";
import { UsageError } from "../errors.ts";
import { accountEmail, runnerAccountId } from "../mapping/runner-account.ts";
import type { Io } from "./io.ts";
import { canAsk, createPrompts, type Prompts } from "./prompts.ts";

type Auth = "key" | "adc" | "impersonate";
type Runners = "per-agent" | "shared";

export type GcpInitOptions = {
  readonly project: string;
  readonly environment?: string;
  readonly gcpProject?: string;
  readonly region?: string;
  readonly auth?: Auth;
  readonly impersonate?: string;
  readonly keyFile?: string;
  readonly runners?: Runners;
  readonly serviceAccount?: string;
  readonly member?: readonly string[];
  readonly printTerraform?: boolean;
  /** False after --no-doctor. */
  readonly doctor: boolean;
  readonly json?: boolean;
};

/** What is known before anybody is asked. */
export type Known = {
  /** `[cloud]` as it is now. */
  readonly cloud: Table;
  /** The project of the stored key. */
  readonly keyProject: string | undefined;
  readonly agents: readonly string[];
};

const DEFAULT_REGION = "us-central1";

/**
 * The `[cloud]` table that the flags and answers make of the one that is there; what it holds beside stays.
 * @throws UsageError when something is needed that no flag says and nobody is there to be asked; PromptCancelled
 */
export async function answerCloud(options: GcpInitOptions, known: Known, io: Io): Promise<Table> {
  const isKnown = options.printTerraform === true && textOf(known.cloud.project) !== undefined;
  const prompts = canAsk(io) && !isKnown ? await createPrompts(io) : undefined;
  const asking = { options, known, prompts };
  const project = await answerProject(asking);
  const region = await answerRegion(asking);
  const identities = await answerRunners(asking, project);
  const signIn = await answerAuth(asking, project);
  const {
    service_account: _,
    service_accounts: __,
    auth: ___,
    impersonate: ____,
    ...rest
  } = known.cloud;
  return { provider: "cloud-run", ...rest, project, region, ...signIn, ...identities };
}

type Asking = {
  readonly options: GcpInitOptions;
  readonly known: Known;
  readonly prompts: Prompts | undefined;
};

async function answerProject({ options, known, prompts }: Asking): Promise<string> {
  const usual = options.gcpProject ?? textOf(known.cloud.project) ?? known.keyProject;
  if (options.gcpProject !== undefined || prompts === undefined) {
    return usual ?? missing("the Google Cloud project is not known", "--gcp-project <id>");
  }
  return prompts.text({ message: "Id of the Google Cloud project", ...initial(usual) });
}

async function answerRegion({ options, known, prompts }: Asking): Promise<string> {
  const usual = options.region ?? textOf(known.cloud.region) ?? DEFAULT_REGION;
  if (options.region !== undefined || prompts === undefined) return usual;
  return prompts.text({ message: "Region in which agents run", initial: usual });
}

async function answerRunners(asking: Asking, project: string): Promise<Table> {
  const { options, known, prompts } = asking;
  const shared = options.serviceAccount ?? textOf(known.cloud.service_account);
  const isShared = options.runners === undefined ? undefined : options.runners === "shared";
  const chosen = isShared ?? (options.serviceAccount === undefined ? undefined : true);
  const choice = chosen ?? (prompts && (await askRunners(prompts, known))) ?? false;
  if (!choice) return { service_accounts: accountsOf(known.agents, project) };
  const usual = shared ?? accountEmail("al-runner", project);
  if (options.serviceAccount !== undefined || prompts === undefined)
    return { service_account: usual };
  const message = "E-mail address of the account that all agents run as";
  return { service_account: await prompts.text({ message, initial: usual }) };
}

const askRunners = async (prompts: Prompts, { agents }: Known): Promise<boolean> =>
  (await prompts.choose({
    message: "Which account do the agents' jobs run as?",
    choices: [
      {
        value: "per-agent",
        label: "One for each agent (recommended)",
        hint: `${agents.length} agents; each can read its own credentials only`,
      },
      {
        value: "shared",
        label: "One for all",
        hint: "each agent can read every agent's credentials",
      },
    ],
    initial: "per-agent",
  })) === "shared";

const accountsOf = (agents: readonly string[], project: string): Table =>
  Object.fromEntries(agents.map((name) => [name, accountEmail(runnerAccountId(name), project)]));

async function answerAuth({ options, known, prompts }: Asking, project: string): Promise<Table> {
  const before = authOf(known.cloud.auth);
  const given = options.auth ?? (options.impersonate === undefined ? undefined : "impersonate");
  const auth = given ?? (prompts && (await askAuth(prompts, before))) ?? before ?? "key";
  if (auth === "key") return {};
  if (auth === "adc") return { auth };
  const usual =
    options.impersonate ??
    textOf(known.cloud.impersonate) ??
    accountEmail("al-controller", project);
  if (options.impersonate !== undefined || prompts === undefined)
    return { auth, impersonate: usual };
  const message = "E-mail address of the account to act as";
  return { auth, impersonate: await prompts.text({ message, initial: usual }) };
}

const askAuth = (prompts: Prompts, before: Auth | undefined): Promise<Auth> =>
  prompts.choose<Auth>({
    message: "How does al sign in to Google Cloud?",
    choices: [
      { value: "key", label: "With a service-account key", hint: "stored as gcp_service_account" },
      {
        value: "impersonate",
        label: "As you, acting as an account",
        hint: "no key; gcloud auth application-default login",
      },
      {
        value: "adc",
        label: "With application default credentials",
        hint: "on Google Cloud, in CI, or as you",
      },
    ],
    initial: before ?? "key",
  });

const authOf = (value: unknown): Auth | undefined =>
  value === "key" || value === "adc" || value === "impersonate" ? value : undefined;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const initial = (usual: string | undefined): { initial?: string } =>
  usual === undefined ? {} : { initial: usual };

function missing(why: string, flag: string): never {
  throw new UsageError({
    what: "al gcp init cannot ask",
    why: `standard input is not a terminal, and ${why}`,
    remedy: `al gcp init ${flag} --region us-central1`,
  });
}
