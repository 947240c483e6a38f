import { isAccessToken, unusableKind } from '../model/token';
import { isSendable, noCredential, tokenCredential, type Credential } from './credential';
import { runHelper, type SecretProgram } from './runHelper';

/** Nobody is asked: neither on a terminal, nor in a window of git's, ssh's or a credential manager's. */
const silent = { GIT_ASKPASS: '', SSH_ASKPASS: '', GIT_TERMINAL_PROMPT: '0', GCM_INTERACTIVE: 'never' } as const;

/** What git's credential helpers know about a server, by its base URL. They don't learn whether it was right. */
export async function gitCredential(url: string, git: SecretProgram): Promise<Credential> {
  const { protocol, host } = new URL(url);
  const args = ['-c', 'core.askPass=', '-c', 'credential.interactive=false', 'credential', 'fill'];
  const input = `protocol=${protocol.slice(0, -1)}\nhost=${host}\n\n`;
  const output = await runHelper({ ...git, args, input, variables: silent });
  return output === undefined ? noCredential : readGitCredential(output, url);
}

/** Reads what `git credential fill` prints. */
export function readGitCredential(output: string, url: string): Credential {
  const { protocol, host } = new URL(url);
  const fields = new Map(
    output.split(/\r?\n/).map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)] as const;
    }),
  );
  const secret = fields.get('password') ?? '';
  if (secret === '') return noCredential;
  if (fields.get('protocol') !== protocol.slice(0, -1) || fields.get('host')?.toLowerCase() !== host)
    return { kind: 'elsewhere' };
  const isToken =
    isAccessToken(secret) || unusableKind(secret) !== undefined || isOAuthToken(fields.get('username'), secret);
  return isToken && isSendable(secret) ? tokenCredential(secret) : { kind: 'password' };
}

/** Recognizes an OAuth token by the user name that GitLab requires with it, or by its form. */
function isOAuthToken(username: string | undefined, secret: string): boolean {
  return username === 'oauth2' || /^[0-9a-f]{64}$/.test(secret);
}
