import type { CloudConfig, ContainerConfig, RunConfig } from "../config/config.ts";

/** A text that a person wrote and a job would carry. */
export type ConfiguredText = {
  /** Where it stands, for a message: never the text itself. */
  readonly where: string;
  readonly text: string;
  /** What to do about it, as an imperative. */
  readonly advice: string;
  /**
   * A text of any content could only hold a credential's value on purpose. A setting may well be the same as what an unknown
   * type stores beside its secrets, such as a project or an account.
   */
  readonly holds: "any content" | "a setting";
};

/** Everything in the configuration that gets into a job's spec. Names come before what is described by them. */
export const configuredTexts = ({ agent, cloud }: RunConfig): ConfiguredText[] => [
  ...containerTexts(agent.container),
  setting("The agent's name", agent.name, "Rename the agent's directory"),
  ...cloudTexts(cloud),
];

function containerTexts({ image, command, args, env, memory, cpus }: ContainerConfig) {
  const names = Object.keys(env).map((name) =>
    content("A name in [cloudrun.env]", name, "Rename that variable"),
  );
  const values = Object.entries(env).map(([name, value]) =>
    content(`[cloudrun.env] ${name}`, value, `Remove ${name} from [cloudrun.env]`),
  );
  const words = Object.entries({ command, args }).flatMap(([key, list]) =>
    list.map((word) => content(`[cloudrun] ${key}`, word, `Remove the value from ${key}`)),
  );
  return [...names, ...values, ...words, ...settings("[cloudrun]", { image, memory, cpus })];
}

function cloudTexts(cloud: CloudConfig): ConfiguredText[] {
  const { serviceAccount, secretPrefix, encryptionKey, memory, cpus, labels, vpc } = cloud;
  const { connector, network, subnetwork, tags = [] } = vpc ?? {};
  const named = {
    "service_account or service_accounts": serviceAccount,
    secret_prefix: secretPrefix,
    encryption_key: encryptionKey,
    memory,
    cpus,
  };
  return [
    ...settings("[cloud]", named),
    ...settings("[cloud.vpc]", { connector, network, subnetwork }),
    ...tags.map((tag) => setting("[cloud.vpc] tags", tag, ANOTHER)),
    ...Object.keys(labels).map((key) =>
      setting("A key in [cloud.labels]", key, "Rename that label"),
    ),
    ...settings("[cloud.labels]", labels),
  ];
}

const ANOTHER =
  "Write another value there, or change the credential if the two are the same by chance";

const settings = (table: string, texts: Readonly<Record<string, string | undefined>>) =>
  Object.entries(texts).flatMap(([key, text]) =>
    text === undefined ? [] : [setting(`${table} ${key}`, text, ANOTHER)],
  );

const setting = (where: string, text: string, advice: string): ConfiguredText => ({
  where,
  text,
  advice,
  holds: "a setting",
});

const content = (where: string, text: string, advice: string): ConfiguredText => ({
  ...setting(where, text, advice),
  holds: "any content",
});
