import { parseUrl } from '../model/instance';
import { bearer } from '../model/token';
import { fieldsOf, fieldsOfJson } from '../util/fields';
import { isSendable, noCredential, type Credential } from './credential';
import { runHelper, type SecretProgram } from './runHelper';

/** Variables that would make glab give out another secret, or that of another server. */
const removed = [
  'GITLAB_TOKEN',
  'GITLAB_ACCESS_TOKEN',
  'OAUTH_TOKEN',
  'CI_JOB_TOKEN',
  'GLAB_ENABLE_CI_AUTOLOGIN',
  'GITLAB_URI',
  'GITLAB_API_HOST',
  'GITLAB_REPO',
  'GL_HOST',
];

/** What glab (1.85 and later) is signed in with at a server, by its base URL. */
export async function glabCredential(url: string, glab: SecretProgram): Promise<Credential> {
  const variables = {
    ...Object.fromEntries(removed.map((name) => [name, undefined])),
    // glab knows its servers by their names, without a port.
    GITLAB_HOST: new URL(url).hostname,
    NO_PROMPT: '1',
    GLAB_CHECK_UPDATE: 'false',
    GLAB_SEND_TELEMETRY: 'false',
  };
  const args = ['auth', 'credential-helper'];
  const output = await runHelper({ ...glab, args, input: '', variables });
  return output === undefined ? noCredential : readGlabCredential(output, url);
}

/** Reads what `glab auth credential-helper` prints. Others than a success, such as older versions' help, are none. */
function readGlabCredential(output: string, url: string): Credential {
  const { type, instance_url: instance, token } = fieldsOfJson(output);
  if (type !== 'success') return noCredential;
  const { type: kind, token: secret } = fieldsOf(token);
  if (typeof secret !== 'string' || !isSendable(secret)) return noCredential;
  if (typeof instance !== 'string' || parseUrl(instance)?.origin !== new URL(url).origin) return { kind: 'elsewhere' };
  if (kind === 'oauth2') return { kind: 'token', token: bearer(secret) };
  if (kind === 'pat') return { kind: 'token', token: secret };
  return kind === 'job-token' ? { kind: 'unusable', token: 'job' } : noCredential;
}
