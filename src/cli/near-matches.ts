/** Known names that a mistyped one may mean, likeliest first: at most two letters differ, or one contains the other. */
export function nearMatches(name: string, known: readonly string[]): string[] {
  const word = name.toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= 2 ||
        (word.length >= 3 && (candidate.includes(word) || word.includes(candidate))),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's: insertions, deletions and replacements of one letter. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
