import { isRouted, type Probe } from './detect';

/** Which kind of token a GitLab takes, and the page where its user gets one. */
export interface TokenPage {
  /** `either`: a personal one, or, as long as there were some, the private one of the account. */
  readonly kind: 'private' | 'either' | 'personal';
  readonly url: string;
}

/** Found out without a token, so from nothing but the addresses that are there. Throws GitLabError. */
export async function tokenPage(probe: Omit<Probe, 'token'>): Promise<TokenPage> {
  const { url } = probe.instance;
  if (!(await isRouted(probe, 'api/v4/version'))) return { kind: 'private', url: `${url}/profile/account` };
  // Served to 10.8; private tokens went with 10.2.
  if (await isRouted(probe, 'api/v3/version')) {
    return { kind: 'either', url: `${url}/profile/personal_access_tokens` };
  }
  // The page has moved twice, lastly at 16.8, and there is nothing to tell these apart without a token: the API's
  // address (15.2) comes nearest, and is right for all that are kept up to date.
  const place = (await isRouted(probe, 'api/v4/metadata')) ? 'user_settings' : 'profile';
  return { kind: 'personal', url: `${url}/-/${place}/personal_access_tokens?name=GitLab+Builds&scopes=api` };
}
