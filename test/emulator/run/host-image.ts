/** `host.local/…` stands for this machine's own file system and is always there. */
export const isHostImage = (image: string): boolean => image.startsWith("host.local/");
