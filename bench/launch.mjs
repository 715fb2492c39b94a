// What al itself costs: the start of a command, a first launch and a warm one, against a relaxed emulator.
// Times are of whole processes with --detach, so that nothing of the agent's own time counts.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROUNDS = 7;
const root = fileURLToPath(new URL("..", import.meta.url));
const al = join(root, "dist/src/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "al-bench-"));

const emulator = spawn(
  process.execPath,
  [join(root, "dist/test/emulator/main.js"), "--port", "0", "--relaxed"],
  {
    stdio: ["ignore", "pipe", "ignore"],
  },
);
const { url, keyFile } = JSON.parse(
  await new Promise((resolve) => createInterface(emulator.stdout).once("line", resolve)),
);

try {
  await seedRunner();
  const rows = [
    row("node -e 0", () => time(["-e", "0"])),
    row("al --version", () => time([al, "--version"])),
    row("al creds ls", () => time(listed(store("warm")))),
    row("al run, first launch of 4 fields", (round) => time(launch(store(`first-${round}`)))),
    row("al run, warm launch", () => time(launch(store("warm"))), 1),
  ];
  const calls = await (await fetch(`${url}/emulator/calls`)).json();
  const before = calls.calls.length;
  time(launch(store("warm")));
  const after = await (await fetch(`${url}/emulator/calls?since=${before}`)).json();
  console.table(Object.fromEntries(rows.map(({ what, ...figures }) => [what, figures])));
  console.log(
    `calls of a warm launch: ${after.calls.map(({ method }) => method.split(".").at(-1)).join(", ")}`,
  );
  console.log(JSON.stringify({ benchmark: "launch", rounds: ROUNDS, rows }));
} finally {
  emulator.kill("SIGTERM");
  rmSync(home, { recursive: true, force: true });
}

/** An identity for the jobs that may read every secret here, since each store has its own prefix. */
async function seedRunner() {
  const email = "al-bench@demo-project.iam.gserviceaccount.com";
  const bindings = [
    { role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${email}`] },
  ];
  const answer = await fetch(`${url}/emulator/seed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      serviceAccounts: [{ email }],
      policies: [{ resource: "projects/demo-project", bindings }],
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Milliseconds: least, median and most of several rounds; the first ones may be left out. */
function row(what, measure, warmUp = 0) {
  const times = Array.from({ length: ROUNDS + warmUp }, (_, round) => measure(round)).slice(warmUp);
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  return {
    what,
    min: sorted[0],
    median: sorted[Math.floor(sorted.length / 2)],
    max: sorted.at(-1),
  };
}

function time(command) {
  const startedAt = performance.now();
  const env = { ...process.env, AL_GCP_EMULATOR: url };
  const { status, stderr } = spawnSync(process.execPath, command, { env });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${stderr}`);
  return performance.now() - startedAt;
}

/** A store of its own for each first launch: its prefix makes the secrets new. */
function store(name) {
  const project = join(home, name, "project");
  const directory = join(home, name, "credentials");
  cpSync(join(root, "examples/project"), project, { recursive: true });
  const prefix = `al-${name}`;
  writeFileSync(
    join(project, "config.toml"),
    `[cloud]\nregion = "us-central1"\nsecret_prefix = "${prefix}"\nservice_account = "al-bench@demo-project.iam.gserviceaccount.com"\n`,
  );
  writeFileSync(
    join(project, "agents/hello/config.toml"),
    'credentials = ["github_token", "git_ssh:botty"]\n[cloudrun]\nimage = "host.local/agent:latest"\ncommand = ["/bin/true"]\n',
  );
  cpSync(keyFile, mkdir(join(directory, "gcp_service_account/default/key_json")));
  for (const [path, value] of Object.entries({
    "github_token/default/token": "bench-token-that-opens-nothing",
    "git_ssh/botty/id_rsa": "bench-key-that-opens-nothing",
    "git_ssh/botty/username": "Botty",
    "git_ssh/botty/email": "botty@example.com",
  })) {
    writeFileSync(mkdir(join(directory, path)), `${value}\n`);
  }
  return { project, directory };
}

function mkdir(file) {
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** Loads only what it uses: the aim is less than 1.5 times `node -e 0` and 60 ms. */
function listed({ directory }) {
  process.env.AL_CREDENTIALS_DIR = directory;
  return [al, "creds", "ls"];
}

function launch({ project, directory }) {
  process.env.AL_CREDENTIALS_DIR = directory;
  return [al, "run", "hello", "--runtime", "cloudrun", "-p", project, "--detach"];
}
