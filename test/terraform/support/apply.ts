import { rest } from "../../emulator/testing/rest.ts";
import type { World } from "../../support/world.ts";
import { PROJECT_NUMBER } from "./google-values.ts";
import { seedOf } from "./grants.ts";
import type { SetUp } from "./set-up.ts";

/** A project of the emulator, and somebody who may change it. */
export type Target = {
  readonly world: World;
  readonly project: { readonly id: string; readonly number: string };
  readonly token: string;
};

/** The same set-up in a project of another number: plans know only one. */
export const withNumber = <S extends SetUp>(setUp: S, number: string): S =>
  JSON.parse(JSON.stringify(setUp).replaceAll(PROJECT_NUMBER, number)) as S;

/**
 * What `terraform apply` does with a plan: APIs first, as the person who applies, then the rest. Accounts, roles and grants are seeded,
 * because the emulator makes none and grants that were just made would take their time.
 */
export async function apply(setUp: SetUp, target: Target): Promise<void> {
  const { world, project } = target;
  // What the provider reads before anything is there; each needs its API.
  await call(target, `v3/projects/${project.id}`);
  await call(target, `v1/projects/${project.id}/serviceAccounts`);
  await enableServices(setUp.services, target);
  await world.control("/emulator/seed", seedOf(setUp));
  const { id, labels } = setUp.probeSecret;
  await call(target, `v1/projects/${project.id}/secrets?secretId=${id}`, {
    ...{ labels, replication: { automatic: {} } },
  });
  const { region } = setUp.variables;
  const repositories = `v1/projects/${project.id}/locations/${String(region)}/repositories`;
  await call(target, `${repositories}?repositoryId=${repositoryOf(setUp)}`, { format: "DOCKER" });
}

/** Turns on APIs of the project and waits until they are. */
export async function enableServices(services: readonly string[], target: Target): Promise<void> {
  const path = `v1/projects/${target.project.id}/services:batchEnable`;
  let operation = await call(target, path, { serviceIds: services });
  while (operation.done !== true) operation = await call(target, `v1/${String(operation.name)}`);
}

/** The APIs of the project that are on. */
export async function enabledServices(target: Target): Promise<string[]> {
  const path = `v1/projects/${target.project.id}/services?filter=state:ENABLED&pageSize=200`;
  const { services = [] } = (await call(target, path)) as {
    services?: readonly { readonly config: { readonly name: string } }[];
  };
  return services.map(({ config }) => config.name).sort();
}

const repositoryOf = ({ grants }: SetUp): string => {
  const [, id] =
    grants
      .map(({ resource }) => resource)
      .find(isRepository)
      ?.split("/") ?? [];
  if (id === undefined) throw new Error("The plan grants nothing on a repository.");
  return id;
};

const isRepository = (resource: string): boolean => resource.startsWith("repositories/");

async function call(
  { world, token }: Target,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const answer = await rest(`${world.emulator.url}/${path}`, {
    ...{ token, ...(body === undefined ? {} : { body }) },
  });
  if (answer.status === 200) return answer.body;
  throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
