import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agent, run } from "../support/agents.ts";
import { PLAIN_VALUES, SECRET_VALUES } from "../support/store.ts";
import { makeWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

const MUTATING = /\.(Create|Add|Update|Delete|Run|Cancel|Set|Destroy|Disable|Enable)[A-Z]\w*$/;

describe("what the agent sees", () => {
  const LIST = `cd /credentials && find . -type f | sort | while read -r file; do
    echo "$file $(stat -c '%a %u:%g' "$file") $(sha256sum < "$file" | cut -d' ' -f1)"
  done`;
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const expected = (path: string, content: string) => `./${path} 444 0:0 ${sha256(content)}`;

  test("exactly the listed credentials, trimmed, and the SSH key with its final newline", async () => {
    const project = world.project(
      agent(LIST, 'credentials = ["github_token", "git_ssh:botty", "aws"]'),
    );
    const { code, stdout } = await world.al(run(project));
    const { "anthropic_key/default/token": _, ...secrets } = SECRET_VALUES;
    const files = Object.entries({ ...secrets, ...PLAIN_VALUES })
      .map(([path, value]) => expected(path, value))
      .concat(expected("git_ssh/botty/id_rsa", `${world.privateKey.trim()}\n`));
    expect({ code, lines: stdout.trim().split("\n") }).toEqual({ code: 0, lines: files.sort() });
  });

  test("the variables of its credentials, its literals, its prompt, and the platform's", async () => {
    const project = world.project(
      `${agent(
        `awk 'BEGIN { for (name in ENVIRON) print name }' | sort | tr '\\n' ' '; echo; echo "$GIT_AUTHOR_NAME, $AWS_DEFAULT_REGION, $LEVEL, $PROMPT"`,
        'credentials = ["github_token", "git_ssh:botty", "aws"]',
      )}[cloudrun.env]\nLEVEL = 3\n`,
    );
    const { code, stdout } = await world.al(run(project, "write it"));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `AL_RUN_ID AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_SECRET_ACCESS_KEY CLOUD_RUN_EXECUTION CLOUD_RUN_JOB CLOUD_RUN_TASK_ATTEMPT CLOUD_RUN_TASK_COUNT CLOUD_RUN_TASK_INDEX GCE_METADATA_HOST GH_TOKEN GITHUB_TOKEN GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME HOME LEVEL PATH PROMPT PWD \nBotty O'Bot, eu-central-1, 3, write it\n`,
    });
  });

  test("the model's key as a file, and in no variable", async () => {
    const project = world.project(
      agent(
        'ls /credentials; env | grep -c sk-ant || echo "no variable has it"',
        'models = ["sonnet"]',
      ),
      `[models.sonnet]\nprovider = "anthropic"\nauthType = "api_key"\n[cloud]\nregion = "us-central1"\nservice_account = "al-runner@demo-project.iam.gserviceaccount.com"\n`,
    );
    const { stdout } = await world.al(run(project));
    expect(stdout).toBe("anthropic_key\n0\nno variable has it\n");
  });

  test("a key that ssh-keygen accepts once it is copied with mode 0600", async () => {
    const project = world.project(
      agent(
        "cp /credentials/git_ssh/botty/id_rsa /tmp/key && chmod 600 /tmp/key && ssh-keygen -y -f /tmp/key | cut -d' ' -f1",
        'credentials = ["git_ssh:botty"]',
      ),
    );
    const { stdout, code } = await world.al(run(project));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "ssh-rsa\n" });
  });

  test("a prompt from standard input, without the last newline", async () => {
    const project = world.project(agent('printf "%s|" "$PROMPT"; echo'));
    const { stdout } = await world.al(run(project, "-"), { stdin: "two\nlines\n" });
    expect(stdout).toBe("two\nlines|\n");
  });
});

describe("the exit code is the agent's own", () => {
  test.each([
    ["success", "exit 0", 0],
    ["an ordinary failure", "exit 1", 1],
    ["any other number", "exit 7", 7],
    ["the number that means rerun", "exit 42", 42],
    ["its own 124", "exit 124", 124],
    ["its own 137", "exit 137", 137],
    ["death by SIGKILL is 128+9", "kill -9 $$", 137],
    ["death by SIGTERM is 128+15", "kill -15 $$", 143],
  ])("%s", async (_sentence, script, code) => {
    const result = await world.al(run(world.project(agent(script)), "--json"));
    expect({ code: result.code, json: JSON.parse(result.stdout).exitSource }).toEqual({
      code,
      json: "agent",
    });
  });

  test("an agent that outlives its timeout gives 124, whatever it makes of SIGTERM", async () => {
    const project = world.project(
      agent(
        "trap 'echo stopped; exit 3' TERM; echo ready; while :; do sleep 0.1; done",
        "timeout = 60",
      ),
    );
    const result = await world.al(run(project, "--json"), {
      onOutput: (text) => {
        // What follows ten seconds after a timeout, a SIGKILL, is not due yet.
        if (text === "ready\n") void world.control("/emulator/clock", { advanceMs: 60_000 });
      },
    });
    const { state, exitCode, exitSource } = JSON.parse(result.stdout);
    expect({
      code: result.code,
      state,
      exitCode,
      exitSource,
      output: result.stderr.includes("stopped\n"),
    }).toEqual({
      code: 124,
      state: "failed",
      exitCode: 124,
      exitSource: "platform",
      output: true,
    });
  });
});

describe("its output", () => {
  test("arrives complete and in order, stdout on stdout and stderr on stderr", async () => {
    const project = world.project(
      agent('i=0; while [ $i -lt 500 ]; do echo "out $i"; i=$((i+1)); done; echo oops >&2'),
    );
    // Lines are held back for two seconds of al's time, which must stay long beside the emulator's own delays.
    const { stdout, stderr } = await world.al(run(project), { speed: 4 });
    expect(stdout).toBe(Array.from({ length: 500 }, (_, i) => `out ${i}\n`).join(""));
    expect(stderr).toContain("\noops\n");
  });

  test("is shown while the agent runs", async () => {
    const project = world.project(agent("echo early; while :; do sleep 0.1; done"));
    const result = await world.al(run(project), {
      onOutput: (text, signal) => {
        if (text === "early\n") signal("SIGINT");
      },
    });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 130, stdout: "early\n" });
  });

  test("never shows the value of a credential, in whatever form the agent prints it", async () => {
    const project = world.project(
      agent(
        'echo "token $GITHUB_TOKEN"; printf "%s" "$GITHUB_TOKEN" | base64 -w0; echo; cat /credentials/github_token/default/token',
        'credentials = ["github_token"]',
      ),
    );
    const { stdout } = await world.al(run(project));
    expect(stdout).toBe("token ***\n***\n***\n");
  });
});

describe("what it costs", () => {
  test("an unchanged agent's second run makes one call that changes anything, and one before the run starts", async () => {
    const project = world.project(agent("true", 'credentials = ["github_token", "git_ssh:botty"]'));
    await world.al(run(project));
    const { length } = await world.calls();
    await world.al(run(project));
    const methods = (await world.calls(length)).map(({ method }) => method);
    expect(methods.filter((method) => MUTATING.test(method))).toEqual([
      "google.cloud.run.v2.Jobs.RunJob",
    ]);
    expect(methods[0]).toBe("google.cloud.run.v2.Jobs.RunJob");
    expect(methods.filter((method) => method.includes("secretmanager"))).toEqual([]);
  });

  test("a dry run changes nothing and says what would be", async () => {
    const project = world.project(agent("true", 'credentials = ["git_ssh:botty"]'));
    const { code, stdout } = await world.al(run(project, "--dry-run", "--json"));
    const plan = JSON.parse(stdout);
    expect((await world.calls()).filter(({ method }) => MUTATING.test(method))).toEqual([]);
    expect({ code, secrets: plan.secrets, calls: plan.calls }).toEqual({
      code: 0,
      secrets: ["email", "id_rsa", "username"]
        .map((field) => ({
          secret: `al--git_ssh--botty--${field}`,
          credential: "git_ssh:botty",
          action: "create",
          versions: { [field]: null } as Record<string, null>,
        }))
        .concat({
          secret: "al--git_ssh--botty--_files",
          credential: "git_ssh:botty",
          action: "create",
          versions: { email: null, id_rsa: null, username: null },
        }),
      calls: [
        ...["email", "id_rsa", "username"].flatMap((field) => [
          `SecretManagerService.CreateSecret al--git_ssh--botty--${field}`,
          `SecretManagerService.AddSecretVersion al--git_ssh--botty--${field} (${field})`,
        ]),
        "SecretManagerService.CreateSecret al--git_ssh--botty--_files",
        ...["email", "id_rsa", "username"].map(
          (field) => `SecretManagerService.AddSecretVersion al--git_ssh--botty--_files (${field})`,
        ),
        "SecretManagerService.UpdateSecret al--git_ssh--botty--_files (annotations)",
        "Jobs.CreateJob al-it-????????",
        "Jobs.RunJob al-it-????????",
      ],
    });
  });
});
