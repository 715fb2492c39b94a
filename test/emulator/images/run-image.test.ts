import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../core/handler.ts";
import { type Emulator, startEmulator } from "../start.ts";
import {
  makeRepository,
  OCI_INDEX,
  OCI_MANIFEST,
  pushImage,
  putManifest,
  registry,
} from "../testing/push-image.ts";
import { rest } from "../testing/rest.ts";
import { type TarEntry, tarOf } from "../testing/tar.ts";

const LOCATION = "projects/demo-project/locations/us-central1";
const RUNNER = "al-runner@demo-project.iam.gserviceaccount.com";
const IMAGE = "us-central1-docker.pkg.dev/demo-project/images";
const isRoot = process.getuid?.() === 0;

let emulator: Emulator;
const at = (image: string): string => `${emulator.url}/v2/demo-project/images/${image}`;

/** This machine's shell with the libraries that it needs: the smallest image in which something runs. */
function shell(): TarEntry[] {
  const listed = spawnSync("ldd", [realpathSync("/bin/sh")], { encoding: "utf8" }).stdout;
  const files = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, file = ""]) => file);
  return ["/bin/sh", ...files].map((path) => ({
    path: path.slice(1),
    mode: 0o755,
    bytes: readFileSync(path),
  }));
}

const FIRST: TarEntry[] = [
  ...shell(),
  {
    path: "etc/passwd",
    bytes: "root:x:0:0::/root:/bin/sh\nagent:x:1000:1000::/home/agent:/bin/sh\n",
  },
  { path: "app/", type: "5", mode: 0o755, uid: 1000 },
  { path: "app/gone", bytes: "x" },
  { path: "credentials", type: "2", link: "/somewhere/else" },
];
const SECOND: TarEntry[] = [
  { path: "app/.wh.gone" },
  { path: "app/hello", mode: 0o755, bytes: '#!/bin/sh\necho "hello $*"\nexit 7\n' },
];
const config = { Entrypoint: ["/app/hello"], Cmd: ["from", "the image"], WorkingDir: "/app" };

beforeAll(async () => {
  emulator = await startEmulator({ relaxed: true, log: () => undefined });
  await makeRepository(emulator.url, "images");
  await pushImage(at("agent"), { layers: [tarOf(FIRST), tarOf(SECOND)], config });
});
afterAll(() => emulator?.close());

type Ended = { code: number | undefined; lines: string[]; problem: string | undefined };

const call = async (path: string, body?: unknown): Promise<Json> =>
  (await rest(`${emulator.url}/v2/${path}`, body === undefined ? {} : { body })).body;

let count = 0;

/** Makes a job of this container and runs it to its end. */
async function run(
  container: Json,
  before: () => Promise<unknown> = async () => {},
  volumes: Json[] = [],
): Promise<Ended> {
  count += 1;
  const jobId = `al-image-${count}`;
  const containers = [{ image: `${IMAGE}/agent`, ...container }];
  const template = { serviceAccount: RUNNER, maxRetries: 0, containers, volumes };
  const made = await call(`${LOCATION}/jobs?jobId=${jobId}`, { template: { template } });
  const created = await call(`${made.name}:wait`, {});
  if (created.error !== undefined)
    return { code: undefined, lines: [], problem: created.error.message };
  await before();
  const started = await call(`${LOCATION}/jobs/${jobId}:run`, {});
  await call(`${started.name}:wait`, {});
  const { tasks } = await call(`${started.metadata.name}/tasks`);
  const filter = `labels."run.googleapis.com/execution_name"="${started.metadata.name.split("/").at(-1)}" AND logName:"run.googleapis.com"`;
  const { entries = [] } = await call("entries:list", {
    resourceNames: ["projects/demo-project"],
    filter,
  });
  const lines = entries
    .filter(({ logName }: Json) => /std(out|err)$/.test(logName))
    .map(({ textPayload }: Json) => textPayload);
  const { exitCode = 0, status } = tasks[0].lastAttemptResult;
  return { code: exitCode, lines, problem: status?.message };
}

const sh = (script: string): Json => ({ command: ["/bin/sh", "-c", script] });

describe("a job whose image was pushed", () => {
  test("runs its entry point with its arguments and ends with its own code", async () => {
    expect(await run({})).toMatchObject({ code: 7, lines: ["hello from the image"] });
  });

  test("passes the arguments of the spec to the entry point", async () => {
    expect(await run({ args: ["you"] })).toMatchObject({ code: 7, lines: ["hello you"] });
  });

  test("sees the image's files and none of this machine's, in the image's directory", async () => {
    const { lines, code } = await run(
      sh(
        "pwd; echo *; for f in /usr/bin/env /.old-root /app/gone; do [ -e $f ] && echo $f; done; exit 3",
      ),
    );
    expect([lines, code]).toEqual([["/app", "hello"], 3]);
  });

  test("writes to a layer of its own, which the next run does not see", async () => {
    const script = "[ -e /app/new ] && exit 1; echo x > /app/new && echo y >> /app/hello && exit 0";
    expect((await run(sh(script))).code).toBe(0);
    expect((await run(sh(script))).code).toBe(0);
  });

  test("cannot write what this machine lends it", async () => {
    const { lines } = await run(
      sh(
        "for f in /etc/resolv.conf /etc/hosts; do echo x >> $f && echo $f; done 2>/dev/null; exit 0",
      ),
    );
    expect(lines).toEqual([]);
  });

  test("has neither rights over this machine nor a way to its supervisor", async () => {
    const { lines } = await run(
      sh(
        "while read -r k v; do case $k in CapEff:|CapBnd:|NoNewPrivs:) echo $k $v;; esac; done < /proc/self/status; for f in /proc/1/root /proc/1/cwd /proc/1/fd/*; do [ -e $f/. ] && echo $f; done; exit 0",
      ),
    );
    expect(lines).toEqual([
      "CapEff: 00000000000004fb",
      "CapBnd: 00000000000004fb",
      "NoNewPrivs: 1",
    ]);
  });

  test("holds no descriptor but the three that it should", async () => {
    const { lines } = await run(sh("for f in /proc/self/fd/*; do echo $f; done"));
    expect(lines.filter((line) => !/\/[012]$/.test(line)).length).toBeLessThanOrEqual(1);
  });

  test("gets the variables of image and spec, the spec's first", async () => {
    const env = ["A=image", "B=image", "PATH=/app:/bin"];
    await pushImage(at("env"), {
      layers: [tarOf(FIRST), tarOf(SECOND)],
      config: { ...config, Env: env },
    });
    const { lines } = await run({
      image: `${IMAGE}/env`,
      env: [{ name: "B", value: "spec" }],
      ...sh('echo "$A $B $PATH $HOME"; hello'),
    });
    expect(lines).toEqual(["image spec /app:/bin /root", "hello "]);
  });

  test("has its secrets where the spec says, though the image has a link there", async () => {
    const secret = { replication: { automatic: {} } };
    await rest(`${emulator.url}/v1/projects/demo-project/secrets?secretId=al--x`, { body: secret });
    await rest(`${emulator.url}/v1/projects/demo-project/secrets/al--x:addVersion`, {
      body: { payload: { data: Buffer.from("t0ken").toString("base64") } },
    });
    const items = [{ path: "token", version: "1" }];
    const volumes = [{ name: "v", secret: { secret: "al--x", items } }];
    const volumeMounts = [{ name: "v", mountPath: "/credentials/x/default" }];
    const script =
      'read -r t < /credentials/x/default/token; echo "$t"; echo x > /credentials/x/default/token';
    const { lines } = await run({ ...sh(script), volumeMounts }, undefined, volumes);
    expect([lines[0], lines[1]]).toEqual([
      "t0ken",
      expect.stringMatching(/Read-only file system/i),
    ]);
  });
});

describe.skipIf(!isRoot)(
  "only where the emulator is root's: a job whose image names a user",
  () => {
    test.each([
      ["agent", "1000 1000 /home/agent"],
      ["1000", "1000 1000 /home/agent"],
      ["1234:5678", "1234 5678 /"],
    ])("runs as %s", async (User, expected) => {
      const image = `user-${User.replace(":", "-")}`;
      await pushImage(at(image), {
        layers: [tarOf(FIRST), tarOf(SECOND)],
        config: { ...config, User },
      });
      const { lines } = await run({
        image: `${IMAGE}/${image}`,
        ...sh(
          'while read -r k r e _; do case $k in Uid:) u=$e;; Gid:) g=$e;; CapEff:) c=$r;; esac; done < /proc/self/status; echo "$u $g $HOME"; echo $c',
        ),
      });
      expect(lines).toEqual([expected, "0000000000000000"]);
    });
  },
);

describe("a job whose image cannot run says why:", () => {
  test("it was never pushed, has another tag, or lies elsewhere", async () => {
    for (const image of [
      `${IMAGE}/none`,
      `${IMAGE}/agent:v9`,
      `${IMAGE.replace("central1", "east1")}/agent`,
      "docker.io/library/alpine",
    ])
      expect((await run({ image })).problem).toBe(`Image '${image}' not found.`);
  });

  test("it was deleted meanwhile", async () => {
    await pushImage(at("fleeting"), { layers: [tarOf(FIRST)], config });
    const remove = () => registry(`${at("fleeting")}/manifests/latest`, { method: "DELETE" });
    const { problem } = await run({ image: `${IMAGE}/fleeting` }, remove);
    expect(problem).toContain(`Image '${IMAGE}/fleeting' not found.`);
  });

  test("it is for another machine only", async () => {
    const digest = await pushImage(at("arm"), { architecture: "arm64" });
    const size = Number(
      (await registry(`${at("arm")}/manifests/${digest}`)).headers.get("content-length"),
    );
    const platform = { architecture: "arm64", os: "linux" };
    const manifests = [{ mediaType: OCI_MANIFEST, digest, size, platform }];
    await putManifest(
      at("arm"),
      "index",
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
      OCI_INDEX,
    );
    for (const [tag, type] of [
      ["latest", OCI_MANIFEST],
      ["index", OCI_INDEX],
    ]) {
      const image = `${IMAGE}/arm:${tag}`;
      expect((await run({ image })).problem).toBe(
        `Cloud Run does not support image '${image}': Container manifest type '${type}' must support amd64/linux.`,
      );
    }
  });

  test.each<[string, { layers?: Buffer[]; config?: Json; layerType?: string }, string]>([
    [
      "its layers are of a kind that is not unpacked",
      { layers: [tarOf(FIRST)], config, layerType: "application/vnd.oci.image.layer.v1.tar+zstd" },
      "the emulator does not unpack layers of the type application/vnd.oci.image.layer.v1.tar+zstd",
    ],
    [
      "it names a user that it does not have",
      { layers: [tarOf(FIRST)], config: { ...config, User: "nobody" } },
      'the image has no user "nobody"',
    ],
    [
      "its entry point is not there",
      { layers: [tarOf(FIRST)], config: { Entrypoint: ["/none"] } },
      'program "/none" was not found or cannot be executed',
    ],
    [
      "it has none",
      { layers: [tarOf(FIRST)] },
      "has no entry point of its own: the container needs a command",
    ],
  ])("%s", async (_sentence, image, problem) => {
    count += 1;
    await pushImage(at(`bad-${count}`), image);
    const ended = await run({ image: `${IMAGE}/bad-${count}` });
    expect([ended.code, ended.problem]).toEqual([0, expect.stringContaining(problem)]);
  });
});
