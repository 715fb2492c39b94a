// Writes docs/permissions.md from the built list of permissions: npm run build && node scripts/permissions-doc.mjs
// What stands here and not in that list is held to the module and to the emulator by test/terraform.
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { REACH } from "./permissions-reach.mjs";

const SERVICES = "google.api.serviceusage.v1.ServiceUsage";

/** What `al doctor` looks at: without it a check is unknown, and nothing else is amiss. */
export const DOCTOR = [
  {
    permission: "resourcemanager.projects.get",
    on: "project",
    methods: ["google.cloud.resourcemanager.v3.Projects.GetProject"],
    commands: ["doctor"],
    why: "know the project's number, with which conditions of grants are written",
    role: "roles/browser",
  },
  {
    permission: "run.locations.list",
    on: "project",
    methods: ["google.cloud.location.Locations.ListLocations"],
    commands: ["doctor"],
    why: "see whether Cloud Run is in the region",
    role: "roles/run.viewer",
  },
  {
    permission: "serviceusage.services.get",
    on: "project",
    methods: [`${SERVICES}.BatchGetServices`],
    commands: ["doctor"],
    why: "see which APIs are on",
    role: "roles/serviceusage.serviceUsageViewer",
  },
  {
    permission: "iam.serviceAccounts.get",
    on: "account",
    methods: ["google.iam.admin.v1.IAM.GetServiceAccount"],
    commands: ["doctor"],
    why: "see whether a runner is there and not disabled",
    role: "roles/iam.serviceAccountUser",
  },
];

/** What the module grants with Google's roles on the repository of images, and no command has used yet. */
export const UNUSED = [
  {
    what: "`artifactregistry.repositories.downloadArtifacts`",
    why: "`al doctor` asks whether it is held, by testIamPermissions, which uses nothing, and names it as missing, with the command that grants it (`roles/artifactregistry.reader`). `docker pull` with the controller's account needs it (`docker.GetManifest`).",
    permissions: ["artifactregistry.repositories.downloadArtifacts"],
  },
  {
    what: "`artifactregistry.repositories.uploadArtifacts`",
    why: "The same (`roles/artifactregistry.writer`): `docker push` with the controller's account needs it (`docker.PutManifest`). Where images are pushed by somebody else, `roles/artifactregistry.writer` may go out of `repository_roles`; `al doctor` then calls it missing, and runs do without.",
    permissions: ["artifactregistry.repositories.uploadArtifacts"],
  },
  {
    what: "what else `roles/artifactregistry.writer` holds",
    why: "It comes with the role, on this one repository: reading images, and setting tags, which a push does. It deletes nothing. `al doctor` uses `repositories.get` and `tags.get` of it.",
    permissions: [
      ...["dockerimages.get", "dockerimages.list", "files.get", "files.list", "packages.get"],
      ...["packages.list", "repositories.list", "tags.create", "tags.list", "tags.update"],
      ...["versions.get", "versions.list"],
    ].map((name) => `artifactregistry.${name}`),
  },
  {
    what: "`roles/artifactregistry.reader`",
    why: "`roles/artifactregistry.writer` holds all of it. It is granted by itself so that images can still be looked for where the writer's role is taken away.",
    permissions: [],
  },
];

/** Roles of those who act as the controller. */
export const ACTING = [
  {
    role: "roles/iam.serviceAccountTokenCreator",
    on: "controller",
    who: "each of `controller_impersonators`",
    why: "get tokens of the controller",
  },
  {
    role: "roles/serviceusage.serviceUsageConsumer",
    on: "project",
    who: "the people among them: users, groups, a workforce pool",
    why: "have that call counted on the project (`serviceusage.services.use`); Google refuses a person's call otherwise. It also shows which APIs are on, and how much of their quotas is used",
  },
  {
    role: "roles/iam.workloadIdentityUser",
    on: "controller",
    who: "workflows of `github_repository`, of `github_ref` alone where that is set",
    why: "get tokens of the controller",
  },
];

/** What `al doctor` asks for without being granted it; it goes on without the answer. */
export const ASKED_IN_VAIN = [
  {
    permission: "resourcemanager.projects.getIamPolicy",
    otherwise: "whether a runner may read its secrets is reported as unknown",
  },
  {
    permission: "secretmanager.secrets.getIamPolicy",
    otherwise: "the same, of a grant on a single secret",
  },
];

const ON = {
  project: "the project",
  secrets: "secrets whose id begins with the prefix and `--`",
  account: "each runner's account",
  repository: "the repository of images",
};

/** The whole page. */
export const renderPermissions = (required) =>
  [
    "# Permissions",
    "",
    "Who may do what, and why. `terraform/` grants exactly this; [its README](../terraform/README.md) shows how. The tests in",
    "`test/terraform` do all that `al` does with exactly these rights, and then again without each single one, until something fails.",
    "This page is made from `src/mapping/required-permissions.ts`: `npm run docs`.",
    "",
    "## The controller: the account that `al` signs in as",
    "",
    "Without one of these, a command fails or shows less; `al doctor --runtime cloudrun` names it as missing, with the command that grants it. A",
    "right *on secrets* is bound to their names by a condition; a right *on the project* reaches all of its jobs, runs and logs. The role is the",
    "smallest of Google's that holds the permission, where custom roles may not be made.",
    "",
    ...table(required.filter(({ commands }) => commands.length > 0)),
    "",
    "### For `al doctor` only",
    "",
    "Without one of these, doctor reports something as unknown.",
    "",
    ...table(DOCTOR),
    "",
    "### Granted, and not used",
    "",
    "The module's own roles hold nothing that is not used. Two roles of Google's are given on the repository of images, and no command pulls or",
    "pushes images:",
    "",
    "| What | Why it is granted |",
    "|---|---|",
    ...UNUSED.map(({ what, why }) => `| ${what} | ${why} |`),
    "",
    "### Asked for, and not granted",
    "",
    "Policies tell who works on the project. Whoever wants these answers grants the permissions by hand.",
    "",
    "| Permission | Without it |",
    "|---|---|",
    ...ASKED_IN_VAIN.map(({ permission, otherwise }) => `| \`${permission}\` | ${otherwise} |`),
    "",
    "## Who acts as the controller",
    "",
    "| Role | On | Who | Why |",
    "|---|---|---|---|",
    ...ACTING.map(
      ({ role, on, who, why }) =>
        `| \`${role}\` | ${on === "project" ? ON.project : "the controller's account"} | ${who} | ${why} |`,
    ),
    "",
    "Accounts and workloads are counted on no project of their choice, so they get the first or the last of these alone.",
    "",
    "## A runner: the account that an agent's jobs run as",
    "",
    "| Permission | On | Call | Why | Role |",
    "|---|---|---|---|---|",
    "| `secretmanager.versions.access` | secrets of the agent's own credentials (of all credentials, where runners are shared) | `SecretManagerService.AccessSecretVersion` | Cloud Run mounts the agent's credentials in its name | `roles/secretmanager.secretAccessor` |",
    "",
    "An agent can use all that its runner may do, through the metadata server of its job: with a runner of its own it reads its own credentials",
    "and nothing else; with a shared one it reads those of every agent.",
    "",
    "## What a stolen controller's key can do",
    "",
    "The same goes for whoever may act as the controller. It **can**",
    "",
    ...REACH.can.map((each) => `- ${each}`),
    "",
    "and it **cannot**",
    "",
    ...REACH.cannot.map((each) => `- ${each}`),
    "",
    "So a project that holds nothing else is the best place for agents: rights on jobs and logs cannot be bound to names.",
    "",
  ].join("\n");

function table(rows) {
  return [
    "| Permission | On | Call | Commands | al needs it to | Role |",
    "|---|---|---|---|---|---|",
    ...rows.map(({ permission, on, methods, commands, why, role }) => {
      const calls = methods.map((method) => `\`${method.split(".").slice(-2).join(".")}\``);
      const verbs = commands.map((command) => `\`al ${command}\``);
      const cells = [`\`${permission}\``, ON[on], calls.join(", "), verbs.join(", "), why];
      return `| ${[...cells, `\`${role}\``].join(" | ")} |`;
    }),
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { REQUIRED_PERMISSIONS } = await import("../dist/src/mapping/required-permissions.js");
  const page = fileURLToPath(new URL("../docs/permissions.md", import.meta.url));
  writeFileSync(page, renderPermissions(REQUIRED_PERMISSIONS));
}
