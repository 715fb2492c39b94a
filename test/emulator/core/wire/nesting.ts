// Decoders of protobuf stop at 100 messages within each other (protobuf.dev, "recursion limit"), and every level of a
// google.protobuf.Struct is two.
const DEEPEST = 45;

/** Whether a JSON value holds lists and objects within each other beyond what protobuf allows; takes no stack. */
export function isTooDeep(value: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth >= DEEPEST) return true;
    for (const inner of Object.values(next.value))
      open.push({ value: inner, depth: next.depth + 1 });
  }
  return false;
}
