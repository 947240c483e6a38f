const mask = '[masked]';

/** Tokens with GitLab's documented prefixes. An instance may use another prefix for personal access tokens. */
const tokens = /(?:gl(?:pat|oas|dt|rtr|rt|cbt|ptt|ft|imt|agent|wt|soat|ffct)-|GR1348941)[\w.-]{8,}/g;
const parameters = /([?&;]([\w-]+)=)[^&;\s"'<>`]+/g;
/** Lowercase names of URL parameters that contain credentials. */
const secretParameters = new Set([
  ...['x-amz-signature', 'x-amz-credential', 'x-amz-security-token', 'x-goog-signature', 'x-goog-credential'],
  ...['awsaccesskeyid', 'googleaccessid', 'signature', 'sig', 'private_token', 'job_token', 'access_token', 'token'],
]);
const headers = /((?:-TOKEN|Authorization)"?: ?"?(?:Bearer |Basic )?)[^\s"'`]+/gi;
/** Password in a URL, as in `https://user:password@host`. */
const passwords = /(:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}@/g;

/** Masks the given secrets and everything that looks like a GitLab token, a credential in a URL, or an authorization header. */
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
