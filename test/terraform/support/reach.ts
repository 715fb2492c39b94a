import { readSetUp } from "./grants.ts";

/** A request of REST, in which `$DIGEST` stands for that of the image that is there; GET without a body, POST with one, unless it says otherwise. */
type Request = readonly [path: string, body?: object | undefined, method?: string];

const SET_UP = readSetUp("per-agent");
export const CONTROLLER = SET_UP.serviceAccounts.controller ?? "";
const RUNNER = SET_UP.serviceAccounts["runner/it"] ?? "";
/** The account of another program in the project. */
export const REPORTER = "reporter@demo-project.iam.gserviceaccount.com";
const COMPUTE = "123456789012-compute@developer.gserviceaccount.com";

const PROJECT = "projects/demo-project";
const SECRETS = `/v1/${PROJECT}/secrets`;
export const JOBS = `/v2/${PROJECT}/locations/us-central1/jobs`;
const REPOSITORY = `/v1/${PROJECT}/locations/us-central1/repositories/al-agents`;
const PACKAGE_NAME = `${PROJECT}/locations/us-central1/repositories/al-agents/packages/it`;
const PACKAGE = `/v1/${PACKAGE_NAME}`;
const IMAGE = "/v2/demo-project/al-agents/it";
const ACCOUNTS = `/v1/${PROJECT}/serviceAccounts`;
const OURS = `${SECRETS}/al--github_token--default--token`;

const DATA = { payload: { data: "ZmFrZQ==" } };
const SECRET = { replication: { automatic: {} } };
const NOBODY = { policy: { bindings: [] } };
const FULL = { scope: ["https://www.googleapis.com/auth/cloud-platform"] };
const LOG = { logName: `${PROJECT}/logs/x`, resource: { type: "global" }, textPayload: "x" };
const OTHER_COMMAND = { overrides: { containerOverrides: [{ args: ["id"] }] } };

export const job = (serviceAccount: string) => ({
  template: { template: { serviceAccount, containers: [{ image: "host.local/agent:latest" }] } },
});

const token = (account: string): Request => [`${ACCOUNTS}/${account}:generateAccessToken`, FULL];

/** Each sentence of docs/permissions.md on what whoever holds the controller's key can do, as requests. */
export const CAN: Readonly<Record<string, readonly Request[]>> = {
  "read every value under the prefix, replaced ones too": [
    [`${OURS}/versions/1:access`],
    [`${OURS}/versions/2:access`],
  ],
  "add values under the prefix, destroy them, and delete those secrets": [
    [`${SECRETS}/al--spare:addVersion`, DATA],
    [`${SECRETS}/al--spare/versions/1:destroy`, {}],
    [`${SECRETS}/al--spare`, undefined, "DELETE"],
  ],
  "see the names and labels of all secrets of the project": [[SECRETS]],
  "make a secret of any name, empty": [[`${SECRETS}?secretId=foreign`, SECRET]],
  "make a job with any image and command that runs as one of the runners, and so read what that runner may read":
    [[`${JOBS}?jobId=mine`, job(RUNNER)]],
  "run any job of the project with other arguments and variables, whoever made it and whatever it runs as":
    [[`${JOBS}/reporting:run`, OTHER_COMMAND]],
  "delete any job of the project": [[`${JOBS}/doomed`, undefined, "DELETE"]],
  "see every run of the project, with its prompt": [[`${JOBS}/-/executions`]],
  "read the project's logs, those of other programs too": [
    ["/v2/entries:list", { resourceNames: [PROJECT] }],
  ],
  "push images into the one repository, under the tags of the agents too": [
    [`${IMAGE}/blobs/uploads/`, {}],
    [`${PACKAGE}/tags/latest`, { version: `${PACKAGE_NAME}/versions/$DIGEST` }, "PATCH"],
  ],
};

/** And what they cannot. */
export const CANNOT: Readonly<Record<string, readonly Request[]>> = {
  "read a value outside the prefix": [[`${SECRETS}/other--db/versions/1:access`]],
  "add a value outside the prefix": [[`${SECRETS}/other--db:addVersion`, DATA]],
  "change or delete a secret outside the prefix": [
    [`${SECRETS}/other--db?updateMask=labels`, { labels: { x: "y" } }, "PATCH"],
    [`${SECRETS}/other--db/versions/1:destroy`, {}],
    [`${SECRETS}/other--db`, undefined, "DELETE"],
  ],
  "change who may do what in the project": [[`/v3/${PROJECT}:setIamPolicy`, NOBODY]],
  "change who may do what with a secret under the prefix": [[`${OURS}:setIamPolicy`, NOBODY]],
  "change who may do what with a job": [[`${JOBS}/reporting:setIamPolicy`, NOBODY]],
  "change who may act as a runner": [[`${ACCOUNTS}/${RUNNER}:setIamPolicy`, NOBODY]],
  "read the project's policy": [[`/v3/${PROJECT}:getIamPolicy`, {}]],
  "make a job that runs as another account than the runners, the default compute account or the controller itself":
    [
      [`${JOBS}?jobId=as-reporter`, job(REPORTER)],
      [`${JOBS}?jobId=as-compute`, job(COMPUTE)],
      [`${JOBS}?jobId=as-controller`, job(CONTROLLER)],
      [`${JOBS}?jobId=as-default`, job("")],
    ],
  "get a token of a runner": [token(RUNNER)],
  "get a token of another account": [token(REPORTER), token(COMPUTE)],
  "disable an account": [[`${ACCOUNTS}/${RUNNER}:disable`, {}]],
  "change a job that is there": [[`${JOBS}/reporting`, job(RUNNER), "PATCH"]],
  "delete a run and its traces": [[`${JOBS}/reporting/executions/any`, undefined, "DELETE"]],
  "write log entries": [["/v2/entries:write", { entries: [LOG] }]],
  "turn on an API": [[`/v1/${PROJECT}/services/compute.googleapis.com:enable`, {}]],
  "delete images": [
    [`${IMAGE}/manifests/latest`, undefined, "DELETE"],
    [PACKAGE, undefined, "DELETE"],
  ],
  "delete the repository": [[REPOSITORY, undefined, "DELETE"]],
  "push images into another repository": [["/v2/demo-project/others/it/blobs/uploads/", {}]],
};
