// Runs every benchmark of this directory in turn; each prints a table and one line of JSON.
import { readdirSync } from "node:fs";

const directory = new URL(".", import.meta.url);
const names = readdirSync(directory).filter((name) => name.endsWith(".mjs") && name !== "run.mjs");
const wanted = process.argv.slice(2);
for (const name of names.sort()) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  console.log(`\n# ${name}`);
  await import(new URL(name, directory));
}
