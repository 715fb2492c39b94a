import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chooseExecutor } from "./choose-executor.ts";
import type { ContainerExit, ContainerRun, Executor, OutputStream } from "./executor.ts";
import { launcherFor, SandboxExecutor } from "./sandbox-executor.ts";

const isRoot = process.getuid?.() === 0;
const DROP = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const OPTIONS = { metadataHost: "127.0.0.1:9470", setpriv: "/usr/bin/setpriv" };

// Not below /tmp, which every sandbox replaces: these directories must be hidden for their own sake.
const playground = mkdtempSync(join(isRoot ? "/var" : process.cwd(), "al-emulator-test-"));
chmodSync(playground, 0o755);
const hidden = join(playground, "store");
const shown = join(playground, "shown");
for (const directory of [hidden, shown]) {
  mkdirSync(directory);
  writeFileSync(join(directory, "file"), "host\n");
}
const hide = [hidden];
afterAll(() => rmSync(playground, { recursive: true, force: true }));

const users = {
  root: new SandboxExecutor({ ...OPTIONS, hide, launcher: launcherFor("root") }),
  "an ordinary user": new SandboxExecutor({
    ...OPTIONS,
    hide,
    launcher: isRoot ? [...DROP, ...launcherFor("ordinary")] : launcherFor("ordinary"),
  }),
};

type Result = { exit: ContainerExit; stdout: string[]; stderr: string[] };

async function runIn(
  executor: Executor,
  argv: string[],
  more: Partial<ContainerRun> = {},
): Promise<Result> {
  const lines: Record<OutputStream, string[]> = { stdout: [], stderr: [] };
  const run = { image: "host.local/agent:latest", argv, env: {}, mounts: [], ...more };
  const exit = await executor.start(run, (stream, line) => lines[stream].push(line)).exited;
  return { exit, ...lines };
}

async function works(executor: Executor): Promise<boolean> {
  return runIn(executor, ["true"]).then(
    () => true,
    () => false,
  );
}

const available = {
  root: isRoot && (await works(users.root)),
  "an ordinary user": await works(users["an ordinary user"]),
};

const sh = (script: string): string[] => ["sh", "-c", script];

const CREDENTIALS = {
  env: { GITHUB_TOKEN: "a b\n$c", EMPTY: "" },
  mounts: [
    {
      path: "/credentials/git_ssh/default",
      files: [
        { path: "id_rsa", bytes: Buffer.from("KEY\n"), mode: 0o400 },
        { path: "username", bytes: Buffer.from("octo"), mode: 0o444 },
      ],
    },
    {
      path: "/credentials/github_token/default",
      files: [{ path: "token", bytes: Buffer.from([0, 255, 10]), mode: 0o444 }],
    },
    {
      path: join(shown, "new/deep"),
      files: [{ path: "a/b", bytes: Buffer.from("x"), mode: 0o444 }],
    },
    { path: "/srv", files: [{ path: "only", bytes: Buffer.from("x"), mode: 0o555 }] },
    { path: "/home/agent/.config", files: [{ path: "c", bytes: Buffer.from("x"), mode: 0o444 }] },
  ],
} satisfies Partial<ContainerRun>;

for (const user of ["root", "an ordinary user"] as const) {
  const executor = users[user];
  const run = (script: string, more?: Partial<ContainerRun>) => runIn(executor, sh(script), more);
  const reason = available[user] ? "" : " (skipped: no mount namespace here)";

  describe.skipIf(!available[user])(`a command in the sandbox of ${user}${reason}`, () => {
    it("has exactly the environment of the run and three variables more", async () => {
      const { stdout } = await runIn(executor, ["env", "-0"], CREDENTIALS);
      expect(stdout.join("\n").split("\0").filter(Boolean).sort()).toEqual([
        "EMPTY=",
        "GCE_METADATA_HOST=127.0.0.1:9470",
        "GITHUB_TOKEN=a b\n$c",
        "HOME=/",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ]);
    });

    it("keeps PATH, HOME and GCE_METADATA_HOST of the run", async () => {
      const env = { PATH: "/usr/bin", HOME: "/srv", GCE_METADATA_HOST: "x" };
      const { stdout } = await runIn(executor, ["/usr/bin/env"], { env });
      expect(stdout.sort()).toEqual(["GCE_METADATA_HOST=x", "HOME=/srv", "PATH=/usr/bin"]);
    });

    it("sees the mounts: paths, modes, owner, bytes", async () => {
      const script = `find /credentials ${shown}/new /srv /home -printf '%y %m %U:%G %p\\n' | sort -k4; od -An -tx1 /credentials/*/*/*; cat ${shown}/file`;
      const { stdout, stderr } = await run(script, CREDENTIALS);
      expect([stdout, stderr]).toEqual([
        [
          "d 755 0:0 /credentials",
          "d 755 0:0 /credentials/git_ssh",
          "d 755 0:0 /credentials/git_ssh/default",
          "f 400 0:0 /credentials/git_ssh/default/id_rsa",
          "f 444 0:0 /credentials/git_ssh/default/username",
          "d 755 0:0 /credentials/github_token",
          "d 755 0:0 /credentials/github_token/default",
          "f 444 0:0 /credentials/github_token/default/token",
          "d 755 0:0 /home",
          "d 755 0:0 /home/agent",
          "d 755 0:0 /home/agent/.config",
          "f 444 0:0 /home/agent/.config/c",
          "d 755 0:0 /srv",
          "f 555 0:0 /srv/only",
          `d 755 0:0 ${shown}/new`,
          `d 755 0:0 ${shown}/new/deep`,
          `d 755 0:0 ${shown}/new/deep/a`,
          `f 444 0:0 ${shown}/new/deep/a/b`,
          " 4b 45 59 0a 6f 63 74 6f 00 ff 0a",
          "host",
        ],
        [],
      ]);
    });

    it("cannot write anywhere else, not even after a remount", async () => {
      const paths = [
        "/credentials/git_ssh/default/new",
        "/credentials/git_ssh/default/id_rsa",
        "/credentials/new",
        "/new",
        "/usr/new",
        "/root/new",
        "/srv/new",
        "/dev/new",
        "/proc/sys/kernel/domainname",
        `${shown}/new/x`,
        `${shown}/file`,
        `${hidden}/new`,
      ].join(" ");
      const script = `exec 2>/dev/null
        for path in ${paths}; do touch $path && echo written $path; done
        for at in / /usr /var /root ${hidden} /credentials/git_ssh/default /srv; do
          mount -o remount,rw $at && echo remounted $at
          mount -o remount,bind,rw none $at && echo remounted $at
          umount $at && echo unmounted $at
          unshare --user --keep-caps --mount sh -c "umount -l $at" && echo unmounted $at
          unshare --user --keep-caps --mount mount -o remount,bind,rw none $at && echo remounted $at
        done
        for path in ${paths}; do touch $path && echo written $path; done; chmod 666 /dev/null && echo changed; true`;
      expect(await run(script, CREDENTIALS)).toEqual({
        exit: { exitCode: 0 },
        stdout: [],
        stderr: [],
      });
    });

    it("may write /tmp, /var/tmp and /run, which are its own and empty", async () => {
      const script =
        "ls -A /tmp /var/tmp; ls -A /run | grep -v systemd; touch /tmp/a /var/tmp/a /run/a && echo ok";
      expect((await run(script)).stdout).toEqual(["/tmp:", "", "/var/tmp:", "ok"]);
      expect(existsSync("/tmp/a")).toBe(false);
    });

    it("does not see homes, hidden directories or devices", async () => {
      const script = `find /root /home ${hidden}; cat ${hidden}/file; ls /dev`;
      expect((await run(script)).stdout).toEqual([
        "/root",
        "/home",
        hidden,
        ..."fd full null random stderr stdin stdout tty urandom zero".split(" "),
      ]);
    });

    it("sees no process but its own and its supervisor, and can reach into none", async () => {
      const script = `cd /proc; set -- [0-9]*; echo $#
        for at in environ root/ cwd/ fd/1 fd/3 mem map_files/; do
          ls /proc/1/$at/ >/dev/null 2>&1 && echo $at; cat /proc/1/$at 2>/dev/null
          readlink /proc/1/$at
        done; true`;
      expect((await run(script)).stdout).toEqual(["2"]);
    });

    it("holds no capability that leads out, and gains none", async () => {
      const { stdout } = await run(
        "grep -E '^(Cap(Eff|Prm|Bnd|Inh|Amb)|NoNewPrivs)' /proc/self/status",
      );
      expect(stdout.map((line) => line.split(/\s+/))).toEqual([
        ["CapInh:", "0000000000000000"],
        ["CapPrm:", "00000000000004fb"],
        ["CapEff:", "00000000000004fb"],
        ["CapBnd:", "00000000000004fb"],
        ["CapAmb:", "0000000000000000"],
        ["NoNewPrivs:", "1"],
      ]);
    });

    it("has standard input from /dev/null and no other descriptor than the three", async () => {
      const { stdout } = await run("readlink /proc/self/fd/0; exec ls /proc/self/fd");
      // The fourth is that of the listing.
      expect(stdout).toEqual(["/dev/null", "0", "1", "2", "3"]);
    });

    it("starts in / or in the working directory", async () => {
      expect((await run("pwd")).stdout).toEqual(["/"]);
      expect((await run("pwd", { workingDir: "/usr" })).stdout).toEqual(["/usr"]);
    });

    it.each([
      ["exit 0", { exitCode: 0 }],
      ["exit 1", { exitCode: 1 }],
      ["exit 7", { exitCode: 7 }],
      ["exit 42", { exitCode: 42 }],
      ["exit 124", { exitCode: 124 }],
      ["exit 137", { exitCode: 137 }],
      ["kill -KILL $$", { termSignal: 9 }],
      ["kill -TERM $$", { termSignal: 15 }],
      ["kill -SEGV $$", { termSignal: 11 }],
      [
        "kill -KILL 1; kill -TERM 1; kill -USR1 1; kill -INT 1; kill -HUP 1; exit 3",
        { exitCode: 3 },
      ],
    ])("ends as the system tells: %s", async (script, exit) => {
      expect((await run(script)).exit).toEqual(exit);
    });

    it.each([
      [["no-such-program"], 'program "no-such-program" was not found'],
      [["/no/such/program"], 'program "/no/such/program" was not found'],
      [["/etc"], 'program "/etc" was not found or cannot be executed'],
      [["/bad/none"], 'program "/bad/none" cannot be executed: exec format error'],
      [["/bad/lost"], "its interpreter /no/such/shell was not found"],
      [[], "the container needs a command"],
    ])("that cannot be started is refused by name: %j", async (argv, message) => {
      const file = (path: string, text: string) => ({
        path,
        bytes: Buffer.from(text),
        mode: 0o555,
      });
      const files = [file("none", "echo hi\n"), file("lost", "#!/no/such/shell -e\n")];
      const mounts = [{ path: "/bad", files }];
      await expect(runIn(executor, argv, { mounts })).rejects.toThrow(message);
    });

    it.each([
      [{ workingDir: "/no/such" }, "working directory /no/such does not exist"],
      [{ image: "docker.io/library/busybox" }, "only images under host.local/"],
      [{ mounts: [{ path: "/etc/passwd", files: [] }] }, "/etc/passwd is not a directory"],
      [
        {
          mounts: [{ path: "/a", files: [{ path: "../b", bytes: Buffer.from("?"), mode: 0o444 }] }],
        },
        'mounted file "../b" lies outside its mount',
      ],
    ])("that cannot be prepared is refused: %j", async (more, message) => {
      await expect(runIn(executor, ["true"], more)).rejects.toThrow(message);
    });

    it("that traps SIGTERM ends with its own code", async () => {
      const script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
      const lines: string[] = [];
      const container = executor.start(
        { image: "host.local/x", argv: sh(script), env: {}, mounts: [] },
        (_, line) => {
          lines.push(line);
          if (line === "ready") container.terminate();
        },
      );
      expect([await container.exited, lines]).toEqual([{ exitCode: 5 }, ["ready", "bye"]]);
    });

    it("that ignores SIGTERM is killed, with its children", async () => {
      const script =
        "trap '' TERM; echo ready; (while :; do sleep 1; done) & while :; do sleep 1; done";
      const container = executor.start(
        { image: "host.local/x", argv: sh(script), env: {}, mounts: [] },
        () => {
          container.terminate();
          container.kill();
        },
      );
      expect(await container.exited).toEqual({ termSignal: 9 });
      container.terminate();
      container.kill();
    });

    it("leaves nothing behind that could outlive or delay it", async () => {
      const marker = `86400.${process.pid}${user.length}`;
      const { exit, stdout } = await run(
        `setsid sleep ${marker} & (sleep ${marker} &) ; echo done`,
      );
      expect([exit, stdout, processesWith(marker)]).toEqual([{ exitCode: 0 }, ["done"], []]);
    });

    it("may write 10,000 lines to each stream", async () => {
      const script =
        "seq 10000 & seq 10001 20000 >&2; wait; printf last; printf ende\\\\303\\\\244 > /dev/fd/2";
      const { stdout, stderr } = await run(script);
      const numbers = (from: number) => Array.from({ length: 10_000 }, (_, n) => `${from + n}`);
      expect(stdout).toEqual([...numbers(1), "last"]);
      expect(stderr).toEqual([...numbers(10_001), "endeä"]);
    });

    it("does not get in the way of others", async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, n) => run(`echo $$ ${n}; exit ${n}`)),
      );
      expect(results.map(({ exit }) => exit.exitCode)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });
  });
}

describe.skipIf(!available.root)("the sandbox", () => {
  it("ends with the emulator, however that ends", async () => {
    const marker = `86399.${process.pid}`;
    const script = `while :; do sleep ${marker}; done`;
    const container = users.root.start(
      { image: "host.local/x", argv: sh(script), env: {}, mounts: [] },
      () => undefined,
    );
    await until(() => processesWith(marker).length > 0);
    // The death of `unshare`, as that of the emulator's end of the pipe, takes the namespace with it.
    const launchers = processesWith("supervisor.mjs").filter(
      (pid) => parentOf(pid) === process.pid,
    );
    for (const pid of launchers) process.kill(pid, "SIGKILL");
    await expect(container.exited).rejects.toThrow("ended without a report");
    await until(() => processesWith(marker).length === 0);
  });

  it("opens /dev/stderr, which needs a true pipe", async () => {
    expect((await runIn(users.root, sh("echo x > /dev/stderr"))).stderr).toEqual(["x"]);
  });
});

describe("choosing", () => {
  it.skipIf(!available.root && !available["an ordinary user"])(
    "tries the sandbox once",
    async () => {
      const executor = await chooseExecutor({
        kind: "sandbox",
        hide,
        metadataHost: "m",
        warn: fail,
      });
      expect(executor.kind).toBe("sandbox");
    },
  );

  it("says why no sandbox can be had, and what to do", async () => {
    await expect(
      chooseExecutor({ kind: "sandbox", hide: ["/"], metadataHost: "m", warn: fail }),
    ).rejects.toThrow(/cannot be isolated .*root directory cannot be hidden.* --executor host/);
  });

  it("warns of the host executor in one line", async () => {
    const lines: string[] = [];
    const warn = (line: string) => void lines.push(line);
    const executor = await chooseExecutor({ kind: "host", hide, metadataHost: "m", warn });
    expect([executor.kind, lines]).toEqual([
      "host",
      [expect.stringMatching(/^--executor host: .*$/)],
    ]);
  });
});

function fail(line: string): never {
  throw new Error(`unexpected warning: ${line}`);
}

function processesWith(word: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).some((argument) => argument.includes(word)));
}

function commandLine(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split("\0");
}

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended since it was listed.
    return "";
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
