import { execFileSync } from "node:child_process";
import { chmod, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { Secret } from "../../src/credentials/secret.ts";
import { findStoreProblems } from "../../src/credentials/store-problems.ts";
import { writeInstance } from "../../src/credentials/write-instance.ts";
import { storeFiles, temporaryDirectory, temporaryStore } from "./temporary-store.ts";

const FIELDS = new Map([["token", new Secret("fake")]]);

async function goodStore(): Promise<string> {
  const store = join(await temporaryDirectory(), "my credentials");
  await writeInstance(store, { type: "custom", instance: "default" }, FIELDS);
  await writeInstance(store, { type: "custom", instance: "it's" }, FIELDS);
  return store;
}

test("a store that al wrote has none", async () =>
  expect(await findStoreProblems(await goodStore())).toEqual([]));

test("a store that is not there has none", async () =>
  expect(await findStoreProblems(join(await temporaryStore({}), "none"))).toEqual([]));

test("every directory and file that is open to others, and the commands that close them", async () => {
  const store = await goodStore();
  const home = dirname(store);
  await chmod(store, 0o755);
  await chmod(join(store, "custom/default"), 0o710);
  await chmod(join(store, "custom/default/token"), 0o644);
  await chmod(join(store, "custom/it's/token"), 0o200);
  const problems = await findStoreProblems(store);
  const shown = problems.map(({ path, problem, remedy }) =>
    `${path}: ${problem}\n  ${remedy}`.replaceAll(home, "<home>"),
  );
  expect(shown.join("\n")).toMatchInlineSnapshot(`
    "<home>/my credentials: others may open the directory (mode 0755)
      chmod 700 '<home>/my credentials'
    <home>/my credentials/custom/default: others may open the directory (mode 0710)
      chmod 700 '<home>/my credentials/custom/default'
    <home>/my credentials/custom/default/token: others may open the file (mode 0644)
      chmod 600 '<home>/my credentials/custom/default/token'
    <home>/my credentials/custom/it's/token: its owner may not read the file (mode 0200)
      chmod 600 '<home>/my credentials/custom/it'\\''s/token'"
  `);
  for (const { remedy } of problems) execFileSync("sh", ["-c", remedy]);
  expect(await findStoreProblems(store)).toEqual([]);
});

test("what is read-only, or led to by a link, is fine", async () => {
  const store = await goodStore();
  const outside = join(dirname(store), "outside");
  await storeFiles(outside, { token: "fake" });
  await chmod(join(outside, "token"), 0o644);
  await symlink(join(outside, "token"), join(store, "custom/default/linked"));
  await symlink(outside, join(store, "custom/linked"));
  await symlink("nowhere", join(store, "custom/dangling"));
  await chmod(join(store, "custom/default/token"), 0o400);
  await chmod(join(store, "custom/default"), 0o500);
  expect(await findStoreProblems(store)).toEqual([]);
});

test("a file in the place of the store", async () => {
  const file = join(await temporaryStore({ credentials: "fake" }), "credentials");
  expect(await findStoreProblems(file)).toEqual([
    { path: file, problem: "it is not a directory", remedy: `mv ${file} ${file}.old` },
  ]);
});

test("a store behind a link is looked at", async () => {
  const store = await goodStore();
  await chmod(store, 0o701);
  const link = join(dirname(store), "link");
  await symlink(store, link);
  expect(await findStoreProblems(link)).toEqual([
    {
      path: link,
      problem: "others may open the directory (mode 0701)",
      remedy: `chmod 700 ${link}`,
    },
  ]);
});
