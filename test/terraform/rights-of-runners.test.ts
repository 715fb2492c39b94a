import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { makeSecret } from "../support/rest.ts";
import { CLOUD_TOML } from "../support/world.ts";
import { readSetUp, seedOf } from "./support/grants.ts";
import { CONTROLLER, type Machine, makeStage, RUNNER, type Stage } from "./support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await makeStage();
});
afterAll(() => stage?.close());

const PROJECT = "projects/demo-project";
const JOBS = `/v2/${PROJECT}/locations/us-central1/jobs`;
const ACCOUNTS = "/v1/projects/-/serviceAccounts";
const METADATA = "/computeMetadata/v1/instance/service-accounts";
const FULL = { scope: ["https://www.googleapis.com/auth/cloud-platform"] };
const DATA = { payload: { data: "ZmFrZQ==" } };

/** Secrets of nobody whom the agent has to do with. */
const OTHERS = ["al--github_token--read-only--token", "al--git_ssh--bottyx--email", "other--db"];

const read = (id: string): string => `/v1/${PROJECT}/secrets/${id}/versions/1:access`;
const OWN = "al--github_token--default--token";

type Probe = readonly [sentence: string, status: number, path: string, body?: object];

const PROBES: readonly Probe[] = [
  ["read its own credential", 200, read(OWN)],
  ["read the files of its own credential", 200, read("al--git_ssh--botty--_files")],
  ["read another agent's credential", 403, read("al--github_token--read-only--token")],
  ["read a credential whose name begins like its own", 403, read("al--git_ssh--bottyx--email")],
  ["read a secret that is not al's", 403, read("other--db")],
  ["read a secret that is not there", 403, read("al--nothing")],
  ["list the secrets", 403, `/v1/${PROJECT}/secrets`],
  ["see what is said of its own secret", 403, `/v1/${PROJECT}/secrets/${OWN}`],
  ["list the versions of its own secret", 403, `/v1/${PROJECT}/secrets/${OWN}/versions`],
  ["add a version to its own secret", 403, `/v1/${PROJECT}/secrets/${OWN}:addVersion`, DATA],
  ["destroy its own secret", 403, `/v1/${PROJECT}/secrets/${OWN}/versions/1:destroy`, {}],
  ["list the jobs", 403, JOBS],
  ["read its own job", 403, `${JOBS}/$CLOUD_RUN_JOB`],
  ["run itself again", 403, `${JOBS}/$CLOUD_RUN_JOB:run`, {}],
  ["read its own run", 403, `${JOBS}/$CLOUD_RUN_JOB/executions/$CLOUD_RUN_EXECUTION`],
  ["cancel its own run", 403, `${JOBS}/$CLOUD_RUN_JOB/executions/$CLOUD_RUN_EXECUTION:cancel`, {}],
  ["read logs", 403, "/v2/entries:list", { resourceNames: [PROJECT] }],
  ["get a token of the controller", 403, `${ACCOUNTS}/${CONTROLLER}:generateAccessToken`, FULL],
  [
    ...(["get a token of another agent's runner", 403] as const),
    ...([`${ACCOUNTS}/${RUNNER.replace("-it@", "-dev@")}:generateAccessToken`, FULL] as const),
  ],
  ["read the project's policy", 403, `/v3/${PROJECT}:getIamPolicy`, {}],
  ["change the project's policy", 403, `/v3/${PROJECT}:setIamPolicy`, { policy: {} }],
  ["see the project", 403, `/v3/${PROJECT}`],
  ["list images", 403, `/v1/${PROJECT}/locations/us-central1/repositories`],
  ["ask the metadata server for its account", 200, `metadata:${METADATA}/default/email`],
  ["ask the metadata server for another account", 404, `metadata:${METADATA}/${CONTROLLER}/token`],
];

/** The same with a runner that all agents share, for an agent that lists no credential. */
const SHARED: readonly Probe[] = [
  ["read another agent's credential", 200, read("al--github_token--read-only--token")],
  ["read a secret that is not al's", 403, read("other--db")],
  ["list the secrets", 403, `/v1/${PROJECT}/secrets`],
  ["list the jobs", 403, JOBS],
];

/** What an agent does that looks around with the rights of its job. */
const probing = (url: string, probes: readonly Probe[]): string => `
${process.execPath} - <<'END'
  const { env } = process;
  const flavor = { "metadata-flavor": "Google" };
  const metadata = "http://" + env.GCE_METADATA_HOST;
  const ask = async (token, [sentence, , path, body]) => {
    const own = path.startsWith("metadata:");
    const place = path.replace("metadata:", "").replace(/\\$(CLOUD_RUN_\\w+)/g, (_, name) => env[name]);
    const headers = own ? flavor : { authorization: "Bearer " + token, "content-type": "application/json" };
    const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const { status } = await fetch((own ? metadata : ${JSON.stringify(url)}) + place, init);
    console.log(sentence + ": " + status);
  };
  (async () => {
    const token = await fetch(metadata + "${METADATA}/default/token", { headers: flavor });
    const { access_token } = await token.json();
    for (const probe of ${JSON.stringify(probes)}) await ask(access_token, probe);
  })();
END`;

/** Everything that somebody else has, before an agent looks around. */
async function makeOthers({ world }: Machine): Promise<void> {
  for (const id of OTHERS) await makeSecret(world, id, ["fake value of somebody else"]);
}

describe("an agent that uses the rights of its job", () => {
  test("reads its own credentials and nothing else, where it has a runner of its own", async () => {
    const { ended, said } = await stage.perform({
      before: makeOthers,
      async does(machine) {
        const script = probing(machine.world.emulator.url, PROBES);
        const { code, stdout } = await machine.al(run(machine.project({ script })));
        return { code, lines: stdout.trim().split("\n") };
      },
      ends: undefined,
    });
    const lines = PROBES.map(([sentence, status]) => `${sentence}: ${status}`);
    expect(ended, said).toEqual({ code: 0, lines });
  });

  test("reads every credential under the prefix, where all agents have one runner", async () => {
    const { ended, said } = await stage.perform({
      async before(machine) {
        await machine.world.control("/emulator/seed", seedOf(readSetUp("shared")));
        await makeOthers(machine);
      },
      async does({ world }) {
        const script = probing(world.emulator.url, SHARED);
        const { code, stdout } = await world.al(run(world.project(agent(script), CLOUD_TOML)));
        return { code, lines: stdout.trim().split("\n") };
      },
      ends: undefined,
    });
    const lines = SHARED.map(([sentence, status]) => `${sentence}: ${status}`);
    expect(ended, said).toEqual({ code: 0, lines });
  });
});
