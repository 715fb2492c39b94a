import { describe, expect, test } from "vitest";
import type { GoogleError } from "../core/google-error.ts";
import type { CallContext, Json } from "../core/handler.ts";
import type { Platform } from "../core/platform.ts";
import { OperationStore } from "./operation-store.ts";
import { operationsService } from "./service.ts";

const PARENT = "projects/demo-project/locations/us-central1";
const JOB = { "@type": "type.googleapis.com/google.cloud.run.v2.Job", name: "j" };

/** Time stands still until a test moves it. */
function stillClock() {
  const due: { at: number; callback: () => void }[] = [];
  let time = 0;
  return {
    now: () => time,
    after: (milliseconds: number, callback: () => void) => {
      const timer = { at: time + milliseconds, callback };
      due.push(timer);
      return {
        cancel: () => {
          if (due.includes(timer)) due.splice(due.indexOf(timer), 1);
        },
      };
    },
    advance: (milliseconds: number) => {
      time += milliseconds;
      for (const timer of due.splice(0)) timer.at <= time ? timer.callback() : due.push(timer);
    },
    waiting: () => due.length,
  };
}

function world() {
  const clock = stillClock();
  const store = new OperationStore(clock);
  const asked: [string, string][] = [];
  const call: CallContext = {
    principal: "owner",
    transport: "rest",
    authorize: (permission, resource) => asked.push([permission, resource]),
  };
  const projects = [
    { id: "demo-project", number: "1" },
    { id: "demo-other", number: "2" },
  ];
  const platform = {
    clock,
    findProject: (name: string) => projects.find(({ id, number }) => [id, number].includes(name)),
  } as unknown as Platform;
  const { unary } = operationsService(platform, store);
  const ask = async (method: string, request: Json): Promise<Json> =>
    unary[`google.longrunning.Operations.${method}`]?.(request, call) ?? {};
  return { clock, store, asked, ask };
}

const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "OK",
    (error: GoogleError) => error.status,
  );

describe("an operation", () => {
  test("lacks done while it runs, and is read by id or by number of its project", async () => {
    const { store, ask, asked } = world();
    const { name } = store.start(PARENT, JOB);
    expect(await ask("GetOperation", { name })).toEqual({ name, metadata: JOB });
    const byNumber = name.replace("demo-project", "1");
    expect(await ask("GetOperation", { name: byNumber })).toEqual({ name, metadata: JOB });
    expect(asked).toEqual([
      ["run.operations.get", byNumber],
      ["run.operations.get", byNumber],
    ]);
  });

  test("ends once, with a response", () => {
    const { store } = world();
    const operation = store.start(PARENT, JOB);
    operation.update({ ...JOB, generation: "2" });
    operation.succeed(JOB);
    operation.fail("ABORTED", "too late");
    expect(store.get(operation.name)).toEqual({
      name: operation.name,
      metadata: { ...JOB, generation: "2" },
      done: true,
      response: JOB,
    });
  });

  test("or with an error in google.rpc codes", () => {
    const { store } = world();
    const operation = store.start(PARENT, JOB);
    operation.fail("ABORTED", "Execution e has failed to complete, 0/1 tasks were a success.");
    expect(store.get(operation.name).error).toEqual({
      code: 10,
      message: "Execution e has failed to complete, 0/1 tasks were a success.",
    });
  });

  test.each([
    ["another id", `${PARENT}/operations/none`, "NOT_FOUND"],
    ["a name that is none", "operations/none", "INVALID_ARGUMENT"],
    ["an unknown project", "projects/x/locations/l/operations/o", "INVALID_ARGUMENT"],
  ])("is not found under %s", async (_what, name, status) =>
    expect(await refusalOf(world().ask("GetOperation", { name }))).toBe(status),
  );

  test.each([
    ["location", "us-central1", "europe-west1"],
    ["project", "demo-project", "demo-other"],
  ])("is not found in another %s", async (_what, own, other) => {
    const { store, ask } = world();
    const name = store.start(PARENT, JOB).name.replace(own, other);
    for (const method of ["GetOperation", "DeleteOperation", "WaitOperation"])
      expect(await refusalOf(ask(method, { name }))).toBe("NOT_FOUND");
  });

  test("can be forgotten", async () => {
    const { store, ask } = world();
    const { name } = store.start(PARENT, JOB);
    expect(await ask("DeleteOperation", { name })).toEqual({});
    expect(await refusalOf(ask("GetOperation", { name }))).toBe("NOT_FOUND");
  });
});

test("a list has the operations of one location, newest first", async () => {
  const { clock, store, ask } = world();
  const first = store.start(PARENT, JOB).name;
  clock.advance(1);
  const second = store.start(PARENT, JOB).name;
  store.start(PARENT.replace("us-central1", "europe-west1"), JOB);
  store.start(PARENT.replace("demo-project", "demo-other"), JOB);
  const { operations } = await ask("ListOperations", { name: PARENT });
  expect(operations.map(({ name }: Json) => name)).toEqual([second, first]);
});

describe("waiting", () => {
  test("answers as soon as the operation is done", async () => {
    const { clock, store, ask } = world();
    const operation = store.start(PARENT, JOB);
    const waiting = ask("WaitOperation", { name: operation.name, timeout: "30s" });
    operation.succeed(JOB);
    expect((await waiting).done).toBe(true);
    expect(clock.waiting()).toBe(0);
  });

  test.each([
    ["the time that was asked", { timeout: "2.5s" }, 2500],
    ["half a minute when nothing was asked", {}, 30_000],
    ["half a minute when more was asked", { timeout: "3600s" }, 30_000],
  ])("answers an unfinished operation after %s", async (_what, timeout, milliseconds) => {
    const { clock, store, ask } = world();
    const { name } = store.start(PARENT, JOB);
    const waiting = ask("WaitOperation", { name, ...timeout });
    clock.advance(milliseconds - 1);
    expect(clock.waiting()).toBe(1);
    clock.advance(1);
    expect(await waiting).toEqual({ name, metadata: JOB });
  });

  test("survives that the operation is forgotten meanwhile", async () => {
    const { clock, store, ask } = world();
    const { name } = store.start(PARENT, JOB);
    const waiting = refusalOf(ask("WaitOperation", { name, timeout: "1s" }));
    store.delete(name);
    clock.advance(1000);
    expect(await waiting).toBe("NOT_FOUND");
  });
});
