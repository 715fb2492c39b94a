/** An option that might have been meant: a word or a few, in small letters. */
const WORDS = /^--[a-z]+(-[a-z]+)*$/;
const LONGEST_SHOWN = 20;

/**
 * What the argument parser says, without what may be secret: a prompt that begins with a dash is an unknown option to it,
 * and it repeats it as a whole.
 */
export function usageWords(message: string): string {
  const [, option, rest = ""] = /^error: unknown option '(.*)'(.*)$/s.exec(message) ?? [];
  if (option === undefined) return message;
  const words = `error: unknown option '${shown(option)}'${rest}`;
  // A suggestion says what was meant.
  return rest.trim() === ""
    ? `${words}  mend: al <command> --help lists the options. Before a prompt that begins with a dash, put -- behind all options.\n`
    : words;
}

/** What stands behind `=` is a value; of anything that is no word, the first letter is enough to find it. */
function shown(option: string): string {
  const [name = ""] = option.split("=");
  if (WORDS.test(name) && name.length <= LONGEST_SHOWN) return name;
  const beginning = /^--?[^-]?/.exec(name)?.[0] ?? "";
  return beginning === option ? option : `${beginning}…`;
}
