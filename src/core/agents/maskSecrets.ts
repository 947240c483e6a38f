const mask = '[masked]';

/** GitLab's tokens by the prefixes of its own documentation; an instance may have chosen another for personal ones. */
const tokens = /(?:gl(?:pat|oas|dt|rtr|rt|cbt|ptt|ft|imt|agent|wt|soat|ffct)-|GR1348941)[\w.-]{8,}/g;
const parameters = /([?&;]([\w-]+)=)[^&;\s"'<>`]+/g;
/** Parameters of addresses that are as good as a password, in lower case. */
const secretParameters = new Set([
  ...['x-amz-signature', 'x-amz-credential', 'x-amz-security-token', 'x-goog-signature', 'x-goog-credential'],
  ...['awsaccesskeyid', 'googleaccessid', 'signature', 'sig', 'private_token', 'job_token', 'access_token', 'token'],
]);
const headers = /((?:-TOKEN|Authorization)"?: ?"?(?:Bearer |Basic )?)[^\s"'`]+/gi;
/** A password in an address, as in `https://user:password@host`. */
const passwords = /(:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}@/g;

/** The text without what looks like a GitLab token or a signature of a storage, and without these secrets. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) if (secret.length > 0) masked = masked.replaceAll(secret, mask);
  return masked
    .replace(tokens, mask)
    .replace(parameters, (found: string, start: string, name: string) =>
      secretParameters.has(name.toLowerCase()) ? `${start}${mask}` : found,
    )
    .replace(headers, `$1${mask}`)
    .replace(passwords, `$1${mask}@`);
}
