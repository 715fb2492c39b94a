import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** util-linux's `script` lends a process a terminal; without it the tests of prompts cannot run. */
export const canOpenTerminal = spawnSync("script", ["--version"])
  .stdout?.toString()
  .includes("util-linux");

const AL = fileURLToPath(new URL("./al-with-services.mjs", import.meta.url));

/** The built `al` on a terminal, with somebody at its keyboard. */
export type Sitting = {
  /** Waits until this text is shown, behind what was waited for before; fails if al ends first. */
  shows(text: string): Promise<void>;
  type(keys: string): void;
  readonly ended: Promise<{ code: number | null; screen: string }>;
};

export const ENTER = "\r";
export const DOWN = "\u001b[B";
export const CTRL_C = "\u0003";
export const CTRL_D = "\u0004";

/** Starts it; `npm test` builds it. */
export function sitDown(
  args: readonly string[],
  options: {
    readonly directory: string;
    readonly services: string;
    /** The file in the directory that standard output goes to, and not to the terminal. */
    readonly into?: string;
  },
): Sitting {
  const words = [process.execPath, AL, ...args].map((word) => `'${word}'`).join(" ");
  const command = options.into === undefined ? words : `${words} > '${options.into}'`;
  const child = spawn("script", ["-qfec", `stty cols 120 rows 40; exec ${command}`, "/dev/null"], {
    cwd: options.directory,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: options.directory,
      TERM: "xterm",
      AL_TEST_SERVICES: options.services,
    },
  });
  let raw = "";
  let seen = 0;
  let look: () => void = () => undefined;
  const screen = (): string => stripVTControlCharacters(raw);
  child.stdout.on("data", (chunk) => {
    raw += String(chunk);
    look();
  });
  const ended = new Promise<{ code: number | null; screen: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, screen: screen() }));
  });
  return {
    ended,
    type: (keys) => void child.stdin.write(keys),
    shows: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          const at = screen().indexOf(text, seen);
          if (at < 0) return;
          seen = at + text.length;
          look = () => undefined;
          resolve();
        };
        void ended.then(({ code }) =>
          reject(new Error(`al ended with ${code} before it showed "${text}":\n${screen()}`)),
        );
        look();
      }),
  };
}
