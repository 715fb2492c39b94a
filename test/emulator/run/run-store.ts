import type { Json } from "../core/handler.ts";
import type { EmulatorClock } from "../core/platform.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import type { JobRecord } from "./job-record.ts";

/** Something that goes on by itself and must not outlive the store's content. */
export type Ongoing = { abandon(): void };

/** Jobs and executions by their stored names, and everything that is still going on. */
export class RunStore {
  readonly #jobs = new Map<string, JobRecord>();
  readonly #executions = new Map<string, ExecutionRecord>();
  /** Deletion is soft: `showDeleted` lists these (job.proto, ListJobsRequest.show_deleted). */
  readonly #deletedJobs: JobRecord[] = [];
  readonly #deletedExecutions: ExecutionRecord[] = [];
  readonly #timers = new Set<{ cancel(): void }>();
  readonly #ongoing = new Set<Ongoing>();
  #sequence = 0;
  #lastMicroseconds = 0;

  /** Kills what runs, cancels every timer, and forgets everything. */
  clear(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const ongoing of this.#ongoing) ongoing.abandon();
    this.#timers.clear();
    this.#ongoing.clear();
    this.#jobs.clear();
    this.#executions.clear();
    this.#deletedJobs.length = 0;
    this.#deletedExecutions.length = 0;
  }

  describe(): Json {
    return {
      jobs: this.listJobs({ showDeleted: true }).map((job) => job.toResource()),
      executions: this.listExecutions({ showDeleted: true }).map((execution) => ({
        ...execution.toResource(),
        tasks: execution.tasks.map((task) => task.toResource(execution)),
      })),
    };
  }

  findJob(name: string): JobRecord | undefined {
    return this.#jobs.get(name);
  }

  addJob(job: JobRecord): void {
    this.#jobs.set(job.name, job);
  }

  buryJob(job: JobRecord): void {
    this.#jobs.delete(job.name);
    this.#deletedJobs.push(job);
  }

  listJobs({ showDeleted }: { showDeleted: boolean }): JobRecord[] {
    return [...this.#jobs.values(), ...(showDeleted ? this.#deletedJobs : [])];
  }

  findExecution(name: string): ExecutionRecord | undefined {
    return this.#executions.get(name);
  }

  addExecution(execution: ExecutionRecord): void {
    this.#executions.set(execution.name, execution);
  }

  buryExecution(execution: ExecutionRecord): void {
    this.#executions.delete(execution.name);
    this.#deletedExecutions.push(execution);
  }

  listExecutions({ showDeleted }: { showDeleted: boolean }): ExecutionRecord[] {
    return [...this.#executions.values(), ...(showDeleted ? this.#deletedExecutions : [])];
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** The time with microseconds, later than every time given before, so that order and etags are never in doubt. */
  tick(clock: EmulatorClock): string {
    this.#lastMicroseconds = Math.max(clock.now() * 1000, this.#lastMicroseconds + 1);
    const milliseconds = Math.floor(this.#lastMicroseconds / 1000);
    const rest = String(this.#lastMicroseconds % 1000).padStart(3, "0");
    return new Date(milliseconds).toISOString().replace("Z", `${rest}Z`);
  }

  /** Like the clock's `after`, but forgotten by `clear`. */
  after(clock: EmulatorClock, milliseconds: number, callback: () => void): { cancel(): void } {
    const timer = clock.after(milliseconds, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
        timer.cancel();
      },
    };
  }

  /** Notes what `clear` must end; answers how to take it off again. */
  keep(ongoing: Ongoing): () => void {
    this.#ongoing.add(ongoing);
    return () => this.#ongoing.delete(ongoing);
  }
}
