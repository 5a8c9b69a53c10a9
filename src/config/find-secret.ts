/** Shapes of credentials that providers print with a fixed beginning. A text with one of them is a secret, not a setting. */
const secretShapes: readonly { readonly what: string; readonly shape: RegExp }[] = [
  { what: 'a model API key', shape: /\bsk-[A-Za-z0-9_-]{16,}/ },
  { what: 'a GitHub token', shape: /\b(gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/ },
  { what: 'a GitLab token', shape: /\bglpat-[A-Za-z0-9_-]{16,}/ },
  { what: 'an AWS access key', shape: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: 'a Google API key', shape: /\bAIza[A-Za-z0-9_-]{30,}/ },
  { what: 'a Slack token', shape: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { what: 'a Hugging Face token', shape: /\bhf_[A-Za-z0-9]{20,}/ },
  { what: 'an npm token', shape: /\bnpm_[A-Za-z0-9]{30,}/ },
  { what: 'a signed token (JWT)', shape: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10}/ },
  { what: 'a private key', shape: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { what: 'a password in a URL', shape: /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]*:[^\s/@]+@/i },
];

/** Names of variables that hold secrets; a long value of such a variable is refused even when its shape is unknown. */
const secretName = /(^|_)(key|token|secret|password|passwd|credentials?)$/i;
const opaqueValue = /^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=_.-]{24,}$/;

/** What kind of secret a text holds, `null` when it looks like none. Never says the secret itself. */
export function findSecret(text: string): string | null {
  return secretShapes.find(({ shape }) => shape.test(text))?.what ?? null;
}

/** The same for a variable: its name can give an unknown kind of secret away. */
export function findSecretVariable(name: string, value: string): string | null {
  return (
    findSecret(value) ?? (secretName.test(name) && opaqueValue.test(value) ? 'a secret, by its name and length' : null)
  );
}
