import type { Table } from "../config/toml-file.ts";
import { UsageError } from "../errors.ts";
import { accountEmail } from "../mapping/runner-account.ts";
import {
  type Asking,
  type Auth,
  followedAccount,
  type GcpInitOptions,
  type Known,
  textOf,
} from "./gcp-asking.ts";
import { checkAccount, checkFlags, checkProject, checkRegion } from "./gcp-flags.ts";
import { answerRepository } from "./gcp-repository.ts";
import { answerRunners } from "./gcp-runners.ts";
import type { Io } from "./io.ts";
import { canAsk, createPrompts, type Prompts } from "./prompts.ts";

const DEFAULT_REGION = "us-central1";

/**
 * The `[cloud]` table that the flags and answers make of the one that is there; what it holds beside stays.
 * @throws UsageError when flags contradict each other, or something is needed that no flag says and nobody is there to be asked;
 * PromptCancelled
 */
export async function answerCloud(options: GcpInitOptions, known: Known, io: Io): Promise<Table> {
  checkFlags(options);
  const isKnown = options.printTerraform === true && textOf(known.cloud.project) !== undefined;
  const prompts = canAsk(io) && !isKnown ? await createPrompts(io) : undefined;
  const asking = { options, known, prompts };
  const project = await answerProject(asking);
  const region = await answerRegion(asking);
  const identities = await answerRunners(asking, project);
  const signIn = await answerAuth(withoutSignIn(asking), project);
  const artifact_registry = answerRepository(asking, { project, region });
  const {
    service_account: _,
    service_accounts: __,
    auth: ___,
    impersonate: ____,
    credential: _____,
    ...rest
  } = known.own;
  const place = { project, region, artifact_registry };
  return { provider: "cloud-run", ...rest, ...place, ...signIn, ...identities };
}

/** How al signs in is nothing to Terraform but where a flag or `[cloud]` says it, so nobody is asked. */
const withoutSignIn = (asking: Asking): Asking =>
  asking.options.printTerraform ? { ...asking, prompts: undefined } : asking;

async function answerProject({ options, known, prompts }: Asking): Promise<string> {
  const usual = options.gcpProject ?? textOf(known.cloud.project) ?? known.keyProject;
  if (options.gcpProject !== undefined || prompts === undefined) {
    return usual ?? missing("the Google Cloud project is not known", "--gcp-project <id>");
  }
  return prompts.text({
    ...{ message: "Id of the Google Cloud project", check: checkProject },
    ...initial(usual),
  });
}

async function answerRegion({ options, known, prompts }: Asking): Promise<string> {
  const usual = options.region ?? textOf(known.cloud.region) ?? DEFAULT_REGION;
  if (options.region !== undefined || prompts === undefined) return usual;
  return prompts.text({
    ...{ message: "Region in which agents run", initial: usual, check: checkRegion },
  });
}

async function answerAuth({ options, known, prompts }: Asking, project: string): Promise<Table> {
  const { auth: saved, credential, impersonate: acted, project: saidProject } = known.cloud;
  const before = authOf(saved) ?? "key";
  const auth = authFlag(options) ?? (prompts && (await askAuth(prompts, before))) ?? before;
  // Always written: a file below may say another.
  if (auth === "adc") return { auth };
  const kept =
    credential !== undefined && (auth === "key" || auth === before) ? { credential } : {};
  if (auth === "key") return { auth, ...kept };
  const usual =
    options.impersonate ??
    textOf(followedAccount(acted, saidProject, project)) ??
    accountEmail("al-controller", project);
  if (options.impersonate !== undefined || prompts === undefined)
    return { auth, impersonate: usual, ...kept };
  const message = "E-mail address of the account to act as";
  return {
    auth,
    impersonate: await prompts.text({ message, initial: usual, check: checkAccount }),
    ...kept,
  };
}

function authFlag({ auth, impersonate, keyFile }: GcpInitOptions): Auth | undefined {
  if (auth !== undefined) return auth;
  if (impersonate !== undefined) return "impersonate";
  return keyFile === undefined ? undefined : "key";
}

const askAuth = (prompts: Prompts, before: Auth): Promise<Auth> =>
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
    initial: before,
  });

const authOf = (value: unknown): Auth | undefined =>
  value === "key" || value === "adc" || value === "impersonate" ? value : undefined;

const initial = (usual: string | undefined): { initial?: string } =>
  usual === undefined ? {} : { initial: usual };

function missing(why: string, flag: string): never {
  throw new UsageError({
    what: "al gcp init cannot ask",
    why: `standard input is not a terminal, and ${why}`,
    remedy: `al gcp init ${flag} --region us-central1`,
  });
}
