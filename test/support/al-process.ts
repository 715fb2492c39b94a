import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const AL = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** A real `al` process, as a shell would start it. */
export type AlProcess = {
  readonly child: ChildProcess;
  /** Resolves with the first line of either stream that holds the text; rejects if the process ends without it. */
  line(text: string): Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
};

/** Starts the built program; `npm test` builds it. */
export function startAl(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): AlProcess {
  const child = spawn(process.execPath, [AL, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  const lines: string[] = [];
  const waiting: {
    text: string;
    resolve: (line: string) => void;
    reject: (error: Error) => void;
  }[] = [];
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      texts[name] += String(chunk);
    });
    createInterface(child[name]).on("line", (line) => {
      lines.push(line);
      for (const one of waiting) if (line.includes(one.text)) one.resolve(line);
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once("close", (code) => {
      for (const { text, reject } of waiting) {
        reject(new Error(`al ended with ${code} before it printed "${text}":\n${texts.stderr}`));
      }
      resolve({ code, ...texts });
    });
  });
  return {
    child,
    ended,
    line: (text) =>
      new Promise((resolve, reject) => {
        const there = lines.find((line) => line.includes(text));
        if (there === undefined) waiting.push({ text, resolve, reject });
        else resolve(there);
      }),
  };
}
