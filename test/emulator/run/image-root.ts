import { join } from "node:path";
import type { ContainerRun } from "../executor/executor.ts";
import { imageUser } from "../images/image-user.ts";
import type { PushedImage } from "./container-run.ts";
import type { RunContext } from "./run-context.ts";

/** The run with the files and the user of its image; only the sandbox can give a command another root. */
export async function withImageRoot(
  { platform, unpacked }: RunContext,
  run: ContainerRun,
  pushed: PushedImage,
): Promise<ContainerRun> {
  if (platform.executor.kind !== "sandbox") return run;
  const directory = await unpacked.directoryOf(pushed.image);
  const { uid, gid, home } = imageUser(join(directory, "root"), pushed.user);
  return { ...run, env: { HOME: home, ...run.env }, root: { directory, uid, gid } };
}
