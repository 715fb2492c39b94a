// PID 1 of a sandbox. It is started before the file system is rebuilt, so that Node itself may lie in a hidden directory.
// It keeps its capabilities and the command has none of them, so the command can neither trace it nor forge its reports.
import { spawn, spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { Socket } from "node:net";
import { constants as osConstants } from "node:os";
import { dirname, resolve } from "node:path";

const REPORT_FD = 3;
const ORDERS_FD = 4;
const STDOUT_FD = 5;
const STDERR_FD = 6;
// Node does not name it; fcntl.h of Linux does.
const O_CLOEXEC = 0o2000000;
const ADMIN_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
const CAPABILITIES = [
  "chown",
  "dac_override",
  "fowner",
  "fsetid",
  "kill",
  "setgid",
  "setuid",
  "net_bind_service",
];

/**
 * @typedef {object} Plan
 * @property {string} workshop  script that makes the place for the files
 * @property {string[]} directories
 * @property {{path: string, mode: number, base64: string}[]} files
 * @property {string} enter  script that builds the new root and enters it
 * @property {string[]} argv
 * @property {Record<string, string>} env
 * @property {string} workingDir
 * @property {{program: string, loader?: string, libraries: string[], isOutside?: boolean}} setpriv  util-linux's
 *   setpriv with what it needs, by absolute paths; from outside where the new root does not have it
 * @property {string[]} identity  options of setpriv
 */

/** @type {import("node:child_process").ChildProcess | undefined} */
let command;

/** @param {{exitCode: number} | {termSignal: number} | {startError: string}} report */
function endWith(report) {
  writeSync(REPORT_FD, `${JSON.stringify(report)}\n`);
  // The end of PID 1 is the end of every process in its namespace.
  process.exit(0);
}

/** Closes what the emulator's own parent left open for its children; Node's own descriptors close themselves. */
function closeStrangeDescriptors() {
  for (const name of readdirSync("/proc/self/fdinfo")) {
    const fd = Number(name);
    if (fd <= STDERR_FD || closesOnExec(fd) !== false) continue;
    closeSync(fd);
  }
}

/**
 * Undefined for a descriptor that is gone, as that of the listing itself is.
 * @param {number} fd
 */
function closesOnExec(fd) {
  const path = `/proc/self/fdinfo/${fd}`;
  if (!existsSync(path)) return undefined;
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
}

/** @param {string} text */
function runScript(text) {
  const done = spawnSync("/bin/sh", ["-s"], {
    input: text,
    encoding: "utf8",
    env: { PATH: ADMIN_PATH },
    cwd: "/",
  });
  if (done.status === 0) return;
  throw new Error(`the sandbox could not be built: ${(done.stderr || String(done.error)).trim()}`);
}

/** @param {Plan} plan */
function build(plan) {
  runScript(plan.workshop);
  for (const path of plan.directories) mkdirSync(path, { recursive: true, mode: 0o755 });
  for (const file of plan.files) {
    mkdirSync(dirname(file.path), { recursive: true, mode: 0o755 });
    writeFileSync(file.path, Buffer.from(file.base64, "base64"));
    chmodSync(file.path, file.mode);
  }
  const setpriv = setprivWords(plan);
  runScript(plan.enter);
  process.chdir("/");
  if (existsSync("/.old-root")) rmdirSync("/.old-root");
  return setpriv;
}

/**
 * The words that run setpriv. A root without this machine's programs reaches them through descriptors that only this
 * process holds: they are looked up by name while the command still is what this process is, and are not handed on.
 * @param {Plan} plan
 */
function setprivWords({ setpriv: { program, loader, libraries, isOutside } }) {
  if (!isOutside) return [program];
  /** @param {string} path */
  const held = (path) => `/proc/1/fd/${openSync(path, "r")}`;
  if (loader === undefined) return [held(program)];
  return [held(loader), "--library-path", libraries.map(held).join(":"), held(program)];
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Whatever the reason, execvp(3) would go on to the next directory of PATH.
    return false;
  }
}

/**
 * The file that execvp(3) would run.
 * @param {Plan} plan
 */
function findProgram(plan) {
  const name = plan.argv[0] ?? "";
  const candidates = name.includes("/")
    ? [resolve(plan.workingDir, name)]
    : (plan.env.PATH ?? "")
        .split(":")
        .map((directory) => resolve(plan.workingDir, directory, name));
  return name === "" ? undefined : candidates.find(isProgram);
}

/**
 * execvp(3) hands a file without a format to /bin/sh; a container's runtime refuses it.
 * @param {string} path
 */
function formatError(path) {
  const head = Buffer.alloc(256);
  const fd = openSync(path, "r");
  const length = readSync(fd, head);
  closeSync(fd);
  if (head.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1"))) return undefined;
  const interpreter = /^#![ \t]*(\S+)/.exec(head.toString("latin1", 0, length))?.[1];
  if (interpreter === undefined) return "exec format error";
  return isProgram(interpreter) ? undefined : `its interpreter ${interpreter} was not found`;
}

/** @param {Plan} plan */
function refusal(plan) {
  if (!statSync(plan.workingDir, { throwIfNoEntry: false })?.isDirectory()) {
    return `working directory ${plan.workingDir} does not exist`;
  }
  const program = findProgram(plan);
  if (program === undefined)
    return `program ${JSON.stringify(plan.argv[0])} was not found or cannot be executed`;
  const error = formatError(program);
  return error === undefined
    ? undefined
    : `program ${JSON.stringify(plan.argv[0])} cannot be executed: ${error}`;
}

/** @param {Plan} plan */
function start(plan) {
  const [launcher = "", ...words] = build(plan);
  const refused = refusal(plan);
  if (refused !== undefined) return endWith({ startError: refused });
  const bounding = ["-all", ...CAPABILITIES.map((name) => `+${name}`)].join(",");
  command = spawn(
    launcher,
    [
      ...words,
      ...plan.identity,
      "--no-new-privs",
      "--inh-caps=-all",
      "--ambient-caps=-all",
      `--bounding-set=${bounding}`,
      "--",
      ...plan.argv,
    ],
    { env: plan.env, cwd: plan.workingDir, stdio: ["ignore", STDOUT_FD, STDERR_FD] },
  );
  closeSync(STDOUT_FD);
  closeSync(STDERR_FD);
  command.on("error", (error) => endWith({ startError: String(error) }));
  command.on("exit", (code, signal) =>
    endWith(
      signal === null ? { exitCode: code ?? 0 } : { termSignal: osConstants.signals[signal] },
    ),
  );
}

/** @param {string} line */
function obey(line) {
  if (line === "TERM") command?.kill("SIGTERM");
  else if (line === "KILL") killAll();
  else startSafely(JSON.parse(line));
}

function killAll() {
  try {
    // From PID 1, -1 means every other process of the namespace.
    process.kill(-1, "SIGKILL");
  } catch (error) {
    // There is none any more.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/** @param {Plan} plan */
function startSafely(plan) {
  try {
    start(plan);
  } catch (error) {
    endWith({ startError: error instanceof Error ? error.message : String(error) });
  }
}

// Without a listener Node would open its debugger on SIGUSR1, and end on the others, when the command sends them to PID 1.
for (const signal of /** @type {const} */ (["SIGUSR1", "SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {});
}
process.umask(0o022);
closeStrangeDescriptors();

let received = "";
const orders = new Socket({ fd: ORDERS_FD, readable: true, writable: false });
orders.setEncoding("utf8");
orders.on("data", (text) => {
  const lines = (received + text).split("\n");
  received = lines.pop() ?? "";
  for (const line of lines) obey(line);
});
// The emulator is gone: nothing of its containers may stay behind.
orders.on("close", () => process.exit(1));
