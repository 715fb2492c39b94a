import { isTable, type Table } from "../config/toml-file.ts";
import { accountEmail, runnerAccountId } from "../mapping/runner-account.ts";
import { type Asking, followedAccount, textOf } from "./gcp-asking.ts";
import { checkAccount } from "./gcp-flags.ts";
import type { Prompts } from "./prompts.ts";

type Runners = "per-agent" | "shared";

/** What `[cloud]` says now. */
type Before = {
  readonly shared: string | undefined;
  readonly own: Table | undefined;
};

/** `service_account` or `service_accounts`, as flags and answers choose; what `[cloud]` says stays where nobody chooses. */
export async function answerRunners(asking: Asking, project: string): Promise<Table> {
  const { options, prompts } = asking;
  if (options.serviceAccount !== undefined) return { service_account: options.serviceAccount };
  const before = runnersBefore(asking, project);
  const usual: Runners =
    before.own === undefined && before.shared !== undefined ? "shared" : "per-agent";
  const runners = options.runners ?? (prompts && (await askRunners(asking, prompts, usual)));
  if ((runners ?? usual) === "per-agent") {
    // Agents that none of the own accounts is for run as the account beside them, unless each is to have its own.
    const isComplete = options.runners === undefined && before.shared !== undefined;
    return before.own !== undefined && isComplete
      ? { service_account: before.shared, service_accounts: before.own }
      : { service_accounts: { ...derivedAccounts(asking, project), ...before.own } };
  }
  const account = before.shared ?? accountEmail("al-runner", project);
  if (prompts === undefined) return { service_account: account };
  const message = "E-mail address of the account that all agents run as";
  return {
    service_account: await prompts.text({ message, initial: account, check: checkAccount }),
  };
}

function runnersBefore({ known }: Asking, project: string): Before {
  const { service_account: shared, service_accounts: own, project: before } = known.cloud;
  const followed = (account: unknown): unknown => followedAccount(account, before, project);
  return {
    shared: textOf(followed(shared)),
    own: isTable(own)
      ? Object.fromEntries(Object.entries(own).map(([name, account]) => [name, followed(account)]))
      : undefined,
  };
}

const derivedAccounts = ({ known }: Asking, project: string): Table =>
  Object.fromEntries(
    known.agents.map((name) => [name, accountEmail(runnerAccountId(name), project)]),
  );

const askRunners = (
  { known: { agents } }: Asking,
  prompts: Prompts,
  initial: Runners,
): Promise<Runners> =>
  prompts.choose<Runners>({
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
    initial,
  });
