import { createPrivateKey } from "node:crypto";
import { type Finding, failed } from "./finding.ts";
import { readOpenSshKey } from "./openssh-key.ts";

const PASSPHRASE = failed(
  "the key has a passphrase, and nobody can type it where the key is used; take it off a copy with: ssh-keygen -p -f <copy>",
);

/** What is wrong with an SSH private key, in any form that `ssh` reads. */
export function privateKeyFinding(text: string): Finding {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1] ?? "";
  if (label === "OPENSSH PRIVATE KEY") return openSshFinding(text);
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(text)) return PASSPHRASE;
  if (label.endsWith("PRIVATE KEY")) return pemFinding(text);
  if (text.startsWith("PuTTY-User-Key-File"))
    return failed(
      "it is a key of PuTTY; convert it with: puttygen <file> -O private-openssh -o id_rsa",
    );
  if (label.endsWith("PUBLIC KEY") || /^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+/.test(text))
    return failed("it is the public key; the private one is in the file without .pub");
  return failed('it is not a private key: there is no line "-----BEGIN … PRIVATE KEY-----"');
}

function openSshFinding(text: string): Finding {
  const key = readOpenSshKey(text);
  if (key === undefined)
    return failed("it is cut off or damaged: it does not read as a private key");
  return key.encrypted ? PASSPHRASE : undefined;
}

function pemFinding(pem: string): Finding {
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return failed("it is cut off or damaged: it does not read as a private key");
  }
}
