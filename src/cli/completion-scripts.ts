/** Shells that `al completion` writes a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/** The script for a shell. Each asks `al __complete` for candidates, so that no script grows old. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell];

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# al completion for bash. Load it with: source <(al completion bash)
_al_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" candidate word before
  word="\${line##*[[:space:]]}"
  # Readline takes a colon for the end of a word, so what stands before it must not come again.
  before=""
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then before="\${word%"\${word##*:}"}"; fi
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("\${candidate#"$before"}")
  done < <(al __complete "$line" 2>/dev/null)
}
complete -o default -F _al_complete al`,
  zsh: `#compdef al
# al completion for zsh. Load it with: source <(al completion zsh)
_al_complete() {
  local -a candidates
  candidates=(\${(f)"$(al __complete "\${(j: :)words[1,CURRENT]}" 2>/dev/null)"})
  if (( \${#candidates} )); then compadd -- $candidates; else _files; fi
}
compdef _al_complete al`,
  fish: `# al completion for fish. Load it with: al completion fish | source
complete -c al -f -a '(al __complete (commandline -cp | string collect) 2>/dev/null)'`,
};
