import { accountsOf } from "./readiness-accounts.ts";
import { dependingOn } from "./readiness-apis.ts";
import { type Check, missing, ok, type Remedy, unclear } from "./readiness-check.ts";
import type { Asked, ProjectFacts, ReadinessPlace } from "./readiness-facts.ts";
import { repositorySuffix } from "./readiness-images.ts";
import {
  createProbe,
  grantOnAccount,
  grantOnRepository,
  grantPermission,
  probeId,
} from "./readiness-remedies.ts";
import { repositoriesOf } from "./repositories.ts";
import { apiOf, REQUIRED_PERMISSIONS, type RequiredPermission } from "./required-permissions.ts";

type Held = Asked<ReadonlySet<string>>;

/** Each permission of the caller, on the resources that it is needed on. */
export const permissionChecks = (place: ReadinessPlace, facts: ProjectFacts): Check[] =>
  REQUIRED_PERMISSIONS.flatMap((required) =>
    checksOf(required, place, facts).map((check) =>
      dependingOn(apiOf(required.permission), facts, check),
    ),
  );

function checksOf(
  required: RequiredPermission,
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check[] {
  switch (required.on) {
    case "project":
      return [onProject(required, place, facts)];
    case "secrets":
      return [onSecrets(required, place, facts)];
    case "account":
      return accountsOf(place).map(({ account }) => onAccount(required, account, place, facts));
    case "repository":
      return repositoriesOf(place)
        .filter((repository) => isUsedOn(required, repository, place))
        .map((repository) => onRepository(required, repository, place, facts));
  }
}

const about = ({ permission }: RequiredPermission, on: string, suffix = "") => ({
  id: `permission:${permission}${suffix}`,
  subject: `${permission} ${on}`,
});

const onWhole = ({ permission }: RequiredPermission, { held }: ProjectFacts): boolean =>
  held.kind === "known" && held.value.has(permission);

const withNumber = (place: ReadinessPlace, { project }: ProjectFacts) => ({
  ...place,
  projectNumber: project.kind === "known" ? project.value.number : undefined,
});

const need = ({ why, commands }: RequiredPermission): string =>
  commands.length > 0
    ? `al needs it to ${why}`
    : `it takes this to ${why} with the same account; al itself does not`;

function onProject(
  required: RequiredPermission,
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check {
  const subject = about(required, `on project ${place.project}`);
  if (facts.held.kind === "unknown") return unclear(subject, facts.held.why);
  if (onWhole(required, facts)) return ok(subject);
  return missing(subject, need(required), grantPermission(required, withNumber(place, facts)));
}

/** A right that is bound to names shows only on a secret of such a name. */
function onSecrets(
  required: RequiredPermission,
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check {
  const subject = about(required, `on secrets ${place.secretPrefix}--*`);
  if (onWhole(required, facts)) return ok(subject);
  const { probe } = facts;
  switch (probe.kind) {
    case "there":
      return probe.held.has(required.permission)
        ? ok(subject)
        : missing(subject, need(required), grantPermission(required, withNumber(place, facts)));
    case "absent":
      return unclear(
        subject,
        `it is not held on the whole project, and there is no secret ${probeId(place.secretPrefix)} to ask about`,
        createProbe(place),
      );
    case "unknown":
      return unclear(subject, probe.why);
  }
}

function onAccount(
  required: RequiredPermission,
  account: string,
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check {
  const subject = about(required, `on ${account}`, `:${account}`);
  if (onWhole(required, facts)) return ok(subject);
  const found = facts.accounts.get(account);
  if (found?.state.kind === "known" && found.state.value === "absent")
    return unclear(subject, "there is no such account");
  const remedy = grantOnAccount(required, account, place);
  return decide(subject, { required, held: found?.held, remedy });
}

/** al pushes into the configured repository only; others, perhaps of somebody else, it reads. */
const isUsedOn = (
  { permission }: RequiredPermission,
  repository: string,
  place: ReadinessPlace,
): boolean =>
  repository === place.repository || permission !== "artifactregistry.repositories.uploadArtifacts";

function onRepository(
  required: RequiredPermission,
  repository: string,
  place: ReadinessPlace,
  facts: ProjectFacts,
): Check {
  const suffix = repositorySuffix(repository, place);
  const subject = about(required, `on ${repository}`, suffix);
  const found = facts.repositories.get(repository);
  // The repository may lie in another project than the one that was asked about.
  if (found?.exists.kind === "known" && !found.exists.value)
    return unclear(subject, "there is no such repository");
  const remedy = grantOnRepository(required, repository, place);
  return decide(subject, { required, held: found?.held, remedy });
}

function decide(
  subject: ReturnType<typeof about>,
  given: {
    readonly required: RequiredPermission;
    readonly held: Held | undefined;
    readonly remedy: Remedy;
  },
): Check {
  const { required, held, remedy } = given;
  if (held === undefined) return unclear(subject, "nobody was asked");
  if (held.kind === "unknown") return unclear(subject, held.why);
  return held.value.has(required.permission)
    ? ok(subject)
    : missing(subject, need(required), remedy);
}
