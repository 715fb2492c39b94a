import { describe, expect, test } from "vitest";
import { createMask } from "../../src/credentials/secret-mask.ts";
import { planJob } from "../../src/mapping/job-spec.ts";
import { refuseLeaks } from "../../src/mapping/leak-guard.ts";
import { refusal } from "../refusal.ts";
import { AGENT, CLOUD, credential, field, pins } from "./samples.ts";

const VALUE = 'fake"value\nof two lines';
const SECRET = credential("custom_key", field("token", { value: VALUE }));
const PLAIN = credential("shown", field("name", { kind: "plain", value: "public-name" }));

const { isIn } = createMask([SECRET, PLAIN]);

const guard = (run: {
  prompt?: string;
  literals?: Record<string, string>;
  command?: string[];
  args?: string[];
  sent?: unknown;
}) =>
  refusal(() =>
    refuseLeaks({ prompt: "", literals: {}, command: [], args: [], sent: {}, ...run }, isIn),
  );

describe("refuseLeaks", () => {
  test("the prompt", async () =>
    expect(await guard({ prompt: `Use ${VALUE}, please` })).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: The prompt contains the value of a credential
      why: it would be readable by everyone who may see the job or its audit logs
      remedy: Take the value out of the prompt; the agent finds the credential under /credentials and in its variables."
    `));

  test.each(["command", "args"])("the %s", async (key) =>
    expect(await guard({ [key]: ["sh", `echo ${VALUE}`] })).toContain(
      `DataError, exit 65\nwhat: [cloudrun] ${key} contains the value of a credential`,
    ),
  );

  test("a literal variable", async () =>
    expect(await guard({ literals: { FINE: "1", TOKEN: VALUE } })).toMatchInlineSnapshot(`
      "DataError, exit 65
      what: [cloudrun.env] TOKEN contains the value of a credential
      why: it would be readable by everyone who may see the job or its audit logs
      remedy: Remove TOKEN from [cloudrun.env]; the agent finds the credential under /credentials and in its variables."
    `));

  test("anything else that is sent", async () =>
    expect(
      await guard({ sent: { job: { template: { args: ["--token", VALUE] } } } }),
    ).toMatchInlineSnapshot(`
      "BugError, exit 70
      what: al was about to put a credential's value into a job
      why: the spec or the overrides contain it; nothing was sent
      remedy: A setting such as a label or the image may hold it: check [cloud] and the agent's config.toml. If none does, this is a defect of al."
    `));

  test.each([
    ["as it is", VALUE],
    ["one line of it", "of two lines"],
    ["as base64", Buffer.from(VALUE).toString("base64")],
    ["in a URL", encodeURIComponent(VALUE)],
    ["as JSON", JSON.stringify({ token: VALUE })],
  ])("the value %s", async (_sentence, text) =>
    expect((await guard({ sent: { args: [text] } })).split("\n")[0]).toBe("BugError, exit 70"),
  );

  test.each([
    ["nothing", {}],
    ["a plain field's value", { prompt: "I am public-name", literals: { NAME: "public-name" } }],
    ["the names of a credential's field and secret", { prompt: "custom_key token al--custom_key" }],
  ])("%s may be sent", async (_sentence, run) =>
    expect(await guard(run)).toBe("nothing was refused"),
  );

  test("a job that only refers to the secret passes", async () => {
    const versions = pins({ "al--custom_key--default--token": { token: "1" } });
    const { job } = planJob({
      agent: AGENT,
      cloud: CLOUD,
      credentials: [SECRET],
      injections: [{ name: "TOKEN", credential: SECRET, field: "token" }],
      pins: versions,
    });
    expect(await guard({ sent: job })).toBe("nothing was refused");
  });

  test("what it says never quotes the value", async () => {
    const texts = await Promise.all([
      guard({ prompt: VALUE }),
      guard({ literals: { TOKEN: VALUE } }),
      guard({ sent: VALUE }),
    ]);
    expect(texts.filter((text) => isIn(text) || text === "nothing was refused")).toEqual([]);
  });
});
