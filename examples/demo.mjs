// The main job on the embedded emulator: no account, no container engine, nothing left behind.
// Starts the emulator, writes throwaway credentials, and runs `al run hello --runtime cloudrun`.
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const al = join(root, "dist/src/cli/main.js");
const home = mkdtempSync(join(tmpdir(), "al-demo-"));
const store = join(home, "credentials");

// Ctrl-C reaches al and the emulator too; this process ends after them and cleans up.
process.on("SIGINT", () => {});
let emulator;
try {
  emulator = await startEmulator();
  writeStore(emulator.keyFile);
  console.log("$ al run hello --runtime cloudrun");
  process.exitCode = await run([
    "run",
    "hello",
    "--runtime",
    "cloudrun",
    "-p",
    join(root, "examples/project"),
  ]);
} finally {
  emulator?.stop();
  rmSync(home, { recursive: true, force: true });
}
if (process.exitCode === 0) console.log("The agent's own exit code came back: 0");

/** Resolves when the emulator has printed where it is. */
async function startEmulator() {
  const args = [join(root, "dist/test/emulator/main.js"), "--port", "0"];
  const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const failed = new Promise((_, reject) => {
    child.once("exit", (code) => reject(new Error(`The emulator ended with code ${code}.`)));
  });
  failed.catch(() => {}); // after the start, its end is ours to bring about
  const line = await Promise.race([failed, firstLine(child.stdout)]);
  console.log(`The emulator is at ${JSON.parse(line).url}`);
  return { ...JSON.parse(line), stop: () => child.kill("SIGTERM") };
}

function firstLine(stream) {
  return new Promise((resolve) => createInterface(stream).once("line", resolve));
}

/** Throwaway values: an SSH key made now, and texts that open nothing. */
function writeStore(keyFile) {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  write("gcp_service_account/default/key_json", readFileSync(keyFile, "utf8"));
  write("github_token/default/token", "demo-github-token-that-opens-nothing");
  write("anthropic_key/default/token", "demo-anthropic-key-that-opens-nothing");
  write("git_ssh/botty/id_rsa", privateKey);
  write("git_ssh/botty/username", "Botty");
  write("git_ssh/botty/email", "botty@example.com");
  write("aws/default/access_key_id", "DEMOACCESSKEYID00000");
  write("aws/default/secret_access_key", "demo-secret-access-key-that-opens-nothing");
  write("aws/default/default_region", "us-east-1");
}

function write(path, value) {
  const file = join(store, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${value.trim()}\n`, { mode: 0o600 });
}

function run(args) {
  const child = spawn(process.execPath, [al, ...args], {
    stdio: "inherit",
    env: { ...process.env, AL_CREDENTIALS_DIR: store, AL_GCP_EMULATOR: emulator.url },
  });
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}
