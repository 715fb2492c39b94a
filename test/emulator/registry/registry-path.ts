/** What a path of the registry's API asks for; `name` is everything between `/v2/` and the collection. */
export type RegistryTarget =
  | { readonly kind: "base" }
  | { readonly kind: "token" }
  | { readonly kind: "uploads" | "tags"; readonly name: string }
  | {
      readonly kind: "upload" | "blob" | "manifest";
      readonly name: string;
      readonly reference: string;
    };

// Cloud Run's and Logging's v2 have paths of their own below `/v2/`: a project cannot be called `projects`.
const OTHERS = /^\/v2\/(projects|organizations|folders|billingAccounts)\//;

/** Undefined for a path that belongs to another API. */
export function parseRegistryPath(path: string): RegistryTarget | undefined {
  if (path === "/v2" || path === "/v2/") return { kind: "base" };
  if (path === "/v2/token") return { kind: "token" };
  if (OTHERS.test(path)) return undefined;
  const [, uploads] = /^\/v2\/(.+)\/blobs\/uploads\/?$/.exec(path) ?? [];
  if (uploads !== undefined) return { kind: "uploads", name: uploads };
  const [, tags] = /^\/v2\/(.+)\/tags\/list$/.exec(path) ?? [];
  if (tags !== undefined) return { kind: "tags", name: tags };
  const [, name, collection, reference] =
    /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/([^/]+)$/.exec(path) ?? [];
  if (name === undefined || collection === undefined || reference === undefined) return undefined;
  const kind = ({ blobs: "blob", manifests: "manifest" } as const)[collection] ?? "upload";
  return { kind, name, reference: reference.replace(/%3A/i, ":") };
}
