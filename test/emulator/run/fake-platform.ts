import type { CallContext, Json } from "../core/handler.ts";
import { Identities } from "../core/iam/identities.ts";
import { Policies } from "../core/iam/policies.ts";
import type { EmulatorClock, Platform } from "../core/platform.ts";
import type {
  ContainerExit,
  ContainerRun,
  Executor,
  LineListener,
  RunningContainer,
} from "../executor/executor.ts";

/** A clock that stands still until a test moves it. */
class FakeClock implements EmulatorClock {
  #now = Date.parse("2026-01-02T03:04:05.000Z");
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): { cancel(): void } {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves on, running each timer at its own time, and lets promises settle after each. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
    await settled();
  }
}

/** Resolves when every promise that could settle by itself has. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A container that does what a test says. */
export class FakeContainer implements RunningContainer {
  readonly run: ContainerRun;
  readonly signals: string[] = [];
  readonly exited: Promise<ContainerExit>;
  readonly #onLine: LineListener;
  readonly #resolve: (exit: ContainerExit) => void;
  readonly #reject: (error: Error) => void;

  constructor(run: ContainerRun, onLine: LineListener) {
    const { promise, resolve, reject } = withResolvers<ContainerExit>();
    this.run = run;
    this.exited = promise;
    this.#onLine = onLine;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  terminate(): void {
    this.signals.push("SIGTERM");
  }

  kill(): void {
    this.signals.push("SIGKILL");
  }

  print(stream: "stdout" | "stderr", line: string): void {
    this.#onLine(stream, line);
  }

  async exit(code: number): Promise<void> {
    this.#resolve({ exitCode: code });
    await settled();
  }

  async dieOf(termSignal: number): Promise<void> {
    this.#resolve({ termSignal });
    await settled();
  }

  async failToStart(message: string): Promise<void> {
    this.#reject(new Error(message));
    await settled();
  }
}

function withResolvers<Value>(): {
  promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
} {
  let settle: { resolve(value: Value): void; reject(error: Error): void } | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error("a promise runs its executor at once");
  return { promise, ...settle };
}

/** A platform for tests: one project, `demo-project`, with a runner that may access what the test says. */
export class FakePlatform implements Platform {
  readonly clock = new FakeClock();
  readonly containers: FakeContainer[] = [];
  readonly entries: Json[] = [];
  readonly operationDelayMs = 100;
  readonly listDelayMs = 100;
  readonly identities = new Identities();
  readonly policies = new Policies(this.identities);
  /** Version names that no service account may access. */
  readonly denied = new Set<string>();
  readonly executor: Executor = {
    kind: "host",
    start: (run, onLine) => {
      const container = new FakeContainer(run, onLine);
      this.containers.push(container);
      return container;
    },
  };
  readonly logs = { write: (entries: Json[]): number => this.entries.push(...entries) };

  findProject(idOrNumber: string): { id: string; number: string } | undefined {
    const isDemo = idOrNumber === "demo-project" || idOrNumber === "123456789012";
    return isDemo ? { id: "demo-project", number: "123456789012" } : undefined;
  }

  isAllowed(_email: string, _permission: string, resource: string): boolean {
    return !this.denied.has(resource);
  }

  knowsServiceAccount(email: string): boolean {
    return !email.startsWith("nobody@");
  }
}

/** A caller that may do everything but what is forbidden, and the permissions that were asked. */
export class FakeCall implements CallContext {
  readonly principal = "al-controller@demo-project.iam.gserviceaccount.com";
  readonly transport = "grpc";
  readonly asked: string[] = [];

  authorize(permission: string, resource: string): void {
    this.asked.push(`${permission} on ${resource}`);
  }
}
