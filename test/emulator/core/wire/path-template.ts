/** Path variables as proto field paths, e.g. `job.name`, with their percent-decoded values. */
export type PathVariables = ReadonlyMap<string, string>;

/** Matches a raw (still percent-encoded) path; undefined when it does not fit. */
export type PathMatcher = (path: string) => PathVariables | undefined;

/** Compiles a `google.api.http` path (grammar in googleapis google/api/http.proto). */
export function compilePathTemplate(template: string): PathMatcher {
  const names: string[] = [];
  const source = template.replace(
    /\{([\w.]+)(?:=([^}]+))?\}|\*\*|\*|[.+?^$()|[\]\\]/g,
    (text: string, name: string | undefined, pattern = "*") => {
      if (name === undefined) return text.startsWith("*") ? segments(text) : `\\${text}`;
      names.push(name);
      return `(${pattern.replace(/\*\*|\*/g, segments)})`;
    },
  );
  const whole = new RegExp(`^${source}$`);
  return (path) => {
    const match = whole.exec(path);
    if (match === null) return undefined;
    const values = match.slice(1).map(decodePath);
    if (values.includes(undefined)) return undefined;
    return new Map(names.map((name, index) => [name, values[index] ?? ""]));
  };
}

// A colon ends the path: what follows is the custom verb. That of a digest, `sha256:…`, does not.
const segments = (wildcard: string): string =>
  wildcard === "**" ? "[^:]+" : "(?:[^/:]|(?<=sha256):)+";

function decodePath(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
