import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRepository, pushImage } from "../emulator/testing/push-image.ts";
import { type TarEntry, tarOf } from "../emulator/testing/tar.ts";
import { run } from "../support/agents.ts";
import { SECRET_VALUES } from "../support/store.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
  const { url } = world.emulator;
  await makeRepository(url, "agents");
  const script = `read -r token < /credentials/github_token/default/token
echo "\${#token} characters, for $1"
exit 7
`;
  await pushImage(`${url}/v2/demo-project/agents/dev`, {
    reference: "1",
    layers: [tarOf([...shell(), { path: "agent", mode: 0o755, bytes: `#!/bin/sh\n${script}` }])],
    config: { Entrypoint: ["/agent"], Cmd: ["the image"] },
  });
});
afterAll(() => world.close());

/** This machine's shell with the libraries that it needs: the smallest image in which something runs. */
function shell(): TarEntry[] {
  const { stdout } = spawnSync("ldd", [realpathSync("/bin/sh")], { encoding: "utf8" });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = ""]) => file);
  return ["/bin/sh", ...libraries].map((path) => ({
    path: path.slice(1),
    mode: 0o755,
    bytes: readFileSync(path),
  }));
}

test.each([
  ["its own entry point and arguments", "", "the image"],
  ["the agent's arguments", 'args = ["the agent"]\n', "the agent"],
])("an agent in an image of its own, with %s", async (_sentence, more, argument) => {
  const project = world.project(
    `credentials = ["github_token"]\n[cloudrun]\nimage = "us-central1-docker.pkg.dev/demo-project/agents/dev:1"\n${more}`,
  );
  const { code, stdout, stderr } = await world.al(run(project));
  const { length } = SECRET_VALUES["github_token/default/token"];
  expect({ code, stdout }, stderr).toEqual({
    code: 7,
    stdout: `${length} characters, for ${argument}\n`,
  });
});
