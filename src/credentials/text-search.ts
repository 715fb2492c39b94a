/** Looks for many texts at once, in time that hardly depends on how many they are: a key has hundreds of lines. */
export type TextSearch = (text: string) => boolean;

/** @param wanted texts of at least `shortest` characters */
export function createTextSearch(wanted: readonly string[], shortest: number): TextSearch {
  const byBeginning = new Map<string, string[]>();
  for (const word of new Set(wanted)) {
    const beginning = word.slice(0, shortest);
    const known = byBeginning.get(beginning);
    if (known === undefined) byBeginning.set(beginning, [word]);
    else known.push(word);
  }
  if (byBeginning.size === 0) return () => false;
  return (text) => {
    for (let at = 0; at + shortest <= text.length; at++) {
      const candidates = byBeginning.get(text.slice(at, at + shortest));
      if (candidates?.some((word) => text.startsWith(word, at))) return true;
    }
    return false;
  };
}
