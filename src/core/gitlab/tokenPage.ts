import { isRouted, recognize, type Probe } from './detect';

/** Which kind of token an instance accepts, and the page that creates one. */
export interface TokenPage {
  /** `either`: a personal access token or, while GitLab had them, the account's private token. */
  readonly kind: 'private' | 'either' | 'personal';
  readonly url: string;
}

/**
 * Determines the token page without a token, from which routes exist. Throws GitLabError, also if the server isn't
 * recognized as a GitLab.
 */
export async function tokenPage(probe: Omit<Probe, 'token'>): Promise<TokenPage> {
  const { url } = probe.instance;
  if ((await recognize(probe)) === 'v3') return { kind: 'private', url: `${url}/profile/account` };
  // v3 was served up to 10.8; private tokens were removed in 10.2.
  if (await isRouted(probe, 'api/v3/version')) {
    return { kind: 'either', url: `${url}/profile/personal_access_tokens` };
  }
  // The page moved twice, last in 16.8, and can't be determined without a token. This route (15.2) is the closest hint,
  // and right for every up-to-date server.
  const place = (await isRouted(probe, 'api/v4/metadata')) ? 'user_settings' : 'profile';
  return { kind: 'personal', url: `${url}/-/${place}/personal_access_tokens?name=GitLab+Builds&scopes=api` };
}
