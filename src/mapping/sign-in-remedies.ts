import { accountProject, memberName } from "./grant-command.ts";
import { hclText } from "./hcl-text.ts";
import { apply, controllerOf } from "./module-controller.ts";
import type { Remedy } from "./readiness-check.ts";
import type { ReadinessPlace } from "./readiness-facts.ts";

/** A new key of an account, where al looks for one. */
export function newKey(
  { credential }: Pick<ReadinessPlace, "credential">,
  account: string,
): Remedy {
  const make = `gcloud iam service-accounts keys create key.json --iam-account=${account}`;
  if (credential === undefined)
    return {
      gcloud: `${make} && export GOOGLE_APPLICATION_CREDENTIALS="$PWD/key.json"`,
      terraform: `${MODULE_KEY} > key.json`,
    };
  return {
    gcloud: `${make} && al creds add ${credential} --from-file key_json=key.json`,
    terraform: `${MODULE_KEY} | al creds add ${credential} --stdin key_json`,
  };
}

/** The output is that of the main.tf that `al gcp init --print-terraform` prints. */
const MODULE_KEY =
  "create_key = true; terraform apply && terraform output -raw controller_key_json";

/** For an account of another project: a key of this project's controller, or acting as it. */
export function strangerRemedy(place: ReadinessPlace): Remedy {
  const { principal, project, auth, alFlags } = place;
  const controller = controllerOf(project);
  const home = accountProject(principal);
  const otherwise = `  # if ${home} is meant: al gcp init${alFlags} --gcp-project ${home}`;
  if (auth === "key") {
    const { gcloud, ...others } = newKey(place, controller);
    return { gcloud: gcloud + otherwise, ...others };
  }
  const member = hclText(memberName(principal));
  return {
    gcloud: `al gcp init${alFlags} --auth impersonate --impersonate ${controller}${otherwise}`,
    terraform: apply(
      `google_service_account_iam_member.controller_impersonator[${member}]`,
      `controller_impersonators = [${member}]`,
    ),
  };
}

/** For a project that is not there, or is hidden: an account's own project is the likeliest one that was meant. */
export function projectRemedy({ principal, project, alFlags }: ReadinessPlace): Remedy {
  const home = accountProject(principal);
  const init = `al gcp init${alFlags} --gcp-project`;
  return {
    gcloud:
      home === undefined || home === project
        ? `gcloud projects list  # then: ${init} <one of them>`
        : `${init} ${home}`,
    terraform: apply(
      'google_project_iam_member.controller["doctor"]',
      `project = ${hclText(project)}`,
    ),
  };
}
