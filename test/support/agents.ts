/** The config.toml of an agent that runs a shell script on the emulator's own machine. */
export const agent = (script: string, more = ""): string =>
  `${more}\n[cloudrun]\nimage = "host.local/agent:latest"\ncommand = ["/bin/sh", "-c"]\nargs = [${JSON.stringify(script)}]\n`;

/** `al run it … --runtime cloudrun -p <project>`. */
export const run = (project: string, ...more: string[]): string[] => [
  "run",
  "it",
  ...more,
  "--runtime",
  "cloudrun",
  "-p",
  project,
];
