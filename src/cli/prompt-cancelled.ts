/** A person left a prompt with Ctrl-C or Escape. */
export class PromptCancelled extends Error {
  constructor() {
    super("the prompt was left");
    this.name = "PromptCancelled";
  }
}
