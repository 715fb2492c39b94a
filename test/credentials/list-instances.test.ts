import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { listInstances } from "../../src/credentials/list-instances.ts";
import { storeFiles, temporaryStore } from "./temporary-store.ts";

const listed = (type: string, instance: string, ...fields: readonly string[]) => ({
  ref: { type, instance },
  fields,
});

test("a store is listed by type, then instance, then field", async () => {
  const store = await temporaryStore({
    "unknown_type/default/b": "fake",
    "unknown_type/default/a": "",
    "git_ssh/botty/username": "Botty",
    "git_ssh/botty/id_rsa": "fake",
    "git_ssh/Alice/email": "alice@example.com",
    "github_webhook_secret/MyOrg/secret": "fake",
    "x_twitter_api/default/consumer_key": "fake",
    "x_twitter_api/default/api_key": "fake",
    "x_twitter_api/default/consumer_secret": "fake",
  });
  expect(await listInstances(store)).toEqual([
    listed("git_ssh", "Alice", "email"),
    listed("git_ssh", "botty", "id_rsa", "username"),
    listed("github_webhook_secret", "MyOrg", "secret"),
    listed("unknown_type", "default", "a", "b"),
    listed("x_twitter_api", "default", "api_key", "api_secret"),
  ]);
});

test("what is no instance or no field is not listed", async () => {
  const store = await temporaryStore({
    "custom/default/token": "fake",
    "custom/default/.al-0123456789ab.tmp": "fake",
    "custom/default/.swp": "fake",
    "custom/default/token~": "fake",
    "custom/default/nested/x": "fake",
    "custom/.default.lock": "{}",
    "custom/.al-0123456789ab.removed/token": "fake",
    "custom/stray": "fake",
    ".git/default/config": "fake",
    "a:b/default/token": "fake",
    stray: "fake",
  });
  expect(await listInstances(store)).toEqual([listed("custom", "default", "token")]);
});

test("an empty instance is listed, so that it can be removed; an empty type is not", async () => {
  const store = await temporaryStore({});
  await mkdir(join(store, "custom/empty"), { recursive: true });
  await mkdir(join(store, "nothing"));
  expect(await listInstances(store)).toEqual([listed("custom", "empty")]);
});

test("links to directories are directories, links to nothing are not", async () => {
  const store = await temporaryStore({ "custom/default/token": "fake" });
  await storeFiles(dirname(store), { "outside/x/secret": "fake", "elsewhere/key": "fake" });
  await symlink(join(dirname(store), "outside"), join(store, "linked_type"));
  await symlink(join(dirname(store), "elsewhere"), join(store, "custom/linked"));
  await symlink(join(dirname(store), "gone"), join(store, "custom/gone"));
  expect(await listInstances(store)).toEqual([
    listed("custom", "default", "token"),
    listed("custom", "linked", "key"),
    listed("linked_type", "x", "secret"),
  ]);
});

test("a store that is not there has nothing", async () =>
  expect(await listInstances(join(await temporaryStore({}), "none"))).toEqual([]));
