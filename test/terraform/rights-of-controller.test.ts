import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRepository, pushImage } from "../emulator/testing/push-image.ts";
import { makeSecret } from "../support/rest.ts";
import { makeWorld, type World } from "../support/world.ts";
import { readSetUp, seedOf } from "./support/grants.ts";
import { CAN, CANNOT, CONTROLLER, JOBS, job, REPORTER } from "./support/reach.ts";

const { REACH } = await import(
  new URL("../../scripts/permissions-reach.mjs", import.meta.url).href
);
const ACCOUNT = `/v1/projects/-/serviceAccounts/${CONTROLLER}`;
const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

let world: World;
/** What whoever holds the key signs in with. */
let stolen: string;
/** Of the image that is there. */
let digest = "";
beforeAll(async () => {
  world = await makeWorld();
  const seed = seedOf(readSetUp("per-agent"));
  const serviceAccounts = [...seed.serviceAccounts, { email: REPORTER }];
  await world.control("/emulator/seed", { ...seed, serviceAccounts });
  await makeSecret(world, "al--github_token--default--token", ["fake one", "fake two"]);
  await makeSecret(world, "al--spare", []);
  await makeSecret(world, "other--db", ["fake value of somebody else"], {});
  for (const id of ["al-agents", "others"]) await makeRepository(world.emulator.url, id);
  digest = await pushImage(`${world.emulator.url}/v2/demo-project/al-agents/it`);
  for (const id of ["reporting", "doomed"]) await makeJob(id);
  const answer = await send("owner", `${ACCOUNT}:generateAccessToken`, { scope: SCOPES });
  stolen = JSON.parse(answer.text).accessToken;
});
afterAll(() => world?.close());

/** A job of somebody else's, ready to run. */
async function makeJob(id: string): Promise<void> {
  const { text } = await send("owner", `${JOBS}?jobId=${id}`, job(REPORTER));
  await send("owner", `/v2/${JSON.parse(text).name}:wait`, {});
}

async function send(token: string, path: string, body?: object, method?: string) {
  const answer = await fetch(`${world.emulator.url}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body).replace("$DIGEST", digest) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** What became of each request, in a word. */
async function tried(requests: (typeof CAN)[string]): Promise<string[]> {
  const answers: string[] = [];
  for (const [path, body, method] of requests) {
    const { status, text } = await send(stolen, path, body, method);
    const words: Readonly<Record<number, string>> = { 200: "done", 202: "done", 403: "denied" };
    answers.push(words[status] ?? `${status} ${text}`);
  }
  return answers;
}

describe("whoever holds the controller's key can", () => {
  test("what docs/permissions.md says, and nothing more is said there", () =>
    expect(Object.keys(CAN)).toEqual(REACH.can));

  test.each(Object.entries(CAN))("%s", async (_sentence, requests) =>
    expect(await tried(requests)).toEqual(requests.map(() => "done")),
  );
});

describe("whoever holds the controller's key cannot", () => {
  test("what docs/permissions.md says, and nothing more is said there", () =>
    expect(Object.keys(CANNOT)).toEqual(REACH.cannot));

  test.each(Object.entries(CANNOT))("%s", async (_sentence, requests) =>
    expect(await tried(requests)).toEqual(requests.map(() => "denied")),
  );
});
