import { isAbsolute, join, relative } from "node:path";

/** The staged path of a mounted file; throws for one that would leave its mount. */
export function stagedPath(options: { root: string; path: string }): string {
  const staged = join(options.root, options.path);
  const inside = relative(options.root, staged);
  if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) {
    throw new Error(`mounted file ${JSON.stringify(options.path)} lies outside its mount`);
  }
  return staged;
}
