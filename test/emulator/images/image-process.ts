import type { Json } from "../core/handler.ts";

/** What the spec of a container says about its process. */
export type ContainerSpec = {
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
  readonly workingDir?: string | undefined;
};

/** What to run: a command of the spec takes the place of entry point and arguments of the image, its args that of the arguments. */
export function imageProcess(
  config: Json,
  { command = [], args = [], workingDir }: ContainerSpec,
): {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  workingDir: string;
  user: string;
} {
  const { Entrypoint, Cmd, Env, WorkingDir, User } = config.config ?? {};
  const ownArgs: readonly string[] = args.length > 0 ? args : (Cmd ?? []);
  const argv = command.length > 0 ? [...command, ...args] : [...(Entrypoint ?? []), ...ownArgs];
  const pairs: string[] = Env ?? [];
  const env = Object.fromEntries(
    pairs.map((pair) => [pair.split("=", 1)[0] ?? "", pair.slice(pair.indexOf("=") + 1)]),
  );
  return { argv, env, workingDir: workingDir || WorkingDir || "/", user: User ?? "" };
}
