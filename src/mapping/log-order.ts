/** One line of an agent's output, or the system's note that the container ended. */
export type LogLine = {
  readonly insertId: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  readonly stream: "stdout" | "stderr" | "system";
  readonly text: string;
};

/** `late` lines belong before one that was given out already. */
export type OrderedLine = LogLine & { readonly late: boolean };

export type LogOrder = {
  /** Takes lines as they arrive, in any order; what was seen before is dropped. Says how many were new. */
  add(lines: readonly LogLine[], nowMs: number): number;
  /** The lines that were held back long enough, in order. */
  release(nowMs: number): OrderedLine[];
  /** All that is left, in order. */
  flush(): OrderedLine[];
};

/**
 * Orders lines by time, then by insertId (the order in which Cloud Logging sorts equal times). A line is held back for a moment
 * after its arrival, because lines arrive a little out of order.
 */
export function createLogOrder({ holdBackMs }: { readonly holdBackMs: number }): LogOrder {
  const seen = new Set<string>();
  let waiting: { line: LogLine; arrivedMs: number }[] = [];
  let last: LogLine | undefined;

  const give = (lines: readonly LogLine[]): OrderedLine[] =>
    lines.map((line) => {
      const late = last !== undefined && compare(line, last) < 0;
      if (!late) last = line;
      return { ...line, late };
    });

  return {
    add(lines, nowMs) {
      const before = seen.size;
      for (const line of lines) {
        // Google's duplicates agree in both; an agent may set an insertId of its own.
        const key = `${line.time} ${line.insertId}`;
        if (seen.has(key)) continue;
        seen.add(key);
        waiting.push({ line, arrivedMs: nowMs });
      }
      waiting.sort((a, b) => compare(a.line, b.line));
      return seen.size - before;
    },
    release(nowMs) {
      // Everything before a line that is due goes with it: giving out only the due ones would make the others late.
      const due = waiting.findLastIndex(({ arrivedMs }) => arrivedMs <= nowMs - holdBackMs) + 1;
      const ready = waiting.slice(0, due);
      waiting = waiting.slice(due);
      return give(ready.map(({ line }) => line));
    },
    flush() {
      const rest = waiting;
      waiting = [];
      return give(rest.map(({ line }) => line));
    },
  };
}

function compare(a: LogLine, b: LogLine): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.insertId < b.insertId ? -1 : Number(a.insertId > b.insertId);
}
