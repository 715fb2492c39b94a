// npm runs this when the package is installed from its sources (`npm install -g .`, `npm ci`): it builds, so that `al` is there.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs npm in the package, without the flags of the command that led here: --global would be about another place. */
function npm(...args) {
  const { npm_config_global, npm_config_prefix, npm_execpath = "npm", ...env } = process.env;
  const isScript = /\.[cm]?js$/.test(npm_execpath);
  const words = isScript ? [process.execPath, npm_execpath, ...args] : [npm_execpath, ...args];
  const { status } = spawnSync(words[0], words.slice(1), { cwd: root, env, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const canBuild = () => existsSync(new URL("../node_modules/typescript", import.meta.url));

// A global installation of a directory is a link to it, and npm installs nothing in there.
if (!canBuild() && process.env.npm_config_global === "true")
  npm("ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund");

// `npm ci --omit=dev` leaves the compiler out: whoever does that has built already, or will.
if (canBuild()) npm("run", "--silent", "build");
