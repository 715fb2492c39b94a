import { generateKeyPairSync } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CTRL_C,
  CTRL_D,
  canOpenTerminal,
  DOWN,
  ENTER,
  type Sitting,
  sitDown,
} from "../support/pseudo-terminal.ts";
import { newPrivateKey } from "../support/store.ts";

let directory: string;
/** Every service: it refuses what its requests carry as long as that holds the word "wrong". */
let services: Server;

beforeAll(async () => {
  services = createServer((request, response) => {
    const refused = JSON.stringify(request.headers).includes("wrong");
    response.writeHead(refused ? 401 : 200, { "content-type": "application/json" });
    response.end(request.url === "/token" ? '{"access_token":"fake"}' : "[]");
  });
  await new Promise<void>((resolve) => services.listen(0, "127.0.0.1", resolve));
});
afterAll(() => services.close());
beforeEach(() => {
  directory = mkdtempSync(join(realpathSync(tmpdir()), "al-test-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const al = (...args: string[]): Sitting =>
  sitDown(args, {
    directory,
    services: `http://127.0.0.1:${(services.address() as AddressInfo).port}`,
  });

const path = (field: string): string => join(directory, ".action-llama/credentials", field);
const stored = (field: string): string => readFileSync(path(field), "utf8");
const store = (field: string, value: string): void => {
  mkdirSync(dirname(path(field)), { recursive: true, mode: 0o700 });
  writeFileSync(path(field), `${value}\n`, { mode: 0o600 });
};

describe.skipIf(!canOpenTerminal)("on a terminal (needs util-linux's script)", () => {
  test("github_token: stars are shown, a refused value can be entered again", async () => {
    const sitting = al("creds", "add", "github_token");
    await sitting.shows("◆  Token");
    sitting.type(`ghp_wrongFake1${ENTER}`);
    await sitting.shows("refused:");
    await sitting.shows("What now?");
    sitting.type(ENTER);
    await sitting.shows("◆  Token");
    sitting.type(`ghp_goodFake2${ENTER}`);
    await sitting.shows("accepted:");
    const { code, screen } = await sitting.ended;
    expect(code).toBe(0);
    expect(stored("github_token/default/token")).toBe("ghp_goodFake2\n");
    expect(screen).not.toMatch(/Fake1|Fake2/);
    expect(screen).toContain("*************");
  });

  test("a refused value can be saved anyway, and giving up stores nothing", async () => {
    const saving = al("creds", "add", "github_token:a");
    await saving.shows("◆  Token");
    saving.type(`ghp_wrong${ENTER}`);
    await saving.shows("What now?");
    saving.type(`${DOWN}${ENTER}`);
    expect((await saving.ended).code).toBe(0);
    expect(stored("github_token/a/token")).toBe("ghp_wrong\n");
    const leaving = al("creds", "add", "github_token:b");
    await leaving.shows("◆  Token");
    leaving.type(`ghp_wrong${ENTER}`);
    await leaving.shows("What now?");
    leaving.type(`${DOWN}${DOWN}${ENTER}`);
    expect((await leaving.ended).code).toBe(65);
    expect(existsSync(path("github_token/b"))).toBe(false);
  });

  test("a stored value stays when Enter is all that is typed", async () => {
    store("github_token/default/token", "ghp_good");
    const sitting = al("creds", "add", "github_token");
    await sitting.shows("Stored already: token.");
    await sitting.shows("Enter keeps the stored one");
    sitting.type(ENTER);
    await sitting.shows("github_token: nothing changed");
    expect((await sitting.ended).code).toBe(0);
    expect(stored("github_token/default/token")).toBe("ghp_good\n");
  });

  test("git_ssh: name, e-mail, and a key that is pasted and not shown", async () => {
    const key = newPrivateKey();
    const sitting = al("creds", "add", "git_ssh:botty");
    await sitting.shows("Git user name");
    sitting.type(`Botty O'Bot${ENTER}`);
    await sitting.shows("Git e-mail");
    sitting.type(`botty@example.com${ENTER}`);
    await sitting.shows("Paste it");
    sitting.type(ENTER);
    await sitting.shows("single dot");
    sitting.type(`${key.trim().replaceAll("\n", "\r")}${ENTER}.${ENTER}`);
    await sitting.shows("Read 27 lines");
    const { code, screen } = await sitting.ended;
    expect(code).toBe(0);
    expect(stored("git_ssh/botty/id_rsa")).toBe(key);
    expect(stored("git_ssh/botty/username")).toBe("Botty O'Bot\n");
    expect(stored("git_ssh/botty/email")).toBe("botty@example.com\n");
    expect(screen).not.toContain("BEGIN RSA");
  });

  test("git_ssh: a key in ~/.ssh is offered, and one with a passphrase is noticed", async () => {
    const key = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    }).privateKey;
    mkdirSync(join(directory, ".ssh"));
    writeFileSync(join(directory, ".ssh/id_rsa"), key);
    const sitting = al("creds", "add", "git_ssh");
    await sitting.shows("Git user name");
    sitting.type(`a${ENTER}`);
    await sitting.shows("Git e-mail");
    sitting.type(`a@example.com${ENTER}`);
    await sitting.shows("Use ~/.ssh/id_rsa");
    sitting.type(ENTER);
    await sitting.shows("passphrase");
    await sitting.shows("What now?");
    sitting.type(CTRL_C);
    expect((await sitting.ended).code).toBe(130);
    expect(existsSync(path("git_ssh"))).toBe(false);
  });

  test("anthropic_key: an API key is stored, and its authType is said", async () => {
    const sitting = al("creds", "add", "anthropic_key");
    await sitting.shows("How do your agents sign in");
    sitting.type(ENTER);
    await sitting.shows("API key or OAuth token");
    sitting.type(`sk-ant-api03-fake${ENTER}`);
    await sitting.shows('authType = "api_key"');
    expect((await sitting.ended).code).toBe(0);
    expect(stored("anthropic_key/default/token")).toBe("sk-ant-api03-fake\n");
  });

  test("anthropic_key: pi_auth stores nothing", async () => {
    const sitting = al("creds", "add", "anthropic_key");
    await sitting.shows("How do your agents sign in");
    sitting.type(`${DOWN}${DOWN}${ENTER}`);
    await sitting.shows('authType = "pi_auth"');
    expect((await sitting.ended).code).toBe(0);
    expect(existsSync(path("anthropic_key"))).toBe(false);
  });

  test("gcp_service_account: the JSON is pasted as it is, over several lines, and ended by Ctrl-D", async () => {
    const json = JSON.stringify(
      {
        type: "service_account",
        project_id: "demo-project",
        client_email: "al@demo-project.iam.gserviceaccount.com",
        private_key: generateKeyPairSync("rsa", {
          modulusLength: 2048,
          privateKeyEncoding: { type: "pkcs8", format: "pem" },
          publicKeyEncoding: { type: "spki", format: "pem" },
        }).privateKey,
      },
      null,
      2,
    );
    const sitting = al("creds", "add", "gcp_service_account");
    await sitting.shows("Paste it");
    sitting.type(ENTER);
    await sitting.shows("single dot");
    sitting.type(`${json.replaceAll("\n", "\r")}${ENTER}${CTRL_D}`);
    await sitting.shows("accepted:");
    const { code, screen } = await sitting.ended;
    expect(code).toBe(0);
    expect(stored("gcp_service_account/default/key_json")).toBe(`${json}\n`);
    expect(screen).not.toContain('private_key"');
  });

  test("vps_ssh: a key is generated, and its public half shown", async () => {
    const sitting = al("creds", "add", "vps_ssh");
    await sitting.shows("Generate a new one");
    sitting.type(ENTER);
    await sitting.shows("ssh-ed25519 AAAA");
    expect((await sitting.ended).code).toBe(0);
    expect(stored("vps_ssh/default/id_rsa")).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  });

  test("Ctrl-C at a question stores nothing and exits 130", async () => {
    const sitting = al("creds", "add", "aws");
    await sitting.shows("◆  Access key");
    sitting.type(`FAKEACCESSKEYID00000${ENTER}`);
    await sitting.shows("◆  Secret");
    sitting.type(CTRL_C);
    await sitting.shows("Cancelled.");
    expect((await sitting.ended).code).toBe(130);
    expect(existsSync(path("aws"))).toBe(false);
  });

  test("rm asks, and No keeps", async () => {
    store("github_token/default/token", "ghp_good");
    const keeping = al("creds", "rm", "github_token");
    await keeping.shows("Remove github_token (token)?");
    keeping.type(ENTER);
    await keeping.shows("Nothing was removed.");
    expect((await keeping.ended).code).toBe(0);
    expect(stored("github_token/default/token")).toBe("ghp_good\n");
    const removing = al("creds", "rm", "github_token");
    await removing.shows("Remove github_token (token)?");
    removing.type("y");
    expect((await removing.ended).code).toBe(0);
    expect(existsSync(path("github_token"))).toBe(false);
  });

  test("types: search by id, see all about one, and add it", async () => {
    const sitting = al("creds", "types");
    await sitting.shows("type to search");
    sitting.type("bugsnag_to");
    await sitting.shows("1 match");
    sitting.type(ENTER);
    await sitting.shows("BUGSNAG_AUTH_TOKEN = token");
    await sitting.shows("Add this credential now?");
    sitting.type("y");
    await sitting.shows("◆  Token");
    sitting.type(`fake-token${ENTER}`);
    expect((await sitting.ended).code).toBe(0);
    expect(stored("bugsnag_token/default/token")).toBe("fake-token\n");
  });

  test("doctor asks for what is missing or refused, and shows the gateway's key once", async () => {
    const agent = join(directory, "agents/dev");
    mkdirSync(agent, { recursive: true });
    writeFileSync(join(agent, "SKILL.md"), "Do it.\n");
    writeFileSync(join(agent, "config.toml"), 'credentials = ["github_token", "sentry_token"]\n');
    store("github_token/default/token", "ghp_wrong");
    const sitting = al("doctor");
    await sitting.shows("refused  GitHub Personal Access Token (github_token)");
    await sitting.shows("missing  Sentry Auth Token (sentry_token): token");
    await sitting.shows("Set up github_token now (the refused values)?");
    sitting.type("y");
    await sitting.shows("Enter keeps the stored one");
    sitting.type(`ghp_good${ENTER}`);
    await sitting.shows("Set up sentry_token now (token)?");
    sitting.type("n");
    await sitting.shows("shown only now: ");
    await sitting.shows("al creds add sentry_token");
    const { code, screen } = await sitting.ended;
    expect(code).toBe(78);
    expect(stored("github_token/default/token")).toBe("ghp_good\n");
    expect(screen).toContain(stored("gateway_api_key/default/key").trim());
    expect(stored("gateway_api_key/default/key")).toMatch(/^[\w-]{43}\n$/);
  });

  test("new asks for model, key and git identity; left half-way it leaves no directory", async () => {
    const leaving = al("new", "mine");
    await leaving.shows("Whose model");
    leaving.type(ENTER);
    await leaving.shows("Model");
    leaving.type(CTRL_C);
    expect((await leaving.ended).code).toBe(130);
    expect(existsSync(join(directory, "mine"))).toBe(false);
    const sitting = al("new", "mine");
    await sitting.shows("Whose model");
    sitting.type(ENTER);
    await sitting.shows("claude-sonnet");
    sitting.type(ENTER);
    await sitting.shows("How do your agents sign in");
    sitting.type(`${DOWN}${ENTER}`);
    await sitting.shows("API key or OAuth token");
    sitting.type(`sk-ant-oat01-${"fake".repeat(6)}${ENTER}`);
    await sitting.shows("name and e-mail");
    sitting.type("y");
    await sitting.shows("Git user name");
    sitting.type(`Botty${ENTER}`);
    await sitting.shows("Git e-mail");
    sitting.type(`botty@example.com${ENTER}`);
    await sitting.shows("Created ");
    expect((await sitting.ended).code).toBe(0);
    expect(readFileSync(join(directory, "mine/config.toml"), "utf8")).toContain(
      'authType = "oauth_token"',
    );
    expect(stored("git_ssh/default/email")).toBe("botty@example.com\n");
  });
});
