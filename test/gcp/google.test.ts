import { grpc } from "google-gax";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connectGoogle, type Google } from "../../src/gcp/google.ts";
import { CODE } from "../../src/gcp/google-call-error.ts";
import { type Session, signIn } from "../../src/gcp/session.ts";
import { type Certificate, makeCertificate } from "../emulator/core/transport/certificate.ts";
import { FakeClock, outcomeOf, refused } from "./fake-google.ts";
import { keyFile } from "./fake-key.ts";

const METHODS = [
  "/google.cloud.run.v2.Jobs/GetJob",
  "/google.cloud.run.v2.Executions/GetExecution",
  "/google.cloud.run.v2.Tasks/ListTasks",
  "/google.cloud.secretmanager.v1.SecretManagerService/GetSecret",
  "/google.logging.v2.LoggingServiceV2/ListLogEntries",
] as const;

type Asked = { readonly method: string; readonly token: string };

/** Google's front door on this machine, behind TLS: everything asked for is not there. */
async function serveNothing(certificate: Certificate) {
  const asked: Asked[] = [];
  const server = new grpc.Server();
  const same = (bytes: Buffer): Buffer => bytes;
  for (const path of METHODS) {
    const definition = {
      path,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    const handle: grpc.handleUnaryCall<Buffer, Buffer> = (call, reply) => {
      asked.push({ method: path, token: String(call.metadata.get("authorization")[0]) });
      reply({ code: grpc.status.NOT_FOUND, details: `Nothing answers ${path}.` });
    };
    server.addService({ method: definition }, { method: handle });
  }
  const credentials = grpc.ServerCredentials.createSsl(null, [
    {
      cert_chain: Buffer.from(certificate.certificatePem),
      private_key: Buffer.from(certificate.privateKeyPem),
    },
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { asked, port, close: () => server.forceShutdown() };
}

let server: Awaited<ReturnType<typeof serveNothing>>;
let session: Session;

beforeAll(async () => {
  const certificate = await makeCertificate();
  server = await serveNothing(certificate);
  session = signIn({
    key: {
      project: keyFile.project_id,
      email: keyFile.client_email,
      privateKey: keyFile.private_key,
      privateKeyId: keyFile.private_key_id,
    },
    project: undefined,
    emulator: {
      url: "http://127.0.0.1:9470",
      host: "localhost",
      port: server.port,
      ca: certificate.certificatePem,
    },
  });
});
afterEach(() => server.asked.splice(0));
afterAll(() => server.close());

const connect = (by: Session = session, trace: (text: string) => void = () => undefined): Google =>
  connectGoogle(by, { region: "us-central1", clock: new FakeClock(), trace });

const claimsOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

const PARENT = "projects/demo-project/locations/us-central1";
const EXECUTION = `${PARENT}/jobs/j/executions/e`;

const readLogs = async (google: Google): Promise<void> => {
  for await (const page of (await google.logs()).list("severity>=DEFAULT"))
    expect.fail(`there should be no page, and there is ${JSON.stringify(page)}`);
};

describe("Google, over gRPC and TLS", () => {
  const missing = (method: string, goal: string, subject: string) =>
    refused({ goal, subject, code: CODE.notFound, why: `Nothing answers ${method}.` });
  test.each<[string, (google: Google) => Promise<unknown>, string, unknown]>([
    [
      "jobs",
      async (google) => (await google.jobs()).findJob("j"),
      METHODS[0],
      { returned: undefined },
    ],
    [
      "executions",
      async (google) => (await google.executions()).getExecution(EXECUTION),
      METHODS[1],
      missing(METHODS[1], "read the execution", EXECUTION),
    ],
    [
      "tasks",
      async (google) => (await google.executions()).findTask(EXECUTION),
      METHODS[2],
      missing(METHODS[2], "read the task", EXECUTION),
    ],
    [
      "secrets",
      async (google) => (await google.secrets()).findSecret("al--a"),
      METHODS[3],
      { returned: undefined },
    ],
    ["logs", readLogs, METHODS[4], missing(METHODS[4], "read the logs", "projects/demo-project")],
  ])("%s are asked once, with the sign-in", async (_sentence, act, method, expected) => {
    const google = connect();
    const outcome = await outcomeOf(act(google));
    await google.close();
    expect(outcome).toEqual(expected);
    expect(server.asked).toEqual([{ method, token: expect.stringMatching(/^Bearer ey/) }]);
  });

  test("all services are shown the same sign-in, with a scope and not an audience", async () => {
    const google = connect();
    await (await google.jobs()).findJob("j");
    await (await google.secrets()).findSecret("al--a");
    await google.close();
    const claims = {
      iss: keyFile.client_email,
      sub: keyFile.client_email,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      iat: expect.any(Number),
      exp: expect.any(Number),
    };
    expect(server.asked.map(({ token }) => claimsOf(token))).toEqual([claims, claims]);
  });
});

describe("the clients", () => {
  test("tell where and who without asking anybody", async () => {
    const google = connect();
    expect({ location: google.location, principal: google.principal }).toEqual({
      location: { project: "demo-project", region: "us-central1" },
      principal: keyFile.client_email,
    });
    await google.close();
    expect(server.asked).toEqual([]);
  });

  test("are made once each, and loading them asks nobody", async () => {
    const google = connect();
    const load = () =>
      Promise.all([google.jobs(), google.executions(), google.secrets(), google.logs()]);
    const [first, second] = [await load(), await load()];
    expect(first.map((client, index) => client === second[index])).toEqual(Array(4).fill(true));
    await google.close();
    expect(server.asked).toEqual([]);
  });

  test("are traced by what they do", async () => {
    const lines: string[] = [];
    const google = connect(session, (text) => lines.push(text));
    await (await google.jobs()).findJob("j");
    await google.close();
    expect(lines).toEqual([`read the job: ${PARENT}/jobs/j`]);
  });

  test("ask nobody after they were closed", async () => {
    const google = connect();
    const jobs = await google.jobs();
    await google.close();
    expect(await outcomeOf(jobs.findJob("j"))).toEqual(
      refused({
        goal: "read the job",
        subject: `${PARENT}/jobs/j`,
        code: CODE.unknown,
        why: "The client has already been closed.",
      }),
    );
    expect(server.asked).toEqual([]);
  });
});

describe("a sign-in that Google's library does not take", () => {
  const services = ["jobs", "executions", "secrets", "logs"] as const;
  test.each(services)("is told in our words: %s", async (service) => {
    const elsewhere = signIn({
      key: { project: "p", email: "a@b", privateKey: keyFile.private_key, privateKeyId: undefined },
      project: undefined,
      emulator: undefined,
    });
    elsewhere.auth.universeDomain = "universe.example";
    const google = connect(elsewhere);
    expect(await outcomeOf(google[service]())).toEqual({
      threw: {
        name: "ConfigError",
        exit: 78,
        what: "Google's client library does not accept the sign-in",
        why: expect.stringContaining("universe domain"),
        remedy:
          "Sign in anew: with a key, al creds add gcp_service_account; without one, gcloud auth application-default login",
      },
    });
    await google.close();
  });
});
