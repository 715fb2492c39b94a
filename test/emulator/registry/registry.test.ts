import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { type Emulator, startEmulator } from "../start.ts";
import {
  digestOf,
  GZIP_LAYER,
  makeRepository,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  putManifest,
  registry,
} from "../testing/push-image.ts";
import { journal, rest } from "../testing/rest.ts";
import { readTestKey, signedJwt } from "../testing/signed-jwt.ts";

const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const REPOSITORY = "projects/demo-project/locations/us-central1/repositories/images";

let emulator: Emulator;
const at = (image: string): string => `${emulator.url}/v2/demo-project/images/${image}`;

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, executor: "simulate", log: () => undefined });
  await makeRepository(emulator.url, "images");
  await makeRepository(emulator.url, "fixed", { dockerConfig: { immutableTags: true } });
  for (const location of ["us-central1", "europe-west1"])
    await makeRepository(emulator.url, "twice", { location });
});
afterAll(() => emulator?.close());

const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

const accessToken = async (email: string): Promise<string> => {
  const { body } = await rest(
    `${emulator.url}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
    { body: { scope: ["https://www.googleapis.com/auth/cloud-platform"] } },
  );
  return body.accessToken;
};

describe("signing in", () => {
  test("is asked for with the place where tokens are, and with the scope of a name", async () => {
    const host = emulator.url.replace("http://", "");
    const plain = await registry(`${emulator.url}/v2/`, { token: "" });
    expect([plain.status, plain.headers.get("www-authenticate"), plain.text]).toEqual([
      401,
      `Bearer realm="${emulator.url}/v2/token"`,
      '{"errors":[{"code":"UNAUTHORIZED","message":"No valid credential was supplied."}]}',
    ]);
    const named = await registry(`${at("a")}/manifests/latest`, { token: "" });
    expect(named.headers.get("www-authenticate")).toBe(
      `Bearer realm="${emulator.url}/v2/token",service="${host}",scope="repository:demo-project/images/a:pull"`,
    );
  });

  test("works with a key file, an access token and a self-signed token, at the token endpoint or at once", async () => {
    const key = await readFile(emulator.keyFile, "utf8");
    const { client_email: email } = JSON.parse(key);
    const self = signedJwt(await readTestKey(emulator.keyFile));
    const access = await accessToken(email);
    const ways = [
      basic("_json_key", key),
      basic("_json_key_base64", Buffer.from(key).toString("base64")),
      basic("oauth2accesstoken", access),
      basic("oauth2accesstoken", self),
      { authorization: `Bearer ${access}` },
      { authorization: `Bearer ${self}` },
    ];
    for (const headers of ways) {
      const direct = await registry(`${emulator.url}/v2/`, { token: "", headers });
      expect([direct.status, direct.text]).toEqual([200, "{}"]);
      const exchanged = await registry(`${emulator.url}/v2/token?scope=x`, { token: "", headers });
      const { token } = JSON.parse(exchanged.text);
      expect(token).toMatch(/^[\w-]{43}$/);
      const { status } = await registry(`${emulator.url}/v2/`, { token });
      expect(status).toBe(200);
    }
  });

  test("the registry's token is good for the registry only", async () => {
    const { text } = await registry(`${emulator.url}/v2/token`, { token: "owner" });
    const { token } = JSON.parse(text);
    const { status } = await rest(`${emulator.url}/v1/projects/demo-project/secrets`, { token });
    expect(status).toBe(401);
  });
});

describe("an upload", () => {
  const bytes = Buffer.from("all that there is in this blob");
  const digest = digestOf(bytes);

  test("goes in one request, is found and read, and is known to its image only", async () => {
    const base = at("once");
    await pushBlob(base, bytes, GZIP_LAYER);
    const head = await registry(`${base}/blobs/${digest}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.text]).toEqual([200, "30", ""]);
    const read = await registry(`${base}/blobs/${digest}`);
    expect([read.text, read.headers.get("docker-content-digest")]).toEqual([`${bytes}`, digest]);
    expect((await registry(`${at("other")}/blobs/${digest}`)).code).toBe("BLOB_UNKNOWN");
  });

  test("goes in chunks, each told where the next one begins", async () => {
    const base = at("chunks");
    const started = await registry(`${base}/blobs/uploads/`, { method: "POST" });
    const location = new URL(started.headers.get("location") ?? "", emulator.url);
    expect([started.status, started.headers.get("range")]).toEqual([202, "0-0"]);
    const chunk = (from: number, to: number) =>
      registry(`${location}`, {
        method: "PATCH",
        headers: { "content-range": `${from}-${to - 1}` },
        body: new Uint8Array(bytes.subarray(from, to)),
      });
    expect((await chunk(0, 10)).headers.get("range")).toBe("0-9");
    const gap = await chunk(12, 20);
    expect([gap.status, gap.code, gap.headers.get("range")]).toEqual([
      416,
      "BLOB_UPLOAD_INVALID",
      "0-9",
    ]);
    expect((await chunk(10, 20)).headers.get("range")).toBe("0-19");
    const asked = await registry(`${location}`);
    expect([asked.status, asked.headers.get("range")]).toEqual([204, "0-19"]);
    const finished = await registry(`${location}?digest=${digest}`, {
      method: "PUT",
      body: new Uint8Array(bytes.subarray(20)),
    });
    expect([finished.status, finished.headers.get("location")]).toEqual([
      201,
      `/v2/demo-project/images/chunks/blobs/${digest}`,
    ]);
    expect((await registry(`${base}/blobs/${digest}`)).text).toBe(`${bytes}`);
  });

  test("is spared where another image has the blob", async () => {
    await pushBlob(at("source"), bytes, GZIP_LAYER);
    const mount = (from: string, token: string) =>
      registry(`${at("target")}/blobs/uploads/?mount=${digest}&from=${from}`, {
        method: "POST",
        token,
      });
    expect((await mount("demo-project/images/nowhere", "owner")).status).toBe(202);
    expect((await mount("demo-project/images/source", "owner")).status).toBe(201);
    expect((await registry(`${at("target")}/blobs/${digest}`)).text).toBe(`${bytes}`);
  });

  test("can be called off", async () => {
    const started = await registry(`${at("off")}/blobs/uploads/`, { method: "POST" });
    const location = new URL(started.headers.get("location") ?? "", emulator.url);
    expect((await registry(`${location}`, { method: "DELETE" })).status).toBe(204);
    expect((await registry(`${location}`)).code).toBe("BLOB_UPLOAD_UNKNOWN");
  });
});

describe("an image", () => {
  test("is found by tag and digest, in the type that was pushed", async () => {
    const digest = await pushImage(at("found"), { reference: "v1" });
    for (const reference of ["v1", digest]) {
      const head = await registry(`${at("found")}/manifests/${reference}`, { method: "HEAD" });
      expect([
        head.status,
        head.headers.get("docker-content-digest"),
        head.headers.get("content-type"),
      ]).toEqual([200, digest, OCI_MANIFEST]);
    }
  });

  test("has its tags listed in pages", async () => {
    const base = at("tagged");
    for (const reference of ["c", "a", "b"]) await pushImage(base, { reference });
    const first = await registry(`${base}/tags/list?n=2`);
    expect(JSON.parse(first.text)).toEqual({
      name: "demo-project/images/tagged",
      tags: ["a", "b"],
    });
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1];
    const second = await registry(new URL(next ?? "", emulator.url).href);
    expect([JSON.parse(second.text).tags, second.headers.get("link")]).toEqual([["c"], null]);
  });

  test("is removed only when neither a tag nor an index needs it", async () => {
    const base = at("removed");
    const digest = await pushImage(base, { reference: "v1" });
    const remove = (reference: string) =>
      registry(`${base}/manifests/${reference}`, { method: "DELETE" });
    const tagged = await remove(digest);
    expect([tagged.status, tagged.text]).toEqual([
      400,
      '{"errors":[{"code":"GOOGLE_MANIFEST_DANGLING_TAG","message":"Manifest is still referenced by tag: v1"}]}',
    ]);
    const size = Number(
      (await registry(`${base}/manifests/${digest}`)).headers.get("content-length"),
    );
    const manifests = [{ mediaType: OCI_MANIFEST, digest, size }];
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
    await putManifest(base, "all", index, OCI_INDEX);
    expect((await remove("v1")).status).toBe(202);
    expect((await remove(digest)).code).toBe("GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE");
    expect((await remove("all")).status).toBe(202);
    const indexDigest = digestOf(Buffer.from(JSON.stringify(index)));
    expect((await remove(indexDigest)).status).toBe(202);
    expect((await remove(digest)).status).toBe(202);
    expect((await registry(`${base}/manifests/${digest}`)).code).toBe("MANIFEST_UNKNOWN");
  });

  test("is the same under its repository's location, in the path or as the host", async () => {
    const digest = await pushImage(at("placed"), { reference: "v1" });
    for (const location of ["us-central1", "us-central1-docker.pkg.dev"]) {
      const base = `${emulator.url}/v2/${location}/demo-project/images/placed`;
      const head = await registry(`${base}/manifests/v1`, { method: "HEAD" });
      expect(head.headers.get("docker-content-digest")).toBe(digest);
    }
    const elsewhere = `${emulator.url}/v2/europe-west1/demo-project/images/placed`;
    expect((await registry(`${elsewhere}/manifests/v1`)).code).toBe("NAME_UNKNOWN");
    const both = await registry(`${emulator.url}/v2/demo-project/twice/a/manifests/v1`);
    expect(JSON.parse(both.text).errors[0].message).toBe(
      'Repository "twice" is in europe-west1 and us-central1: begin the name with one of them.',
    );
    const named = await pushImage(`${emulator.url}/v2/europe-west1/demo-project/twice/a`);
    expect(named).toMatch(/^sha256:/);
  });
});

test("permissions are asked on the repository, and one granted there suffices", async () => {
  const digest = await pushImage(at("guarded"), { reference: "v1" });
  const token = await accessToken(RUNNER);
  const pull = () => registry(`${at("guarded")}/manifests/v1`, { token });
  const push = () => registry(`${at("guarded")}/blobs/uploads/`, { method: "POST", token });
  const refused = await pull();
  expect([refused.status, refused.text]).toEqual([
    403,
    `{"errors":[{"code":"DENIED","message":"Permission \\"artifactregistry.repositories.downloadArtifacts\\" denied on resource \\"${REPOSITORY}\\" (or it may not exist)"}]}`,
  ]);
  const members = [`serviceAccount:${RUNNER}`];
  const grant = (role: string) =>
    rest(`${emulator.url}/v1/${REPOSITORY}:setIamPolicy`, {
      body: { policy: { bindings: [{ role, members }] } },
    });
  await grant("roles/artifactregistry.reader");
  expect([(await pull()).status, (await push()).status]).toEqual([200, 403]);
  await grant("roles/artifactregistry.writer");
  expect([(await pull()).status, (await push()).status]).toEqual([200, 202]);
  const remove = () => registry(`${at("guarded")}/manifests/v1`, { method: "DELETE", token });
  expect((await remove()).status).toBe(403);
  await grant("roles/artifactregistry.repoAdmin");
  expect((await remove()).status).toBe(202);
  const calls = (await journal(emulator)).filter(({ principal }) => principal === RUNNER);
  expect(calls.at(-1)).toEqual({
    method: "google.devtools.artifactregistry.docker.DeleteManifest",
    transport: "rest",
    principal: RUNNER,
    permissions: ["artifactregistry.repositories.deleteArtifacts"],
    resource: REPOSITORY,
    status: "OK",
  });
  expect(digest).toMatch(/^sha256:/);
});

describe("tags of a repository that says they are immutable", () => {
  test("are new or stay as they are", async () => {
    const base = `${emulator.url}/v2/demo-project/fixed/a`;
    const config = { Cmd: ["a"] };
    await pushImage(base, { reference: "v1", config });
    await pushImage(base, { reference: "v1", config });
    await pushImage(base, { reference: "v2", config: { Cmd: ["b"] } });
    await expect(pushImage(base, { reference: "v1", config: { Cmd: ["b"] } })).rejects.toThrow(
      "400: ",
    );
    const removed = await registry(`${base}/manifests/v1`, { method: "DELETE" });
    expect(removed.code).toBe("MANIFEST_INVALID");
  });
});

const NOTHING = digestOf(Buffer.from("nothing like it was ever uploaded"));
const manifest = (fields: Json = {}): Json => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: { mediaType: "m", digest: NOTHING, size: 1 },
  layers: [],
  ...fields,
});

describe("refuses", () => {
  const put = (body: Json | string, type = OCI_MANIFEST): RequestInit => ({
    method: "PUT",
    headers: { "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const IMAGE = "demo-project/images/r";
  test.each<[string, string, RequestInit & { token?: string }, number, string]>([
    ["a token that nobody gave", "", { token: "x" }, 401, "UNAUTHORIZED"],
    ["a strange user name", "", { token: "", headers: basic("root", "x") }, 401, "UNAUTHORIZED"],
    [
      "a key that is none",
      "",
      { token: "", headers: basic("_json_key", "{}") },
      401,
      "UNAUTHORIZED",
    ],
    [
      "a key that is no JSON",
      "",
      { token: "", headers: basic("_json_key", "x") },
      401,
      "UNAUTHORIZED",
    ],
    [
      "a key of somebody unknown",
      "",
      { token: "", headers: basic("_json_key", '{"client_email":"a@b","private_key":"x"}') },
      401,
      "UNAUTHORIZED",
    ],
    [
      "a wrong password",
      "token",
      { token: "", headers: basic("oauth2accesstoken", "x") },
      401,
      "UNAUTHORIZED",
    ],
    ["a token for nobody", "token?scope=repository:a/b/c:pull", { token: "" }, 403, "DENIED"],
    ["another way to a token", "token", { method: "POST" }, 405, ""],
    ["a name without an image", "demo-project/images/manifests/v1", {}, 400, "NAME_INVALID"],
    ["capitals in a name", "demo-project/images/A/manifests/v1", {}, 400, "NAME_INVALID"],
    ["dots for a name", "demo-project/images/a..b/manifests/v1", {}, 400, "NAME_INVALID"],
    ["an unknown project", "other/images/a/manifests/v1", {}, 404, "NAME_UNKNOWN"],
    ["an unknown repository", "demo-project/none/a/manifests/v1", {}, 404, "NAME_UNKNOWN"],
    [
      "an unknown repository's upload",
      "us-central1/demo-project/none/a/blobs/uploads/",
      { method: "POST" },
      404,
      "NAME_UNKNOWN",
    ],
    ["an unknown image", `${IMAGE}/manifests/v1`, {}, 404, "MANIFEST_UNKNOWN"],
    ["an unknown digest", `${IMAGE}/manifests/${NOTHING}`, {}, 404, "MANIFEST_UNKNOWN"],
    ["the tags of nothing", `${IMAGE}0/tags/list`, {}, 404, "NAME_UNKNOWN"],
    [
      "a strange number of tags",
      "demo-project/images/tagged/tags/list?n=-1",
      {},
      400,
      "UNSUPPORTED",
    ],
    ["an unknown blob", `${IMAGE}/blobs/${NOTHING}`, {}, 404, "BLOB_UNKNOWN"],
    ["a digest of another kind", `${IMAGE}/blobs/sha512:00`, {}, 400, "DIGEST_INVALID"],
    ["a digest that is none", `${IMAGE}/blobs/latest`, {}, 400, "DIGEST_INVALID"],
    [
      "to delete an unknown blob",
      `${IMAGE}/blobs/${NOTHING}`,
      { method: "DELETE" },
      404,
      "BLOB_UNKNOWN",
    ],
    [
      "to delete an unknown image",
      `${IMAGE}/manifests/v1`,
      { method: "DELETE" },
      404,
      "MANIFEST_UNKNOWN",
    ],
    [
      "an upload that nobody began",
      `${IMAGE}/blobs/uploads/x`,
      { method: "PATCH", body: "x" },
      404,
      "BLOB_UPLOAD_UNKNOWN",
    ],
    [
      "the end of an upload without a digest",
      `${IMAGE}/blobs/uploads/x`,
      { method: "PUT" },
      400,
      "DIGEST_INVALID",
    ],
    [
      "bytes of another digest",
      `${IMAGE}/blobs/uploads/?digest=${NOTHING}`,
      { method: "POST", body: "x" },
      400,
      "DIGEST_INVALID",
    ],
    [
      "a strange digest of an upload",
      `${IMAGE}/blobs/uploads/?digest=x`,
      { method: "POST", body: "x" },
      400,
      "DIGEST_INVALID",
    ],
    [
      "to put a blob at once",
      `${IMAGE}/blobs/${NOTHING}`,
      { method: "PUT", body: "x" },
      405,
      "UNSUPPORTED",
    ],
    [
      "to post a manifest",
      `${IMAGE}/manifests/v1`,
      { method: "POST", body: "x" },
      405,
      "UNSUPPORTED",
    ],
    [
      "a manifest of an unknown blob",
      `${IMAGE}/manifests/v1`,
      put(manifest()),
      400,
      "MANIFEST_BLOB_UNKNOWN",
    ],
    ["a manifest that is no JSON", `${IMAGE}/manifests/v1`, put("x"), 400, "MANIFEST_INVALID"],
    ["a manifest that is a list", `${IMAGE}/manifests/v1`, put("[]"), 400, "MANIFEST_INVALID"],
    [
      "a manifest of the first schema",
      `${IMAGE}/manifests/v1`,
      put(manifest({ schemaVersion: 1 })),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "a manifest without layers",
      `${IMAGE}/manifests/v1`,
      put({ schemaVersion: 2 }),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "a manifest without a configuration",
      `${IMAGE}/manifests/v1`,
      put({ schemaVersion: 2, layers: [] }),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "a layer without a size",
      `${IMAGE}/manifests/v1`,
      put(manifest({ config: { digest: NOTHING } })),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "a type that says otherwise",
      `${IMAGE}/manifests/v1`,
      put(manifest({ mediaType: OCI_INDEX })),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "a type that nobody knows",
      `${IMAGE}/manifests/v1`,
      put(manifest(), "application/json"),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "an index without manifests",
      `${IMAGE}/manifests/v1`,
      put({ schemaVersion: 2 }, OCI_INDEX),
      400,
      "MANIFEST_INVALID",
    ],
    [
      "an index of an unknown manifest",
      `${IMAGE}/manifests/v1`,
      put(
        { schemaVersion: 2, manifests: [{ mediaType: "m", digest: NOTHING, size: 1 }] },
        OCI_INDEX,
      ),
      400,
      "MANIFEST_BLOB_UNKNOWN",
    ],
    [
      "a manifest of another digest",
      `${IMAGE}/manifests/${NOTHING}`,
      put(manifest()),
      400,
      "DIGEST_INVALID",
    ],
    ["a tag that is none", `${IMAGE}/manifests/.v1`, put(manifest()), 400, "TAG_INVALID"],
    [
      "a manifest beyond 4 MiB",
      `${IMAGE}/manifests/v1`,
      put("x".repeat(4_194_305)),
      400,
      "SIZE_INVALID",
    ],
  ])("%s", async (_sentence, path, init, status, code) => {
    const answer = await registry(`${emulator.url}/v2/${path}`, init);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  test("a size that the blob does not have, and a blob that a manifest needs", async () => {
    const base = at("sized");
    const config = await pushBlob(base, Buffer.from("{}"), "m");
    const wrong = await putManifest(base, "v1", manifest({ config: { ...config, size: 3 } }));
    expect(wrong.code).toBe("MANIFEST_INVALID");
    expect((await putManifest(base, "v1", manifest({ config }))).status).toBe(201);
    const removed = await registry(`${base}/blobs/${config.digest}`, { method: "DELETE" });
    expect(removed.code).toBe("UNSUPPORTED");
  });

  test("to convert a manifest", async () => {
    await pushImage(at("typed"), { reference: "v1" });
    const docker = "application/vnd.docker.distribution.manifest.v2+json";
    const read = (accept: string) =>
      registry(`${at("typed")}/manifests/v1`, { headers: { accept } });
    expect((await read(docker)).code).toBe("MANIFEST_UNKNOWN");
    expect((await read(`${docker}, ${OCI_MANIFEST};q=0.5`)).status).toBe(200);
  });
});

test("a fault rule reaches the registry too", async () => {
  const method = "google.devtools.artifactregistry.docker.GetManifest";
  await rest(`${emulator.url}/emulator/faults`, {
    body: { rules: [{ method, action: { status: "UNAVAILABLE" }, when: "before" }] },
  });
  const read = () => registry(`${at("found")}/manifests/v1`);
  expect([(await read()).status, (await read()).status]).toEqual([503, 200]);
});
