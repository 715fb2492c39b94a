import type { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/credentials/secret.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { SecretManager, type StoredSecret } from "../../src/gcp/secret-manager.ts";
import {
  ALL_PAUSES,
  answering,
  callerAt,
  DEADLINE,
  everyTextOf,
  FakeClock,
  grpcError,
  outcomeOf,
  PROJECT,
  REFUSALS,
  refused,
} from "./fake-google.ts";

const PARENT = "projects/demo-project";
const ID = "al--github_token--default--token";
const NAME = `${PARENT}/secrets/${ID}`;
/** Secret Manager answers with the project's number, whatever it was asked with. */
const NUMBERED = `projects/123456789012/secrets/${ID}`;
const ONE_PAGE = { ...DEADLINE, autoPaginate: false };
const value = new Secret("123456789");
const CRC = 0xe3069283;

const labels = { "managed-by": "action-llama" };
const annotations = { "action-llama/credential": "github_token:default" };
/** As gRPC gives it: int64 as text. */
const CREATED = { seconds: "1767323045", nanos: 678_000_000 };
const CREATED_AT = 1_767_323_045_678;
const google = {
  name: NUMBERED,
  labels,
  annotations,
  etag: '"165cdb26000000"',
  createTime: CREATED,
};
const ours: StoredSecret = {
  id: ID,
  labels,
  annotations,
  etag: '"165cdb26000000"',
  locations: 1,
  createdAt: CREATED_AT,
};
const version = (number: number, state = "ENABLED") => ({
  name: `${NUMBERED}/versions/${number}`,
  state,
  createTime: CREATED,
});

type Act = (secrets: SecretManager) => Promise<unknown>;

async function trial(method: string, answers: readonly unknown[], act: Act) {
  const clock = new FakeClock();
  const answer = answering(...answers);
  const client = { [method]: answer } as unknown as SecretManagerServiceClient;
  const outcome = await outcomeOf(act(new SecretManager(client, PROJECT, callerAt(clock))));
  return { sent: answer.mock.calls, outcome, sleeps: clock.sleeps };
}

const list: Act = (secrets) => secrets.listByLabel("managed-by", "action-llama");
const find: Act = (secrets) => secrets.findSecret(ID);
const create: Act = (secrets) =>
  secrets.createSecret({ id: ID, labels, annotations, locations: [] });
const createIn =
  (...locations: readonly string[]): Act =>
  (secrets) =>
    secrets.createSecret({ id: ID, labels, annotations, locations });
const annotate: Act = (secrets) => secrets.setAnnotations(ours, { note: "new" });
const versions: Act = (secrets) => secrets.enabledVersions(ID);
const allVersions: Act = (secrets) => secrets.versions(ID);
const remove: Act = (secrets) => secrets.deleteSecret(ours);
/** The value as text: secrets themselves look all the same from outside. */
const read: Act = async (secrets) => {
  const content = await secrets.readVersion(ID, "3");
  return content && { value: content.value?.reveal() };
};
const add: Act = (secrets) => secrets.addVersion(ID, value);

const listing = (pageToken: string) => [
  {
    parent: PARENT,
    filter: "labels.managed-by=action-llama",
    pageSize: 25_000,
    pageToken,
  },
  ONE_PAGE,
];
const creationWith = (replication: object) => [
  { parent: PARENT, secretId: ID, secret: { labels, annotations, replication } },
  DEADLINE,
];
const creation = creationWith({ automatic: {} });
const addition = [
  { parent: NAME, payload: { data: Buffer.from("123456789"), dataCrc32c: CRC } },
  DEADLINE,
];
const access = [{ name: `${NAME}/versions/3` }, DEADLINE];
const accessed = (data: string, dataCrc32c: unknown) => [
  { name: `${NUMBERED}/versions/3`, payload: { data: Buffer.from(data), dataCrc32c } },
];

describe("Secret Manager", () => {
  test.each([
    [
      "lists by label, page after page, empty ones too",
      "listSecrets",
      [
        [[google], {}, { nextPageToken: "2" }],
        [[], {}, { nextPageToken: "3" }],
        [[{ ...google, name: "projects/123456789012/secrets/al--b" }], null, { nextPageToken: "" }],
      ],
      list,
      [listing(""), listing("2"), listing("3")],
      [ours, { ...ours, id: "al--b" }],
    ],
    ["lists nothing where nothing is", "listSecrets", [[[], null, {}]], list, [listing("")], []],
    [
      "finds a secret, without its values",
      "getSecret",
      [[google]],
      find,
      [[{ name: NAME }, DEADLINE]],
      ours,
    ],
    [
      "reads a secret that has nothing but a name",
      "getSecret",
      [[{ name: NUMBERED, labels: null, annotations: null, etag: null, createTime: null }]],
      find,
      [[{ name: NAME }, DEADLINE]],
      { id: ID, labels: {}, annotations: {}, etag: "", locations: 1, createdAt: 0 },
    ],
    [
      "creates a labelled secret that Google keeps where it likes",
      "createSecret",
      [[google]],
      create,
      [creation],
      ours,
    ],
    [
      "creates a secret that is kept in the named regions only",
      "createSecret",
      [[google]],
      createIn("europe-west1", "europe-west3"),
      [
        creationWith({
          userManaged: { replicas: [{ location: "europe-west1" }, { location: "europe-west3" }] },
        }),
      ],
      ours,
    ],
    [
      "annotates under the etag, and nothing but annotations",
      "updateSecret",
      [[{ ...google, annotations: { note: "new" }, etag: '"165cdb26000001"' }]],
      annotate,
      [
        [
          {
            secret: { name: NAME, etag: '"165cdb26000000"', annotations: { note: "new" } },
            updateMask: { paths: ["annotations"] },
          },
          DEADLINE,
        ],
      ],
      { ...ours, annotations: { note: "new" }, etag: '"165cdb26000001"' },
    ],
    [
      "orders versions by number, not by letter, and takes enabled ones only",
      "listSecretVersions",
      [
        [
          [version(2), version(10), version(1, "DISABLED"), version(9, "DESTROYED"), version(3)],
          null,
          {},
        ],
      ],
      versions,
      [[{ parent: NAME }, DEADLINE]],
      ["10", "3", "2"],
    ],
    [
      "gives every version where all are asked for, newest first",
      "listSecretVersions",
      [[[version(2), version(10, "DESTROYED"), version(9, "DISABLED")], null, {}]],
      allVersions,
      [[{ parent: NAME }, DEADLINE]],
      [
        { number: "10", state: "DESTROYED", createdAt: CREATED_AT },
        { number: "9", state: "DISABLED", createdAt: CREATED_AT },
        { number: "2", state: "ENABLED", createdAt: CREATED_AT },
      ],
    ],
    [
      "deletes a secret as it was seen, and not as it may be now",
      "deleteSecret",
      [[{}]],
      remove,
      [[{ name: NAME, etag: '"165cdb26000000"' }, DEADLINE]],
      undefined,
    ],
    [
      "adds a version with its checksum, and gives the number alone",
      "addSecretVersion",
      [[version(11)]],
      add,
      [addition],
      "11",
    ],
    [
      "reads a version",
      "accessSecretVersion",
      [accessed("123456789", String(CRC))],
      read,
      [access],
      { value: "123456789" },
    ],
    [
      "reads a value to its last newline",
      "accessSecretVersion",
      [accessed("\ufeff 123456789\r\n", undefined)],
      read,
      [access],
      { value: "\ufeff 123456789\r\n" },
    ],
    [
      "takes bytes that are no text for nothing",
      "accessSecretVersion",
      [[{ name: `${NUMBERED}/versions/3`, payload: { data: Buffer.from([0xff, 0xfe]) } }]],
      read,
      [access],
      { value: undefined },
    ],
    [
      "takes a version without a payload for an empty one",
      "accessSecretVersion",
      [[{ name: `${NUMBERED}/versions/3`, payload: null }]],
      read,
      [access],
      { value: "" },
    ],
  ])("%s", async (_sentence, method, answers, act, sent, returned) =>
    expect(await trial(method, answers, act)).toEqual({ sent, outcome: { returned }, sleeps: [] }),
  );

  test("orders any versions newest first", () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 100_000 })), async (numbers) => {
        const answer = [numbers.map((number) => version(number)), null, {}];
        const { outcome } = await trial("listSecretVersions", [answer], versions);
        const expected = numbers.toSorted((a, b) => b - a).map(String);
        expect(outcome).toEqual({ returned: expected });
      }),
    ));
});

const plans = [
  ["listByLabel", "listSecrets", list, "list the secrets", PARENT, "repeated"],
  ["findSecret", "getSecret", find, "read the secret", NAME, "repeated"],
  ["createSecret", "createSecret", create, "create the secret", NAME, "repeated"],
  ["setAnnotations", "updateSecret", annotate, "annotate the secret", NAME, "once"],
  [
    "enabledVersions",
    "listSecretVersions",
    versions,
    "list the versions of the secret",
    NAME,
    "repeated",
  ],
  [
    "readVersion",
    "accessSecretVersion",
    read,
    "compare the secret's version",
    `${NAME}/versions/3`,
    "repeated",
  ],
  [
    "versions",
    "listSecretVersions",
    allVersions,
    "list the versions of the secret",
    NAME,
    "repeated",
  ],
  ["deleteSecret", "deleteSecret", remove, "delete the secret", NAME, "repeated"],
  ["addVersion", "addSecretVersion", add, "add a version to the secret", NAME, "once"],
] as const;

/** Refusals that are answers to the question. */
const answersOf: Readonly<Record<string, unknown>> = {
  "findSecret NOT_FOUND": { returned: undefined },
  "deleteSecret NOT_FOUND": { returned: undefined },
  "readVersion NOT_FOUND": { returned: undefined },
};

describe("a refusal of Secret Manager", () => {
  const rows = plans.flatMap(([verb, method, act, goal, subject, repetition]) =>
    REFUSALS.map(([status, code]) => {
      const again = code === CODE.unavailable && repetition === "repeated";
      const why = again ? "refused (after 5 tries)" : "refused";
      const outcome = answersOf[`${verb} ${status}`] ?? refused({ goal, subject, code, why });
      const sleeps = again ? ALL_PAUSES : [];
      return [verb, status, { method, act, code, outcome, sleeps }] as const;
    }),
  );
  test.each(rows)("%s: %s", async (_verb, _status, expected) => {
    const { method, act, code, outcome, sleeps } = expected;
    const result = await trial(method, Array(5).fill(grpcError(code, "refused")), act);
    expect({ outcome: result.outcome, sleeps: result.sleeps }).toEqual({ outcome, sleeps });
    expect(result.sent).toHaveLength(sleeps.length + 1);
  });

  test("a version that was disabled or destroyed since it was listed holds nothing", async () => {
    const text = `Secret Version [${NUMBERED}/versions/3] is in DESTROYED state.`;
    const error = grpcError(CODE.failedPrecondition, text);
    const { outcome } = await trial("accessSecretVersion", [error], read);
    expect(outcome).toEqual({ returned: { value: undefined } });
  });

  test("a version that a quota refused is added again: nothing happened", async () => {
    const quota = grpcError(CODE.resourceExhausted, "Quota exceeded for quota metric");
    const { sent, outcome, sleeps } = await trial("addSecretVersion", [quota, [version(11)]], add);
    expect({ sent, outcome, sleeps: sleeps.length }).toEqual({
      sent: [addition, addition],
      outcome: { returned: "11" },
      sleeps: 1,
    });
  });

  test("a lost reply of a creation that happened reads as ALREADY_EXISTS", async () => {
    const answers = [
      grpcError(CODE.unavailable, "connection lost"),
      grpcError(CODE.alreadyExists, `Secret [${NUMBERED}] already exists.`),
    ];
    expect(await trial("createSecret", answers, create)).toEqual({
      sent: [creation, creation],
      outcome: refused({
        goal: "create the secret",
        subject: NAME,
        code: CODE.alreadyExists,
        why: `Secret [${NUMBERED}] already exists. (after 2 tries)`,
      }),
      sleeps: [500],
    });
  });

  test("an outdated etag is told to the caller, who knows what changed", async () => {
    const error = grpcError(CODE.failedPrecondition, "The etag does not match.");
    const { outcome, sent } = await trial("updateSecret", [error], annotate);
    expect(outcome).toEqual(
      refused({
        goal: "annotate the secret",
        subject: NAME,
        code: CODE.failedPrecondition,
        why: "The etag does not match.",
      }),
    );
    expect(sent).toHaveLength(1);
  });

  test("in the middle of a list repeats that page only", async () => {
    const answers = [
      [[google], {}, { nextPageToken: "2" }],
      grpcError(CODE.unavailable, "away"),
      [[], null, { nextPageToken: "" }],
    ];
    expect(await trial("listSecrets", answers, list)).toEqual({
      sent: [listing(""), listing("2"), listing("2")],
      outcome: { returned: [ours] },
      sleeps: [500],
    });
  });
});

describe("a value", () => {
  test.each([
    ["with a checksum as text that is another's", accessed("123456789", "1")],
    ["with a checksum as number that is another's", accessed("123456789", 1)],
    ["that was cut short", accessed("12345678", String(CRC))],
    ["with a checksum that is no number", accessed("123456789", "damaged")],
  ])("%s is not taken", async (_sentence, answer) =>
    expect((await trial("accessSecretVersion", [answer], read)).outcome).toEqual({
      threw: {
        name: "UnavailableError",
        exit: 69,
        what: `${NAME}/versions/3 arrived damaged`,
        why: "its CRC32C differs from the one that Secret Manager sent along",
        remedy: "Run the command again.",
      },
    }),
  );

  const PAYLOAD = "obviously-fake-payload-0123456789";
  const encodings = ["utf8", "base64", "hex"] as const;
  const traces = [
    ...encodings.map((encoding) => Buffer.from(PAYLOAD).toString(encoding)),
    Buffer.from(PAYLOAD)
      .toString("hex")
      .replace(/(..)(?!$)/g, "$1 "),
    [...Buffer.from(PAYLOAD)].join(","),
  ];
  const failureOf = async (method: string, answer: unknown, act: Act): Promise<unknown> => {
    const client = { [method]: answering(answer) } as unknown as SecretManagerServiceClient;
    const secrets = new SecretManager(client, PROJECT, callerAt(new FakeClock()));
    return act(secrets).then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const addPayload: Act = (secrets) => secrets.addVersion(ID, new Secret(PAYLOAD));
  const data = Buffer.from(PAYLOAD);

  test.each([
    [
      "is in no error of an addition, as gRPC fails it",
      "addSecretVersion",
      grpcError(CODE.permissionDenied, "denied"),
      addPayload,
    ],
    [
      "nor where the client's error carries the request",
      "addSecretVersion",
      grpcError(CODE.permissionDenied, "denied", {
        config: { data: JSON.stringify({ payload: { data: data.toString("base64") } }) },
        request: { payload: { data } },
      }),
      addPayload,
    ],
    ["nor of a damaged reply", "accessSecretVersion", accessed(PAYLOAD, "1"), read],
  ])("%s", async (_sentence, method, answer, act) => {
    const error = await failureOf(method, answer, act);
    expect(error).toBeInstanceOf(Error);
    const text = everyTextOf(error);
    expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
  });
});
