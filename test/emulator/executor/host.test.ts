import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import type { ContainerRun } from "./executor.ts";
import { HostExecutor } from "./host-executor.ts";

const executor = new HostExecutor({ metadataHost: "127.0.0.1:9470" });

const MOUNTS = [
  {
    path: "/credentials/git_ssh/default",
    files: [
      { path: "id_rsa", bytes: Buffer.from("KEY\n"), mode: 0o400 },
      { path: "username", bytes: Buffer.from("octo"), mode: 0o444 },
    ],
  },
];

async function run(argv: string[], more: Partial<ContainerRun> = {}) {
  const lines: string[] = [];
  const container = executor.start(
    { image: "host.local/agent:latest", argv, env: {}, mounts: [], ...more },
    (stream, line) => {
      lines.push(`${stream}: ${line}`);
      if (line === "terminate me") container.terminate();
      if (line === "kill me") container.kill();
    },
  );
  return { exit: await container.exited, lines };
}

const sh = (script: string): string[] => ["sh", "-c", script];

it("finds its credentials by AL_CREDENTIALS_PATH, and they are gone afterwards", async () => {
  const script = "cd $AL_CREDENTIALS_PATH && pwd && find . -type f -printf '%m %p\\n' | sort";
  const { lines } = await run(sh(script), { mounts: MOUNTS });
  const [directory = "", ...files] = lines.map((line) => line.replace("stdout: ", ""));
  expect([files, existsSync(directory)]).toEqual([
    ["400 ./git_ssh/default/id_rsa", "444 ./git_ssh/default/username"],
    false,
  ]);
});

it("has the environment of the run and what every container has", async () => {
  const { lines } = await run(["env"], { env: { A: "1" } });
  expect(lines.sort()).toEqual([
    "stdout: A=1",
    expect.stringMatching(/^stdout: AL_CREDENTIALS_PATH=\/.*\/credentials$/),
    "stdout: GCE_METADATA_HOST=127.0.0.1:9470",
    "stdout: HOME=/",
    "stdout: PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ]);
});

it.each([
  ["exit 0", { exitCode: 0 }, []],
  ["exit 137", { exitCode: 137 }, []],
  ["kill -KILL $$", { termSignal: 9 }, []],
  [
    "exec 2>/dev/null; trap 'exit 5' TERM; echo terminate me; while :; do sleep 0.05; done",
    { exitCode: 5 },
    ["stdout: terminate me"],
  ],
  ["trap '' TERM; echo kill me; while :; do sleep 1; done", { termSignal: 9 }, ["stdout: kill me"]],
  ["sleep 86398 & setsid sleep 3 & printf last >&2", { exitCode: 0 }, ["stderr: last"]],
])("ends as the system tells: %s", async (script, exit, lines) => {
  expect(await run(sh(script))).toEqual({ exit, lines });
});

it.each([
  [["no-such-program"], {}, 'program "no-such-program"'],
  [[], {}, "the container needs a command"],
  [["true"], { image: "docker.io/library/busybox" }, "only images under host.local/"],
  [
    ["true"],
    { mounts: [{ path: "/../up", files: [] }] },
    'mounted file "/../up" lies outside its mount',
  ],
])("refuses what cannot be started: %j %j", async (argv, more, message) => {
  await expect(run(argv, more)).rejects.toThrow(message);
});
