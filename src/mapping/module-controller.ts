import { memberName } from "./grant-command.ts";
import { hclText } from "./hcl-text.ts";
import type { ReadinessPlace } from "./readiness-facts.ts";
import { accountEmail } from "./runner-account.ts";

/** Default of the module's `controller_account_id`. */
const CONTROLLER_ID = "al-controller";

export const controllerOf = (project: string): string => accountEmail(CONTROLLER_ID, project);

/** `terraform apply`, and the resource of the module in terraform/ that it must make. */
export const apply = (resource: string, ...settings: readonly (string | undefined)[]): string =>
  [...settings.filter((each) => each !== undefined), `terraform apply  # ${resource}`].join("; ");

type Place = Pick<ReadinessPlace, "project" | "principal" | "alFlags" | "everyAgent">;

/**
 * Gives the caller what the module gives its controller. The module grants to nobody else: others are let act as the controller,
 * and al is told to.
 */
export function applyForCaller(place: Place, resource: string, argument?: string): string {
  const { project, principal, alFlags } = place;
  const id = possibleController(place);
  if (id === CONTROLLER_ID) return apply(resource, argument);
  // The id is the module's to choose, and changing it would replace the account: so it is a condition here, and no argument.
  if (id !== undefined)
    return apply(`${resource}, where controller_account_id = ${hclText(id)}`, argument);
  const member = hclText(memberName(principal));
  return [
    `controller_impersonators = [${member}]; terraform apply`,
    `al gcp init${alFlags} --auth impersonate --impersonate ${controllerOf(project)}  # google_service_account_iam_member.controller_impersonator[${member}]`,
  ].join(" && ");
}

/** The id of a service account of the project that no agent runs as. */
function possibleController({ project, principal, everyAgent }: Place): string | undefined {
  const [id = "", domain] = principal.split("@");
  const isOfProject = accountEmail(id, project) === `${id}@${domain}`;
  return isOfProject && everyAgent.every(({ account }) => account !== principal) ? id : undefined;
}
