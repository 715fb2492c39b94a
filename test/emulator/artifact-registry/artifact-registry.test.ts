import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { type Emulator, startEmulator } from "../start.ts";
import { discoveryMethods } from "../testing/discovery.ts";
import { makeRepository, OCI_MANIFEST, pushImage } from "../testing/push-image.ts";
import { rest } from "../testing/rest.ts";

const LOCATION = "projects/demo-project/locations/us-central1";
const IMAGES = `${LOCATION}/repositories/images`;
const TIME = expect.stringMatching(/^\d{4}-.*Z$/);

const documented = discoveryMethods().filter(({ id }) => id.startsWith("artifactregistry."));
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, executor: "simulate", log: () => undefined });
});
afterAll(() => emulator?.close());
beforeEach(async () => {
  await rest(`${emulator.url}/emulator/reset`, { body: {} });
  await makeRepository(emulator.url, "images");
});

/** A call, whose answer must be as Google's discovery document says. */
async function call(
  verb: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> {
  const answer = await rest(`${emulator.url}/v1/${path}`, {
    method: verb,
    ...(body === undefined ? {} : { body }),
  });
  const plain = `/v1/${path.split("?")[0]}`.replaceAll("sha256:", "sha256%3A");
  const method = documented.find(({ matches }) => matches(verb, plain));
  expect(method, `${verb} ${plain}`).toBeDefined();
  if (answer.status === 200) expect(method?.check(answer.body)).toEqual([]);
  return answer;
}

const get = async (path: string): Promise<Json> => (await call("GET", path)).body;

/** Waits for the operation that the call answers. */
async function ended(verb: string, path: string, body?: unknown): Promise<Json> {
  const { status, body: operation } = await call(verb, path, body);
  expect(status, JSON.stringify(operation)).toBe(200);
  let current = operation;
  while (current.done !== true) {
    expect(current.error).toBeUndefined();
    current = await get(operation.name);
  }
  return current;
}

const push = (image: string, reference: string, config: Json = {}): Promise<string> =>
  pushImage(`${emulator.url}/v2/demo-project/images/${image}`, { reference, config });

describe("a repository", () => {
  test("is made by an operation, read, changed and deleted", async () => {
    const made = await ended("POST", `${LOCATION}/repositories?repositoryId=mine`, {
      format: "DOCKER",
      labels: { team: "a" },
      cleanupPolicies: { old: { id: "old", action: "DELETE", condition: { olderThan: "86400s" } } },
    });
    const resource = {
      name: `${LOCATION}/repositories/mine`,
      format: "DOCKER",
      mode: "STANDARD_REPOSITORY",
      labels: { team: "a" },
      cleanupPolicies: { old: { id: "old", action: "DELETE", condition: { olderThan: "86400s" } } },
      createTime: TIME,
      updateTime: TIME,
      registryUri: "us-central1-docker.pkg.dev/demo-project/mine",
    };
    expect(made).toEqual({
      name: expect.stringMatching(`^${LOCATION}/operations/`),
      metadata: {
        "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata",
      },
      done: true,
      response: {
        "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.Repository",
        ...resource,
      },
    });
    expect(await get(`${LOCATION}/repositories/mine`)).toEqual(resource);
    const mask = "updateMask=labels,dockerConfig.immutableTags";
    const changed = await call("PATCH", `${LOCATION}/repositories/mine?${mask}`, {
      dockerConfig: { immutableTags: true },
      cleanupPolicyDryRun: true,
    });
    const { labels: _, ...kept } = resource;
    expect(changed.body).toEqual({ ...kept, dockerConfig: { immutableTags: true } });
    const { response } = await ended("DELETE", `${LOCATION}/repositories/mine`);
    expect(response["@type"]).toBe("type.googleapis.com/google.protobuf.Empty");
    expect((await call("GET", `${LOCATION}/repositories/mine`)).status).toBe(404);
  });

  test("is listed in its location only", async () => {
    await makeRepository(emulator.url, "more");
    await makeRepository(emulator.url, "far", { location: "europe-west1" });
    const { repositories } = await get(`${LOCATION}/repositories`);
    expect(repositories.map(({ name }: Json) => name.split("/").at(-1))).toEqual([
      "images",
      "more",
    ]);
  });
});

describe("what was pushed", () => {
  test("is a Docker image, a package, a version and a tag", async () => {
    const digest = await push("team/agent", "v1");
    const id = "team%2Fagent";
    const image = {
      name: `${IMAGES}/dockerImages/${id}@${digest}`,
      uri: `us-central1-docker.pkg.dev/demo-project/images/team/agent@${digest}`,
      tags: ["v1"],
      imageSizeBytes: expect.stringMatching(/^\d+$/),
      uploadTime: TIME,
      updateTime: TIME,
      mediaType: OCI_MANIFEST,
    };
    expect(await get(`${IMAGES}/dockerImages`)).toEqual({ dockerImages: [image] });
    expect(await get(image.name)).toEqual(image);
    const aPackage = { name: `${IMAGES}/packages/${id}`, createTime: TIME, updateTime: TIME };
    expect(await get(`${IMAGES}/packages`)).toEqual({ packages: [aPackage] });
    expect(await get(aPackage.name)).toEqual(aPackage);
    expect(await get(aPackage.name.replace("%", "%25"))).toEqual(aPackage);
    const name = `${aPackage.name}/versions/${digest}`;
    const tag = { name: `${aPackage.name}/tags/v1`, version: name };
    const { imageSizeBytes } = image;
    const version = {
      ...{ name, createTime: TIME, updateTime: TIME },
      metadata: { name: image.name, mediaType: OCI_MANIFEST, imageSizeBytes },
    };
    expect(await get(name)).toEqual(version);
    expect(await get(`${name}?view=FULL`)).toEqual({ ...version, relatedTags: [tag] });
    expect(await get(`${aPackage.name}/versions`)).toEqual({ versions: [version] });
    expect(await get(tag.name)).toEqual(tag);
    expect(await get(`${aPackage.name}/tags`)).toEqual({ tags: [tag] });
    const filter = encodeURIComponent(`version="${name}0"`);
    expect(await get(`${aPackage.name}/tags?filter=${filter}`)).toEqual({});
    expect((await get(IMAGES)).sizeBytes).toMatch(/^\d+$/);
  });

  test("has one entry per digest; the tag moves", async () => {
    const first = await push("a", "v1", { Cmd: ["1"] });
    const second = await push("a", "v1", { Cmd: ["2"] });
    const { dockerImages } = await get(`${IMAGES}/dockerImages`);
    const tags = dockerImages.map(({ name, tags }: Json) => [name.split("@")[1], tags]);
    expect(Object.fromEntries(tags)).toEqual({ [first]: undefined, [second]: ["v1"] });
    expect((await get(`${IMAGES}/packages/a/tags/v1`)).version).toMatch(second);
  });

  test("comes in pages that neither repeat nor miss when something goes meanwhile", async () => {
    for (const image of ["a", "b", "c", "d", "e"]) await push(image, "v1");
    const namesOf = ({ dockerImages }: Json): string[] =>
      dockerImages.map(({ uri }: Json) => uri.split("/")[3].split("@")[0]);
    const list = (query: string): Promise<Json> => get(`${IMAGES}/dockerImages?${query}`);
    const first = await list("pageSize=2");
    await ended("DELETE", `${IMAGES}/packages/b`);
    const second = await list(`pageSize=2&pageToken=${first.nextPageToken}`);
    const third = await list(`pageSize=2&pageToken=${second.nextPageToken}`);
    expect([first, second, third].map(namesOf)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(third.nextPageToken).toBeUndefined();
    expect(namesOf(await list("orderBy=name%20desc&pageSize=2"))).toEqual(["e", "d"]);
    expect(namesOf(await list("orderBy=upload_time")).sort()).toEqual(["a", "c", "d", "e"]);
  });

  test("gets further tags, which can be moved and taken away", async () => {
    const [one, two] = [await push("a", "v1", { Cmd: ["1"] }), await push("a", "v2")];
    const parent = `${IMAGES}/packages/a`;
    const version = (digest: string): string => `${parent}/versions/${digest}`;
    const made = await call("POST", `${parent}/tags?tagId=keep`, { version: version(one) });
    expect(made.body).toEqual({ name: `${parent}/tags/keep`, version: version(one) });
    const moved = await call("PATCH", `${parent}/tags/keep?updateMask=version`, {
      version: version(two),
    });
    expect(moved.body).toEqual({ name: `${parent}/tags/keep`, version: version(two) });
    expect((await call("DELETE", `${parent}/tags/keep`)).body).toEqual({});
    expect((await call("GET", `${parent}/tags/keep`)).status).toBe(404);
  });

  test("is deleted with its tags by force, or without any", async () => {
    const digest = await push("a", "v1");
    const version = `${IMAGES}/packages/a/versions/${digest}`;
    const refused = await call("DELETE", version);
    expect(refused.body.error).toMatchObject({
      status: "FAILED_PRECONDITION",
      message: "Manifest is still referenced by tag: v1",
    });
    await ended("DELETE", `${version}?force=true`);
    expect((await call("GET", version)).status).toBe(404);
    expect((await call("GET", `${IMAGES}/packages/a`)).status).toBe(404);
  });
});

test("tags of a repository that says they are immutable neither move nor go", async () => {
  const [one, two] = [await push("a", "v1", { Cmd: ["1"] }), await push("a", "v2")];
  await call("PATCH", `${IMAGES}?updateMask=dockerConfig`, {
    dockerConfig: { immutableTags: true },
  });
  const parent = `${IMAGES}/packages/a`;
  const status = async (verb: string, path: string, digest?: string): Promise<string> => {
    const tag = digest === undefined ? undefined : { version: `${parent}/versions/${digest}` };
    const { body } = await call(verb, `${parent}/${path}`, tag);
    return body.error?.status ?? "OK";
  };
  expect(await status("PATCH", "tags/v1", two)).toBe("FAILED_PRECONDITION");
  expect(await status("PATCH", "tags/v1", one)).toBe("OK");
  expect(await status("DELETE", "tags/v1")).toBe("FAILED_PRECONDITION");
  expect(await status("POST", "tags?tagId=v3", one)).toBe("OK");
});

describe("refuses", () => {
  const repositories = `${LOCATION}/repositories`;
  const docker = { format: "DOCKER" };
  test.each<[string, string, string, unknown, string]>([
    ["a repository without an id", "POST", repositories, docker, "INVALID_ARGUMENT"],
    ["an id with capitals", "POST", `${repositories}?repositoryId=A`, docker, "INVALID_ARGUMENT"],
    [
      "an id of 64 letters",
      "POST",
      `${repositories}?repositoryId=${"a".repeat(64)}`,
      docker,
      "INVALID_ARGUMENT",
    ],
    ["one that is there", "POST", `${repositories}?repositoryId=images`, docker, "ALREADY_EXISTS"],
    ["no format", "POST", `${repositories}?repositoryId=b`, {}, "INVALID_ARGUMENT"],
    [
      "another format",
      "POST",
      `${repositories}?repositoryId=b`,
      { format: "NPM" },
      "UNIMPLEMENTED",
    ],
    [
      "another mode",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, mode: "REMOTE_REPOSITORY" },
      "UNIMPLEMENTED",
    ],
    [
      "a key of one's own",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, kmsKeyName: "k" },
      "UNIMPLEMENTED",
    ],
    [
      "a label with capitals",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, labels: { A: "b" } },
      "INVALID_ARGUMENT",
    ],
    [
      "a policy under another id",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, cleanupPolicies: { a: { id: "b", action: "KEEP", condition: {} } } },
      "INVALID_ARGUMENT",
    ],
    [
      "to delete the most recent versions",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, cleanupPolicies: { a: { id: "a", action: "DELETE", mostRecentVersions: {} } } },
      "INVALID_ARGUMENT",
    ],
    [
      "an unknown field",
      "POST",
      `${repositories}?repositoryId=b`,
      { ...docker, colour: "red" },
      "INVALID_ARGUMENT",
    ],
    [
      "a strange project",
      "GET",
      "projects/other/locations/us-central1/repositories",
      undefined,
      "PERMISSION_DENIED",
    ],
    [
      "a strange location",
      "GET",
      "projects/demo-project/locations/Mars/repositories",
      undefined,
      "INVALID_ARGUMENT",
    ],
    ["an unknown repository", "GET", `${repositories}/none`, undefined, "NOT_FOUND"],
    ["to delete an unknown one", "DELETE", `${repositories}/none`, undefined, "NOT_FOUND"],
    ["to change an unknown one", "PATCH", `${repositories}/none`, {}, "NOT_FOUND"],
    ["to change the format", "PATCH", `${IMAGES}?updateMask=format`, docker, "INVALID_ARGUMENT"],
    [
      "images of an unknown repository",
      "GET",
      `${repositories}/none/dockerImages`,
      undefined,
      "NOT_FOUND",
    ],
    [
      "a strange order",
      "GET",
      `${IMAGES}/dockerImages?orderBy=colour`,
      undefined,
      "INVALID_ARGUMENT",
    ],
    ["a strange page", "GET", `${IMAGES}/dockerImages?pageToken=x`, undefined, "INVALID_ARGUMENT"],
    [
      "a negative page size",
      "GET",
      `${IMAGES}/dockerImages?pageSize=-1`,
      undefined,
      "INVALID_ARGUMENT",
    ],
    ["an image without a digest", "GET", `${IMAGES}/dockerImages/a`, undefined, "INVALID_ARGUMENT"],
    [
      "an unknown image",
      "GET",
      `${IMAGES}/dockerImages/a@sha256:${"0".repeat(64)}`,
      undefined,
      "NOT_FOUND",
    ],
    ["an unknown package", "GET", `${IMAGES}/packages/none`, undefined, "NOT_FOUND"],
    ["to delete an unknown package", "DELETE", `${IMAGES}/packages/none`, undefined, "NOT_FOUND"],
    [
      "an unknown version",
      "GET",
      `${IMAGES}/packages/a/versions/sha256:00`,
      undefined,
      "NOT_FOUND",
    ],
    [
      "to delete an unknown version",
      "DELETE",
      `${IMAGES}/packages/a/versions/sha256:00`,
      undefined,
      "NOT_FOUND",
    ],
    ["tags of an unknown package", "GET", `${IMAGES}/packages/none/tags`, undefined, "NOT_FOUND"],
    ["an unknown tag", "GET", `${IMAGES}/packages/a/tags/none`, undefined, "NOT_FOUND"],
    [
      "a tag that is there",
      "POST",
      `${IMAGES}/packages/a/tags?tagId=v1`,
      "DIGEST",
      "ALREADY_EXISTS",
    ],
    [
      "a tag that is none",
      "POST",
      `${IMAGES}/packages/a/tags?tagId=.x`,
      "DIGEST",
      "INVALID_ARGUMENT",
    ],
    [
      "a tag without a version",
      "POST",
      `${IMAGES}/packages/a/tags?tagId=x`,
      {},
      "INVALID_ARGUMENT",
    ],
    [
      "a tag for another package's version",
      "POST",
      `${IMAGES}/packages/a/tags?tagId=x`,
      { version: `${IMAGES}/packages/b/versions/sha256:00` },
      "INVALID_ARGUMENT",
    ],
    [
      "a tag for an unknown version",
      "POST",
      `${IMAGES}/packages/a/tags?tagId=x`,
      { version: `${IMAGES}/packages/a/versions/sha256:00` },
      "NOT_FOUND",
    ],
    ["to move an unknown tag", "PATCH", `${IMAGES}/packages/a/tags/none`, "DIGEST", "NOT_FOUND"],
    [
      "to delete an unknown tag",
      "DELETE",
      `${IMAGES}/packages/a/tags/none`,
      undefined,
      "NOT_FOUND",
    ],
    ["a strange filter", "GET", `${IMAGES}/packages/a/tags?filter=x`, undefined, "UNIMPLEMENTED"],
    ["an unknown operation", "GET", `${LOCATION}/operations/none`, undefined, "NOT_FOUND"],
    [
      "the policy of an unknown one",
      "GET",
      `${repositories}/none:getIamPolicy`,
      undefined,
      "NOT_FOUND",
    ],
  ])("%s", async (_sentence, verb, path, given, status) => {
    const digest = await push("a", "v1");
    const body =
      given === "DIGEST" ? { version: `${IMAGES}/packages/a/versions/${digest}` } : given;
    const answer = await call(verb, path, body);
    expect(answer.body.error?.status ?? "OK").toBe(status);
  });

  test("whoever may not, in Artifact Registry's words", async () => {
    const email = "al-runner@demo-project.iam.gserviceaccount.com";
    const { body } = await rest(
      `${emulator.url}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
      { body: { scope: ["https://www.googleapis.com/auth/cloud-platform"] } },
    );
    const denied = await rest(`${emulator.url}/v1/${IMAGES}`, { token: body.accessToken });
    expect([denied.status, denied.body.error.message]).toEqual([
      403,
      `Permission 'artifactregistry.repositories.get' denied on resource '//artifactregistry.googleapis.com/${IMAGES}' (or it may not exist).`,
    ]);
  });
});
