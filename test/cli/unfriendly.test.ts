import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";
import { agent, run } from "../support/agents.ts";
import { FakeSecretManager } from "../support/fake-secret-manager.ts";
import { signInWith } from "../support/limited-account.ts";
import { asOwner, makeSecret, valuesOf } from "../support/rest.ts";
import { writeFields } from "../support/store.ts";
import { SyncMachine } from "../support/sync-machine.ts";
import { inTemporaryDirectory } from "../support/temporary-directory.ts";
import { CLOUD_TOML, copyStore, makeWorld, type World } from "../support/world.ts";

// A project that refuses: what al says then, word for word.

let world: World;
let store: string;
let stores = 0;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  stores += 1;
  store = copyStore(world, `unfriendly-${stores}/credentials`);
});

const TOKEN = "al--github_token--default--token";

const project = (refs: readonly string[], toml = CLOUD_TOML): string =>
  world.project(agent("true", `credentials = ${JSON.stringify(refs)}`), toml);

const sync = (path: string) =>
  world.al(["secrets", "sync", "it", "-p", path], { variables: { AL_CREDENTIALS_DIR: store } });

/** What al says after it was refused. */
const errorOf = (stderr: string): string => stderr.slice(stderr.indexOf("error:")).trimEnd();

describe("a secret of that name that is not al's", () => {
  test.each([
    ["al run", (path: string) => run(path)],
    ["al secrets sync", (path: string) => ["secrets", "sync", "it", "-p", path]],
  ])("%s refuses with 78, and nothing of the secret changes", async (_sentence, command) => {
    await makeSecret(world, TOKEN, ["fake-foreign"], { team: "others" });
    const before = await asOwner(world, "GET", `secrets/${TOKEN}`);
    const { code, stderr } = await world.al(command(project(["github_token"])));
    expect({ code, error: errorOf(stderr) }).toEqual({
      code: 78,
      error: `error: The secret ${TOKEN} exists and is not al's
  why: it lacks the label managed-by=action-llama, and al never changes what it did not make
  mend: Choose another secret_prefix in [cloud], for example secret_prefix = "al-agents".`,
    });
    expect({
      secret: await asOwner(world, "GET", `secrets/${TOKEN}`),
      values: await valuesOf(world, TOKEN),
    }).toEqual({ secret: before, values: ["fake-foreign"] });
  });

  test("the mend mends it", async () => {
    await makeSecret(world, TOKEN, ["fake-foreign"], {});
    const path = project(["github_token"], `${CLOUD_TOML}secret_prefix = "al-agents"\n`);
    expect((await sync(path)).code).toBe(0);
    expect(await valuesOf(world, "al-agents--github_token--default--token")).toHaveLength(1);
  });
});

test("the Secret Manager API is not enabled", async () => {
  const own = await makeWorld();
  try {
    await own.control("/emulator/seed", { services: ["run.googleapis.com"] });
    const path = own.project(agent("true", 'credentials = ["github_token"]'));
    const { code, stderr } = await own.al(["secrets", "sync", "it", "-p", path]);
    expect(`${code}\n${errorOf(stderr)}`).toMatchInlineSnapshot(`
      "78
      error: al could not list the secrets: projects/demo-project
        why: Secret Manager API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/secretmanager.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.
        mend: gcloud services enable secretmanager.googleapis.com --project=demo-project"
    `);
  } finally {
    await own.close();
  }
});

const SECRETS = "secretmanager";
const ALL = [
  ...["secrets.create", "secrets.get", "secrets.list", "secrets.update"],
  ...["versions.add", "versions.access", "versions.list"],
].map((name) => `${SECRETS}.${name}`);

describe("whoever signs in lacks a permission", () => {
  /** What the command says when the permission is missing; `before` is what is in the cloud by then. */
  async function without(permission: string, before: "nothing" | "older values"): Promise<string> {
    const path = project(["github_token", "git_ssh:botty"]);
    if (before === "older values") {
      const { code } = await sync(path);
      if (code !== 0) throw new Error("the first sync failed");
      await world.control("/emulator/clock", { advanceMs: 3_600_000 });
      store = copyStore(world, `unfriendly-${stores}-other/credentials`);
      writeFields(store, { "git_ssh/botty/username": "Another Name" });
    }
    const name = `al-without-${permission.replace(".", "-")}-${before.slice(0, 2)}`.toLowerCase();
    const permissions = ALL.filter((each) => each !== `${SECRETS}.${permission}`);
    await signInWith(world, { store, name, permissions });
    const { code, stderr } = await sync(path);
    return `${code}\n${errorOf(stderr)}`;
  }

  test("to list secrets", async () =>
    expect(await without("secrets.list", "nothing")).toMatchInlineSnapshot(`
      "77
      error: al could not list the secrets: projects/demo-project
        why: Permission 'secretmanager.secrets.list' denied for resource 'projects/demo-project' (or it may not exist).
              al needs secretmanager.secrets.list to find the secrets that it made; a list is authorised on the project
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-secrets-list-no@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.viewer --condition=None"
    `));

  test("to create secrets", async () =>
    expect(await without("secrets.create", "nothing")).toMatchInlineSnapshot(`
      "77
      error: al could not create the secret: projects/demo-project/secrets/al--github_token--default--token
        why: Permission 'secretmanager.secrets.create' denied for resource 'projects/demo-project' (or it may not exist).
              al needs secretmanager.secrets.create to store a credential's field; creation is authorised on the project
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-secrets-create-no@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.admin --condition=None"
    `));

  test("to add versions", async () =>
    expect(await without("versions.add", "nothing")).toMatchInlineSnapshot(`
      "77
      error: al could not add a version to the secret: projects/demo-project/secrets/al--github_token--default--token
        why: Permission 'secretmanager.versions.add' denied for resource 'projects/demo-project/secrets/al--github_token--default--token' (or it may not exist).
              al needs secretmanager.versions.add to store a new or changed value
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-versions-add-no@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.secretVersionAdder --condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe demo-project --format='value(projectNumber)')/secrets/al--')""
    `));

  test("to change secrets", async () =>
    expect(await without("secrets.update", "nothing")).toMatchInlineSnapshot(`
      "77
      error: al could not annotate the secret: projects/demo-project/secrets/al--git_ssh--botty--_files
        why: Permission 'secretmanager.secrets.update' denied for resource 'projects/demo-project/secrets/al--git_ssh--botty--_files' (or it may not exist).
              al needs secretmanager.secrets.update to note which version is which field
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-secrets-update-no@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.admin --condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe demo-project --format='value(projectNumber)')/secrets/al--')""
    `));

  test("to list versions", async () =>
    expect(await without("versions.list", "older values")).toMatchInlineSnapshot(`
      "77
      error: al could not list the versions of the secret: projects/demo-project/secrets/al--github_token--default--token
        why: Permission 'secretmanager.versions.list' denied for resource 'projects/demo-project/secrets/al--github_token--default--token' (or it may not exist).
              al needs secretmanager.versions.list to find the version that holds a value
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-versions-list-ol@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.secretVersionManager --condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe demo-project --format='value(projectNumber)')/secrets/al--')""
    `));

  test("to read versions", async () =>
    expect(await without("versions.access", "older values")).toMatchInlineSnapshot(`
      "77
      error: al could not compare the secret's version: projects/demo-project/secrets/al--github_token--default--token/versions/1
        why: Permission 'secretmanager.versions.access' denied for resource 'projects/demo-project/secrets/al--github_token--default--token/versions/1' (or it may not exist).
              al needs secretmanager.versions.access to compare a stored value with the local one, so that nothing is stored twice
        mend: gcloud projects add-iam-policy-binding demo-project --member=serviceAccount:al-without-versions-access-ol@demo-project.iam.gserviceaccount.com --role=roles/secretmanager.secretAccessor --condition="title=action-llama,expression=resource.name.startsWith('projects/$(gcloud projects describe demo-project --format='value(projectNumber)')/secrets/al--')""
    `));

  test("none: the seven that it then holds are enough", async () => {
    await signInWith(world, { store, name: "al-with-everything", permissions: ALL });
    const { code, stderr } = await sync(project(["github_token", "git_ssh:botty"]));
    expect(code, stderr).toBe(0);
  });
});

describe("an organisation that allows secrets in some regions only", () => {
  const FILES = { "github_token/default/token": "fake-token-0000" };

  const syncWith = (secretLocations: readonly string[]) =>
    inTemporaryDirectory(async (directory) => {
      const fake = new FakeSecretManager();
      fake.allowedLocations = ["europe-west1", "europe-west3"];
      const machine = new SyncMachine(fake, directory, { secretLocations });
      await machine.write(FILES);
      return refusal(() => machine.sync(["github_token"]));
    });

  test("refuses automatic replication, and al names secret_locations", async () =>
    expect(await syncWith([])).toMatchInlineSnapshot(`
      "GoogleCallError, exit 78
      what: al could not create the secret: projects/demo-project/secrets/al--github_token--default--token
      why: Constraint constraints/gcp.resourceLocations violated for [orgpolicy:projects/123456789012] attempting to create a secret in [global].
      remedy: Name regions that the organisation allows, in [cloud]: secret_locations = ["europe-west1"]"
    `));

  test("refuses another region", async () =>
    expect(await syncWith(["us-east1"])).toMatchInlineSnapshot(`
      "GoogleCallError, exit 78
      what: al could not create the secret: projects/demo-project/secrets/al--github_token--default--token
      why: Constraint constraints/gcp.resourceLocations violated for [orgpolicy:projects/123456789012] attempting to create a secret in [us-east1].
      remedy: Name regions that the organisation allows, in [cloud]: secret_locations = ["europe-west1"]"
    `));

  test("takes secrets in the regions that it allows", async () =>
    expect(await syncWith(["europe-west1", "europe-west3"])).toBe("nothing was refused"));

  test("secret_locations in [cloud] is where every secret is then kept", async () => {
    const toml = `${CLOUD_TOML}secret_locations = ["europe-west1", "europe-west3"]\n`;
    const { code, stderr } = await sync(project(["git_ssh:botty"], toml));
    const { secrets = [] } = await world.state();
    const kept = (secrets as { replication: unknown }[]).map(({ replication }) => replication);
    expect({ code, kept }, stderr).toEqual({
      code: 0,
      kept: Array.from({ length: 4 }, () => ({
        userManaged: { replicas: [{ location: "europe-west1" }, { location: "europe-west3" }] },
      })),
    });
  });
});
